// Two classes in four quarters: the sign of x1 · x2.
import { draws, type Point, planeFeatures, rounded } from "./points.ts";
import type { TableSet } from "./set.ts";

const count = 400;

export const xor: TableSet = {
  kind: "table",
  title: "XOR",
  about: "Opposite quarters belong together: one hidden layer is needed.",
  target: "class",
  noise: 0.05,
  extra: planeFeatures,
  settings: { hidden: [4], activation: "tanh", learningRate: 0.03, schedule: "constant", epochs: 500, patience: 500 },
  reaches: 0.9,
  rows({ noise = 0.05 }) {
    const { uniform, normal } = draws(2);
    const [a, b, dx, dy] = [uniform(count, 0), uniform(count, 1), normal(count, 2), normal(count, 3)];
    return Array.from({ length: count }, (_, i): Point => {
      const [x1, x2] = [4 * a[i]! - 2, 4 * b[i]! - 2];
      return {
        x1: rounded(x1 + noise * dx[i]!),
        x2: rounded(x2 + noise * dy[i]!),
        class: x1 * x2 > 0 ? "same sign" : "other sign",
      };
    });
  },
};
