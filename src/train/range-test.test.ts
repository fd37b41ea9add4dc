// The learning-rate range test: what it suggests trains, it repeats, and it says nothing where nothing is to be said.
import { expect, it } from "vitest";
import "../index.ts";
import { prepare, tableFromRows } from "../data/index.ts";
import { optimizerKinds } from "../optim/index.ts";
import { rangeTest } from "./range-test.ts";
import { trainTable } from "./tabular.ts";

/** A value that follows from two numbers, `scale` times their usual size. */
const tableOf = (scale: number) =>
  tableFromRows(
    Array.from({ length: 160 }, (_, i) => {
      const [a, b] = [Math.sin(i * 1.7), Math.cos(i * 2.3)];
      return { a: a * scale, b: b * scale, y: a * b + a - 0.5 * b };
    }),
    { source: "waves" },
  );
const prepared = prepare(tableOf(1), { target: "y" });
const small = { hidden: [16], batchSize: 16, backend: "reference" } as const;

it.each(optimizerKinds)("what it suggests for %s lowers the loss", async (optimizer) => {
  const { points, suggestion } = await rangeTest(prepared, { ...small, optimizer });
  points.forEach(({ step, learningRate }, i) => {
    expect(step).toBe(i + 1);
    expect(Math.abs(Math.log(learningRate / (1e-6 * 10 ** (i / 20))))).toBeLessThan(1e-3);
  });
  const { metrics } = await trainTable(prepared, {
    ...small,
    optimizer,
    learningRate: suggestion,
    epochs: 40,
  }).result();
  // The best constant has a loss of 1.
  expect(metrics.validation!.loss).toBeLessThan(0.5);
});

it("repeats with the seed, and another seed is another test", async () => {
  const run = (seed: number) => rangeTest(prepared, { ...small, seed });
  expect(await run(3)).toEqual(await run(3));
  expect(await run(3)).not.toEqual(await run(4));
});

it("ends where the loss goes up without end, also where it is not finite", async () => {
  const { points, diverged } = await rangeTest(prepared, { ...small, optimizer: "sgd" });
  expect(diverged).toBe(true);
  expect(points.length).toBeLessThan(141);
  points.forEach(({ smoothed }, i) => {
    const least = Math.min(...points.slice(0, i + 1).map((point) => point.smoothed));
    expect(smoothed).toBeLessThanOrEqual(4 * least);
  });
});

it("goes lower where the lowest rates are too high", async () => {
  const large = prepare(tableOf(3e3), { target: "y", standardize: false });
  const { suggestion } = await rangeTest(large, { ...small, optimizer: "sgd" });
  expect(suggestion).toBeLessThan(1e-6);
  const { metrics } = await trainTable(large, {
    ...small,
    optimizer: "sgd",
    learningRate: suggestion,
    epochs: 5,
  }).result();
  expect(Number.isFinite(metrics.train.loss)).toBe(true);
});

it("suggests no rate that is next to nothing: numbers in the millions have to be scaled", async () => {
  const huge = prepare(tableOf(1e8), { target: "y", standardize: false });
  const { points, suggestion, diverged } = await rangeTest(huge, { ...small, optimizer: "sgd" });
  expect({ suggestion, diverged }).toEqual({ suggestion: undefined, diverged: true });
  expect(points[0]!.learningRate).toBe(1e-10);
});

it("suggests nothing where no rate lowers the loss", async () => {
  // All-zero weights of two equal classes have no gradient but noise.
  const rows = Array.from({ length: 120 }, (_, i) => ({ a: Math.sin(i), k: i % 2 ? "even" : "odd" }));
  const halves = prepare(tableFromRows(rows, { source: "halves" }), { target: "k" });
  const { points, suggestion } = await rangeTest(halves, { ...small, init: "zeros", batchSize: 96 });
  expect(points.length).toBeGreaterThan(20);
  expect(suggestion).toBeUndefined();
});
