// The order of training rows: every row equally often, by the seed.
import { describe, expect, it } from "vitest";
import { Sampler } from "./sampler.ts";

const counts = (rows: number, order: Int32Array): number[] => {
  const seen = new Array<number>(rows).fill(0);
  for (const row of order) seen[row]!++;
  return seen;
};

describe.each([
  { rows: 12, length: 12 },
  { rows: 10, length: 12 },
  { rows: 7, length: 3 },
  { rows: 3, length: 20 },
  { rows: 1, length: 4 },
])("$rows rows in epochs of $length", ({ rows, length }) => {
  it("come equally often, at every moment up to one", () => {
    const sampler = new Sampler(rows, 5);
    const all: number[] = [];
    for (let epoch = 0; epoch < rows; epoch++) {
      const order = sampler.next(length);
      expect(order).toHaveLength(length);
      all.push(...order);
      const seen = counts(rows, Int32Array.from(all));
      expect(Math.max(...seen) - Math.min(...seen)).toBeLessThanOrEqual(1);
    }
    // `rows` epochs are whole permutations.
    expect(counts(rows, Int32Array.from(all))).toEqual(new Array(rows).fill(length));
  });
});

it("the seed decides, and every epoch has an order of its own", () => {
  const epochs = (seed: number) => {
    const sampler = new Sampler(50, seed);
    return [sampler.next(50), sampler.next(50)].map((order) => Array.from(order));
  };
  expect(epochs(1)).toEqual(epochs(1));
  expect(epochs(1)).not.toEqual(epochs(2));
  expect(epochs(0)[0]).not.toEqual(epochs(0)[1]);
  expect(epochs(0)[0]).not.toEqual(Array.from({ length: 50 }, (_, i) => i));
  for (const seed of [2 ** 32 - 1, 2 ** 40, -3])
    expect(counts(50, Int32Array.from(epochs(seed)[0]!))).toEqual(new Array(50).fill(1));
});

it("no place of an epoch prefers a row", () => {
  const rows = 8;
  const draws = 4000;
  const sampler = new Sampler(rows, 3);
  const table = Array.from({ length: rows }, () => new Array<number>(rows).fill(0));
  for (let i = 0; i < draws; i++) {
    for (const [place, row] of sampler.next(rows).entries()) table[place]![row]!++;
  }
  const expected = draws / rows;
  const chiSquare = table.flat().reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  // 49 degrees of freedom: mean 49, standard deviation 9.9.
  expect(chiSquare).toBeLessThan(49 + 5 * 9.9);
});
