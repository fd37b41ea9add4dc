// A regression: y = x1 / 2 − x2 / 4, a plane over the plane.
import { draws, planeFeatures, rounded, type Valued } from "./points.ts";
import type { TableSet } from "./set.ts";

const count = 400;

export const plane: TableSet = {
  kind: "table",
  title: "Plane",
  about: "A number that two others add up to: one linear neuron is all that it needs.",
  target: "y",
  noise: 0.1,
  extra: planeFeatures,
  settings: { hidden: [], learningRate: 0.03, schedule: "constant", epochs: 100, patience: 100 },
  reaches: 0.95,
  rows({ noise = 0.1 }) {
    const { uniform, normal } = draws(7);
    const [a, b, dy] = [uniform(count, 0), uniform(count, 1), normal(count, 2)];
    return Array.from({ length: count }, (_, i): Valued => {
      const [x1, x2] = [rounded(4 * a[i]! - 2), rounded(4 * b[i]! - 2)];
      return { x1, x2, y: rounded(x1 / 2 - x2 / 4 + noise * dy[i]!) };
    });
  },
};
