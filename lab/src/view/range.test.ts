// Axes of values: their kind by the values, and ranges that leave first spikes out.
import { expect, it } from "vitest";
import { axisOf, placeOn, ticksOf } from "./range.ts";

const line = (...values: number[]) => ({ low: values, high: values });
const falling = Array.from({ length: 100 }, (_, i) => 1 / (i + 1));

it("is logarithmic where all is positive, and asinh where there are zeros or signs", () => {
  expect(axisOf("log", [line(1, 0.1, 0.01)]).kind).toBe("log");
  expect(axisOf("log", [line(1, 0, 0.01)]).kind).toBe("asinh");
  expect(axisOf("log", [line(1, 2), line(-1, 3)]).kind).toBe("asinh");
  expect(axisOf("signed", [line(1, 2)]).kind).toBe("asinh");
  expect(axisOf("share", [line(0.2, 0.3)])).toMatchObject({ kind: "linear", from: 0, to: 1 });
});

it("leaves out what spikes among the first, and nothing else", () => {
  const values = Array.from({ length: 100 }, (_, i) => 1 + (i % 3) / 10);
  const spiked = axisOf("log", [line(1e6, 1e4, ...values)]);
  expect(spiked.to).toBeLessThan(2);
  // A spike later on stays.
  expect(axisOf("log", [line(...values, 1e6, ...values)]).to).toBeGreaterThan(1e6);
  // A fall that goes on is no spike.
  const whole = axisOf("log", [line(...falling)]);
  expect(whole.from).toBeLessThan(0.01);
  expect(whole.to).toBeGreaterThan(1);
  // A guide is one value, and always in sight.
  const guided = axisOf("signed", [line(-0.18, -0.38, -0.4), line(-1), line(1)]);
  expect(guided.from).toBeLessThan(-1);
  expect(guided.to).toBeGreaterThan(1);
  // Lines that begin with nothing but spikes are shown.
  expect(axisOf("log", [line(1e6)]).to).toBeGreaterThan(1e6);
});

it("goes by what is finite, and by the extremes of joined points", () => {
  const { from, to } = axisOf("log", [{ low: [0.5, Number.NaN, 0.2], high: [0.6, Infinity, 3] }]);
  expect(from).toBeLessThan(0.2);
  expect(to).toBeGreaterThan(3);
  expect(to).toBeLessThan(4);
  expect(axisOf("log", [line(Number.NaN)]).kind).toBe("log");
  const flat = axisOf("log", [line(2, 2, 2)]);
  expect(flat.from).toBeLessThan(2);
  expect(flat.to).toBeGreaterThan(2);
});

it("places values on an axis", () => {
  expect(placeOn({ kind: "log", from: 0.01, to: 1, bend: 1 }, 0.1)).toBeCloseTo(0.5, 12);
  expect(placeOn({ kind: "asinh", from: -3, to: 3, bend: 0.1 }, 0)).toBeCloseTo(0.5, 12);
  expect(placeOn({ kind: "linear", from: 0, to: 1, bend: 1 }, 0.25)).toBe(0.25);
  expect(placeOn({ kind: "log", from: 0.01, to: 1, bend: 1 }, -1)).toBeNaN();
});

it("marks axes at round values", () => {
  const axis = (kind: "log" | "asinh" | "linear", from: number, to: number) => ({ kind, from, to, bend: 0.1 });
  expect(ticksOf(axis("linear", 0, 1), 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(ticksOf(axis("log", 0.011, 2), 9)).toEqual([0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]);
  // Never one alone.
  expect(ticksOf(axis("log", 0.015, 0.8), 5)).toEqual([0.03, 0.1, 0.3]);
  expect(ticksOf(axis("log", 1e-12, 1), 4)).toEqual([1e-12, 1e-9, 1e-6, 1e-3, 1]);
  expect(ticksOf(axis("log", 0.61, 0.72), 4)).toEqual([0.65, 0.7]);
  expect(ticksOf(axis("asinh", -2, 20), 9)).toEqual([-1, -0.1, 0, 0.1, 1, 10]);
});
