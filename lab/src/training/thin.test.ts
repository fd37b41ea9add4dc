// Thinned columns keep their spikes, their ends and the points beside a view.
import { expect, it } from "vitest";
import type { ColumnData } from "./columns.ts";
import { nearestTo, thinned } from "./thin.ts";

const column = (length: number, value: (i: number) => number): ColumnData => {
  const mean = Float64Array.from({ length }, (_, i) => value(i));
  return { name: "loss", step: Float64Array.from({ length }, (_, i) => i + 1), mean, low: mean, high: mean };
};

it("keeps a spike of one point", () => {
  const { step, mean, low, high } = thinned(
    column(2000, (i) => (i === 777 ? 50 : 1)),
    { from: 0, to: 2000, points: 100 },
  );
  expect(step).toHaveLength(100);
  expect(step.at(-1)).toBe(2000);
  expect(Math.max(...high)).toBe(50);
  expect(Math.min(...low)).toBe(1);
  expect(mean[38]).toBeCloseTo(1 + 49 / 20, 12);
});

it("gives the points of a view and one more on either side", () => {
  expect(Array.from(thinned(column(20, Number), { from: 5, to: 8, points: 50 }).step)).toEqual([4, 5, 6, 7, 8]);
  expect(Array.from(thinned(column(20, Number), { from: 4.5, to: 8.5, points: 50 }).step)).toEqual([4, 5, 6, 7, 8, 9]);
  expect(thinned(column(0, Number), { from: 0, to: 8, points: 50 }).step).toHaveLength(0);
});

it("finds the nearest step", () => {
  const { step } = column(3, Number);
  expect([0, 1.4, 1.6, 9].map((value) => nearestTo(step, value))).toEqual([0, 0, 1, 2]);
  expect(nearestTo(new Float64Array(0), 1)).toBe(-1);
});
