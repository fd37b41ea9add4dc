// Lines of equal height: on a slope they are straight, around a hill they close.
import { expect, it } from "vitest";
import { contour } from "./contours.ts";

it("is a straight line on a slope", () => {
  const values = Array.from({ length: 16 }, (_, i) => i % 4);
  const line = contour(values, 4, 1.25);
  for (const [x1, , x2] of line) expect([x1, x2]).toEqual([1.75, 1.75]);
  // From edge to edge.
  expect(line.map(([, y1, , y2]) => [y1, y2])).toEqual([
    ...[
      [0, 0.5],
      [0.5, 1.5],
      [1.5, 2.5],
    ],
    ...[
      [2.5, 3.5],
      [3.5, 4],
    ],
  ]);
});

it("closes around a hill, and is nothing beyond the heights there are", () => {
  const values = Array.from({ length: 81 }, (_, i) => -(((i % 9) - 4) ** 2) - (Math.floor(i / 9) - 4) ** 2);
  const ends = contour(values, 9, -4.5).flatMap(([x1, y1, x2, y2]) => [`${x1},${y1}`, `${x2},${y2}`]);
  for (const end of ends) expect(ends.filter((other) => other === end)).toHaveLength(2);
  expect(contour(values, 9, 1)).toEqual([]);
});
