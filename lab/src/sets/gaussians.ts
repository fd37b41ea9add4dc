// Two classes: a cloud of points of a normal distribution each.
import { draws, type Point, planeFeatures, rounded } from "./points.ts";
import type { TableSet } from "./set.ts";

const count = 400;
/** Of a cloud's middle from the origin, in x1 and in x2. */
const distance = 1.2;

export const gaussians: TableSet = {
  kind: "table",
  title: "Gaussians",
  about: "Two clouds: one neuron draws a straight line between them.",
  target: "class",
  noise: 0.2,
  extra: planeFeatures,
  settings: { hidden: [], learningRate: 0.03, schedule: "constant", epochs: 100, patience: 100 },
  reaches: 0.97,
  rows({ noise = 0.2 }) {
    const { normal } = draws(3);
    const [dx, dy] = [normal(count, 0), normal(count, 1)];
    const deviation = 0.4 + noise;
    return Array.from({ length: count }, (_, i): Point => {
      const isUpper = i % 2 === 0;
      const middle = isUpper ? distance : -distance;
      return {
        x1: rounded(middle + deviation * dx[i]!),
        x2: rounded(middle + deviation * dy[i]!),
        class: isUpper ? "upper" : "lower",
      };
    });
  },
};
