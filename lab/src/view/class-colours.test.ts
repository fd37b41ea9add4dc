// The plane of three classes: the hue of the most likely one, paler where it is less so.
import { expect, it } from "vitest";
import { classToken, paintClasses } from "./class-colours.ts";

const colours = {
  ...{ zero: "rgb(255, 255, 255)", negative: "rgb(1, 1, 1)", positive: "rgb(2, 2, 2)" },
  ...{ "series-1": "rgb(200, 0, 0)", "series-2": "rgb(0, 200, 0)", "series-3": "rgb(0, 0, 200)" },
};
const painted = (...points: readonly (readonly number[])[]): number[][] => {
  const pixels = new Uint8ClampedArray(4 * points.length);
  const logits = points[0]!.map((_, c) => Float32Array.from(points, (point) => point[c]!));
  paintClasses(pixels, logits, colours);
  return points.map((_, i) => [...pixels.subarray(4 * i, 4 * i + 4)]);
};

it("has the hue of the class with the largest logit", () => {
  const pixels = painted([50, 0, 0], [0, 50, 0], [0, 0, 50], [-90, -40, -500]);
  const strongest = pixels.map(([r, g, b]) => [r!, g!, b!].indexOf(Math.max(r!, g!, b!)));
  expect(strongest).toEqual([0, 1, 2, 1]);
  expect(pixels[3]).toEqual(pixels[1]);
});

it("is paler where the class is less likely, and the ground where none is likelier or nothing is known", () => {
  const [even, slight, clear, unknown] = painted([1, 1, 1], [1, 0, 0], [3, 0, 0], [Number.NaN, 0, 0]);
  expect(even).toEqual([255, 255, 255, 255]);
  expect(unknown).toEqual([255, 255, 255, 255]);
  expect(clear![1]).toBeLessThan(slight![1]!);
  expect(slight![1]).toBeLessThan(255);
});

it("gives two classes the hues of sign, and more those of series", () => {
  expect([0, 1].map((index) => classToken(2, index))).toEqual(["negative", "positive"]);
  expect([0, 1, 2].map((index) => classToken(3, index))).toEqual(["series-1", "series-2", "series-3"]);
});
