// Statistics of lists of numbers against their definitions; r2 and rocAuc are tested with the metrics.
import { expect, it } from "vitest";
import { deviation, maximum, mean, median, minimum, moment, r2, upperMedian } from "./stats.ts";

it("means and moments", () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(mean(Float32Array.of(1, 2, 6), (x) => x * x)).toBeCloseTo(41 / 3, 14);
  expect(moment([1, 2, 6], 3)).toBe((-8 - 1 + 27) / 3);
  expect(deviation([1, 3])).toBe(1);
  expect(mean([])).toBeNaN();
});

it("the largest and the smallest of a million values, of none, and with one that is NaN", () => {
  const values = Float64Array.from({ length: 1e6 }, (_, i) => i);
  expect([maximum(values), minimum(values)]).toEqual([999_999, 0]);
  expect([maximum([]), minimum([])]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  expect([maximum([1, Number.NaN, 2]), minimum([1, Number.NaN, 2])]).toEqual([Number.NaN, Number.NaN]);
});

it("the median is in the middle of two; the upper one is one of the values", () => {
  for (const odd of [[3, -1, 10], Float64Array.of(10, 3, -1)]) {
    expect(median(odd)).toBe(3);
    expect(upperMedian(odd)).toBe(3);
  }
  const even = [10, 2, 4, -1];
  expect(median(even)).toBe(3);
  expect(upperMedian(even)).toBe(4);
  expect(even).toEqual([10, 2, 4, -1]);
  expect([median([]), upperMedian([])]).toEqual([Number.NaN, Number.NaN]);
});

it("of equal targets R² says only whether all are met", () => {
  expect(r2([2, 2], [2, 2])).toBe(1);
  expect(r2([2, 3], [2, 2])).toBe(0);
  // The mean of ten times 0.1 is not 0.1.
  expect(r2(new Array(10).fill(0.2), new Array(10).fill(0.1))).toBe(0);
});
