// Two classes: two half circles, each with an end in the bend of the other.
import { draws, type Point, planeFeatures, rounded } from "./points.ts";
import type { TableSet } from "./set.ts";

const count = 400;

export const moons: TableSet = {
  kind: "table",
  title: "Moons",
  about: "Two half moons hook into each other: one bend of the boundary parts them.",
  target: "class",
  noise: 0.15,
  extra: planeFeatures,
  settings: { hidden: [8], activation: "relu", learningRate: 0.02, schedule: "constant", epochs: 500, patience: 500 },
  reaches: 0.97,
  rows({ noise = 0.15 }) {
    const { uniform, normal } = draws(5);
    const [angle, dx, dy] = [uniform(count, 0), normal(count, 1), normal(count, 2)];
    return Array.from({ length: count }, (_, i): Point => {
      const isUpper = i % 2 === 0;
      const a = Math.PI * angle[i]!;
      const [x1, x2] = isUpper ? [Math.cos(a) - 0.5, Math.sin(a) - 0.25] : [0.5 - Math.cos(a), 0.25 - Math.sin(a)];
      return {
        x1: rounded(1.3 * x1 + noise * dx[i]!),
        x2: rounded(1.3 * x2 + noise * dy[i]!),
        class: isUpper ? "upper" : "lower",
      };
    });
  },
};
