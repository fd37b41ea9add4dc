// Sketches by hand, and what the shape rule accepts.
import { describe, expect, it } from "vitest";
import { tensor } from "../index.ts";
import { sketch } from "../trace/create.ts";
import { sketchLayout } from "./sketch.ts";

const { histogram, lowestExponent, buckets, length } = sketchLayout;
const figures = (values: number[]) => Array.from(sketch(tensor(values)).data);
const counts = (values: number[]) =>
  Object.fromEntries(
    figures(values)
      .slice(histogram)
      .flatMap((count, k) => (count > 0 ? [[k + lowestExponent, count]] : [])),
  );

describe("sketch", () => {
  it("has mean, RMS, extremes, special values and the number of those in the histogram", () => {
    const values = [3, -1, 0, -0, Number.NaN, Infinity, -Infinity, 2 ** -130, 2, 4];
    const [mean, rms, ...rest] = figures(values).slice(0, histogram);
    expect(mean).toBeCloseTo(8 / 7, 12);
    expect(rms).toBeCloseTo(Math.sqrt(30 / 7), 12);
    expect(rest).toEqual([-1, 4, 3, 2, 1, 4]);
    expect(counts(values)).toEqual({ 0: 1, 1: 2, 2: 1 });
  });

  it("counts by ⌊log₂ |x|⌋, all that lies beyond in the buckets at the ends", () => {
    expect(counts([1, 1.99, -2, 0.5, 0.4999, 2 ** -47, 2 ** 16])).toEqual({
      [-47]: 1,
      [-2]: 1,
      [-1]: 1,
      0: 2,
      1: 1,
      16: 1,
    });
    expect(counts([2 ** -48, 2 ** -126, 2 ** 17, 1e300])).toEqual({ [-47]: 2, 16: 2 });
  });

  it("is right for numbers whose squares no float64 holds", () => {
    for (const size of [1e-300, 1e-320, 1e300, Number.MAX_VALUE]) {
      const [mean, rms] = figures([size, size, size, -size]);
      expect(Math.abs(mean! / (size / 2) - 1)).toBeLessThan(1e-3);
      expect(rms).toBe(size);
    }
  });

  it("is all zeros of nothing, and of nothing finite but for the count", () => {
    expect(figures([])).toEqual(new Array(length).fill(0));
    expect(figures([Number.NaN]).map((value, i) => (i === sketchLayout.nonFinite ? value - 1 : value))).toEqual(
      new Array(length).fill(0),
    );
    expect(histogram + buckets).toBe(length);
  });

  it("takes floats of any shape and no other type", () => {
    expect(
      sketch(
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ).shape,
    ).toEqual([length]);
    expect(() => sketch(tensor(Int32Array.of(1)))).toThrow(/sketch: needs float elements; got i32\[1\]/);
  });
});
