// Two classes: two arms that wind around each other.
import { draws, type Point, planeFeatures, rounded } from "./points.ts";
import type { TableSet } from "./set.ts";

const count = 400;
const turns = 1.5;

export const spiral: TableSet = {
  kind: "table",
  title: "Spiral",
  about: "Two arms around each other: narrow networks find no way in between.",
  target: "class",
  noise: 0.05,
  extra: planeFeatures,
  settings: {
    hidden: [16, 8],
    activation: "tanh",
    learningRate: 0.02,
    weightDecay: 0,
    schedule: "constant",
    epochs: 500,
    patience: 500,
  },
  reaches: 0.95,
  rows({ noise = 0.05 }) {
    const { normal } = draws(4);
    const [dx, dy] = [normal(count, 0), normal(count, 1)];
    return Array.from({ length: count }, (_, i): Point => {
      const isFirst = i % 2 === 0;
      // From near the middle outwards, in even steps of the angle.
      const way = (Math.floor(i / 2) + 10) / (count / 2 + 10);
      const angle = 2 * Math.PI * turns * way + (isFirst ? 0 : Math.PI);
      return {
        x1: rounded(2 * way * Math.cos(angle) + noise * dx[i]!),
        x2: rounded(2 * way * Math.sin(angle) + noise * dy[i]!),
        class: isFirst ? "first arm" : "second arm",
      };
    });
  },
};
