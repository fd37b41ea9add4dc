// Two classes: inside a disc, and in a ring around it.
import { draws, type Point, planeFeatures, rounded } from "./points.ts";
import type { TableSet } from "./set.ts";

const count = 400;

export const circle: TableSet = {
  kind: "table",
  title: "Circle",
  about: "A disc inside a ring: no straight line parts them.",
  target: "class",
  noise: 0.1,
  extra: planeFeatures,
  settings: { hidden: [4], activation: "tanh", learningRate: 0.03, schedule: "constant", epochs: 500, patience: 500 },
  reaches: 0.97,
  rows({ noise = 0.1 }) {
    const { uniform, normal } = draws(1);
    const [angle, radius, dx, dy] = [uniform(count, 0), uniform(count, 1), normal(count, 2), normal(count, 3)];
    return Array.from({ length: count }, (_, i): Point => {
      const isInside = i % 2 === 0;
      // Evenly over the area of the disc, and of the ring from 1.4 to 2.
      const r = isInside ? Math.sqrt(radius[i]!) : Math.sqrt(1.96 + radius[i]! * (4 - 1.96));
      const a = 2 * Math.PI * angle[i]!;
      return {
        x1: rounded(r * Math.cos(a) + noise * dx[i]!),
        x2: rounded(r * Math.sin(a) + noise * dy[i]!),
        class: isInside ? "inside" : "outside",
      };
    });
  },
};
