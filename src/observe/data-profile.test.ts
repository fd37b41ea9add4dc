// What a profile of the data says: scales, classes, the constant's loss, and what one feature tells alone.
import { describe, expect, it } from "vitest";
import type { LossName } from "../nn/index.ts";
import "../run/engine.ts";
import { profileData } from "./data-profile.ts";

/** A repeatable stream of numbers in [0, 1) (Park and Miller 1988). */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

const rows = 400;
const random = generator(3);
const signal = Float32Array.from({ length: rows }, () => random() * 2 - 1);
/** Columns side by side. */
const beside = (...columns: ArrayLike<number>[]): Float32Array =>
  Float32Array.from(
    { length: rows * columns.length },
    (_, i) => columns[i % columns.length]![Math.floor(i / columns.length)]!,
  );
const noise = Float32Array.from({ length: rows }, () => random());
const base = { rows, loss: "mse" as LossName, batchSize: 32 };

describe("a feature alone", () => {
  it("tells a number as well as a curve of it can", () => {
    const y = signal.map((s) => s * s);
    const x = beside(
      signal,
      noise,
      signal.map((s) => Number(s > 0)),
    );
    const { features } = profileData({ ...base, x, y, features: ["curve", "noise", "half"] });
    expect(features[0]!.alone).toBeGreaterThan(0.98);
    expect(features[1]!.alone).toBeLessThan(0.1);
    expect(features[2]!.alone).toBeLessThan(0.1);
  });

  it("tells classes by its own order, and a column of 0 and 1 by its two values", () => {
    const y = Int32Array.from(signal, (s) => (s > 0.3 ? 2 : s > -0.4 ? 1 : 0));
    const x = beside(
      signal,
      noise,
      Array.from(y, (label) => Number(label === 1)),
      new Float32Array(rows),
    );
    const { features, classes } = profileData({
      ...base,
      ...{ x, y, features: ["cut", "noise", "one of them", "nothing"] },
      classes: ["a", "b", "c"],
      loss: "crossEntropy",
    });
    expect(features[0]!.alone).toBeGreaterThan(0.95);
    expect(features[1]!.alone).toBeLessThan(0.1);
    // It tells one class from the two others: a third of the rows' errors or so remain.
    expect(features[2]!.alone).toBeGreaterThan(0.3);
    expect(features[2]!.alone).toBeLessThan(0.8);
    expect(features[3]!.alone).toBe(0);
    expect(classes!.reduce((sum, one) => sum + one.rows, 0)).toBe(rows);
  });
});

it("values that are not finite are counted and left out", () => {
  const x = beside(signal, noise).slice();
  x[0] = Number.NaN;
  x[2] = Number.POSITIVE_INFINITY;
  const { features } = profileData({ ...base, x, y: signal, features: ["signal", "noise"] });
  expect(features[0]).toMatchObject({ nonFinite: 2 });
  for (const figure of ["mean", "std", "min", "max", "alone"] as const)
    expect(features[0]![figure]).toSatisfy(Number.isFinite);
  expect(features[0]!.alone).toBeGreaterThan(0.95);
});

it("of many features it keeps those that tell, and those of another scale", () => {
  const columns = Array.from({ length: 150 }, () => Float32Array.from({ length: rows }, () => random() - 0.5));
  columns[140] = signal;
  columns[141] = columns[141]!.map((value) => value * 1e6);
  const profile = profileData({ ...base, x: beside(...columns), y: signal, features: columns.map((_, i) => `f${i}`) });
  const names = profile.features.map(({ name }) => name);
  expect(profile.featureCount).toBe(150);
  expect(names).toHaveLength(100);
  expect(names).toEqual(expect.arrayContaining(["f140", "f141"]));
  expect(profile.typicalRms).toBeCloseTo(Math.sqrt(1 / 12), 1);
});

describe("the best constant's loss", () => {
  it("of a sum is that of a batch", () => {
    const profile = profileData({ ...base, x: signal, y: signal, features: ["x"], loss: "halfSumOfSquares" });
    const variance = profileData({ ...base, x: signal, y: signal, features: ["x"] }).constantLoss;
    expect(profile.constantLoss).toBeCloseTo((variance / 2) * 32, 5);
  });
});
