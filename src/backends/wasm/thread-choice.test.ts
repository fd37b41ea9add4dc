// The choice of threads, by a clock that the test keeps: whatever a step costs, and however that changes, little is lost.
import fc from "fast-check";
import { expect, it } from "vitest";
import { ThreadChoice } from "./thread-choice.ts";

/** Milliseconds a step, by the number of threads. */
type Cost = Readonly<Record<number, number>>;

const best = (cost: Cost): number => Math.min(...Object.values(cost));

/** Runs for so many milliseconds. */
function runFor(choice: ThreadChoice, milliseconds: number, cost: () => Cost): { steps: number } {
  const ran = { steps: 0 };
  for (let now = 0; now < milliseconds; ) {
    const slice = choice.next(1e9);
    const took = slice.steps * cost()[slice.threads]!;
    choice.ran(slice, took);
    now += took;
    ran.steps += slice.steps;
  }
  return ran;
}

/** Numbers in [0, 1) (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const step = fc.double({ min: 0.05, max: 50, noNaN: true });
const ratio = fc.double({ min: 1 / 16, max: 4, noNaN: true });

it("runs at least 95 of 100 steps that the better way would", () => {
  fc.assert(
    fc.property(step, ratio, (one, more) => {
      const cost = { 1: one, 16: one * more };
      const milliseconds = 200 * Math.max(cost[1], cost[16]) + 2000;
      const { steps } = runFor(new ThreadChoice(16), milliseconds, () => cost);
      expect(steps).toBeGreaterThanOrEqual((0.95 * milliseconds) / best(cost) - 1);
    }),
  );
});

it("goes over to the other way within a second or two when that becomes the better one", () => {
  const idle = { 1: 1, 2: 0.6 };
  const busy = { 1: 1.5, 2: 6 };
  const choice = new ThreadChoice(2);
  runFor(choice, 3000, () => idle);
  for (const cost of [busy, idle, busy, idle]) {
    runFor(choice, 2000, () => cost);
    const { steps } = runFor(choice, 1000, () => cost);
    expect(steps).toBeGreaterThan((0.95 * 1000) / best(cost));
  }
});

it("loses a tenth at most where one slice of ten takes ten times as long, by chance", () => {
  const milliseconds = 20_000;
  const mean = 0.9 + 0.1 * 10;
  const seeds = Array.from({ length: 40 }, (_, i) => i);
  const steps = seeds.map((seed) => {
    const random = generator(seed);
    const slow = () => (random() < 0.1 ? 10 : 1);
    return runFor(new ThreadChoice(2), milliseconds, () => ({ 1: slow(), 2: 1.5 * slow() })).steps;
  });
  expect(steps.reduce((sum, n) => sum + n) / seeds.length).toBeGreaterThan((0.9 * milliseconds) / mean);
});

it("asks for no more steps than are left, and for one until it knows how long they take", () => {
  const choice = new ThreadChoice(4);
  expect(choice.next(100)).toEqual({ threads: 4, steps: 1 });
  choice.ran({ threads: 4, steps: 1 }, 500);
  expect(choice.next(100)).toEqual({ threads: 4, steps: 1 });
  choice.ran({ threads: 4, steps: 1 }, 1);
  expect(choice.next(100)).toEqual({ threads: 1, steps: 1 });
  choice.ran({ threads: 1, steps: 1 }, 0.5);
  expect(choice.next(100)).toEqual({ threads: 1, steps: 20 });
  expect(choice.next(7)).toEqual({ threads: 1, steps: 7 });
});
