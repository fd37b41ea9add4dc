// A regression: y = sin(2 x1) · cos(2 x2), hills and hollows over the plane.
import { draws, planeFeatures, rounded, type Valued } from "./points.ts";
import type { TableSet } from "./set.ts";

const count = 600;

export const wave: TableSet = {
  kind: "table",
  title: "Wave",
  about: "Hills and hollows over the plane: each is made of bends of several units.",
  target: "y",
  noise: 0.05,
  extra: planeFeatures,
  settings: {
    hidden: [16, 16],
    activation: "tanh",
    learningRate: 0.01,
    weightDecay: 0,
    schedule: "constant",
    epochs: 300,
    patience: 300,
  },
  reaches: 0.95,
  rows({ noise = 0.05 }) {
    const { uniform, normal } = draws(8);
    const [a, b, dy] = [uniform(count, 0), uniform(count, 1), normal(count, 2)];
    return Array.from({ length: count }, (_, i): Valued => {
      const [x1, x2] = [rounded(4 * a[i]! - 2), rounded(4 * b[i]! - 2)];
      return { x1, x2, y: rounded(Math.sin(2 * x1) * Math.cos(2 * x2) + noise * dy[i]!) };
    });
  },
};
