// Two classes: above or below the curve x2 = sin(2 x1).
import { draws, type Point, planeFeatures, rounded } from "./points.ts";
import type { TableSet } from "./set.ts";

const count = 400;

export const curve: TableSet = {
  kind: "table",
  title: "Curve",
  about: "Above or below the curve x2 = sin(2 x1): the boundary should become it.",
  target: "class",
  noise: 0.05,
  extra: planeFeatures,
  settings: {
    hidden: [8],
    activation: "tanh",
    learningRate: 0.03,
    weightDecay: 0,
    schedule: "constant",
    epochs: 500,
    patience: 500,
  },
  reaches: 0.95,
  rows({ noise = 0.05 }) {
    const { uniform, normal } = draws(6);
    const [a, b, dx, dy] = [uniform(count, 0), uniform(count, 1), normal(count, 2), normal(count, 3)];
    return Array.from({ length: count }, (_, i): Point => {
      const [x1, x2] = [4 * a[i]! - 2, 4 * b[i]! - 2];
      return {
        x1: rounded(x1 + noise * dx[i]!),
        x2: rounded(x2 + noise * dy[i]!),
        class: x2 > Math.sin(2 * x1) ? "above" : "below",
      };
    });
  },
};
