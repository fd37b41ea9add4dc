// Learning-rate schedules: their curves at the steps that matter, in float64 and on the machine.
import { describe, expect, it } from "vitest";
import { compile, type Tensor, tensor } from "../index.ts";
import { learningRate, type Schedule, scheduleKinds } from "./index.ts";

const scalar = (step: number) => tensor(Int32Array.of(step), { shape: [] });
const base = 0.4;
/** The falling part of a cycle, from 1 at u = 0 to its end at u = 1. */
const fall = (u: number) => 1 / 250_000 + ((1 - 1 / 250_000) * (1 + Math.cos(Math.PI * u))) / 2;

/** Every schedule with steps and the rates they must have, as shares of base. */
const curves: [string, Schedule, Record<number, number>][] = [
  ["constant", { kind: "constant" }, { 0: 1, 1: 1, 1000000: 1 }],
  ["plateau (the loop lowers it)", { kind: "plateau" }, { 0: 1, 1000: 1 }],
  ["step", { kind: "step", every: 10, gamma: 0.5 }, { 0: 1, 9: 1, 10: 0.5, 19: 0.5, 20: 0.25, 100: 2 ** -10 }],
  ["exponential", { kind: "exponential", gamma: 0.9 }, { 0: 1, 1: 0.9, 10: 0.9 ** 10 }],
  ["exponential over many steps", { kind: "exponential", gamma: 0.01, every: 100 }, { 0: 1, 50: 0.1, 100: 0.01 }],
  [
    "exponential that grows",
    { kind: "exponential", gamma: 1e7, every: 140 },
    { 0: 1, 20: 10, 70: 10 ** 3.5, 140: 1e7 },
  ],
  ["cosine", { kind: "cosine", steps: 100 }, { 0: 1, 25: (1 + Math.SQRT1_2) / 2, 50: 0.5, 100: 0, 5000: 0 }],
  ["cosine to a minimum", { kind: "cosine", steps: 8, min: 0.1 * base }, { 0: 1, 4: 0.55, 8: 0.1, 9: 0.1 }],
  ["warm-up", { kind: "warmup", steps: 4 }, { 0: 0.25, 1: 0.5, 2: 0.75, 3: 1, 4: 1, 100: 1 }],
  [
    "warm-up, then cosine",
    { kind: "warmup", steps: 4, after: { kind: "cosine", steps: 10 } },
    { 0: 0.25, 3: 1, 4: 1, 9: 0.5, 14: 0, 50: 0 },
  ],
  [
    "warm-up, then steps",
    { kind: "warmup", steps: 2, after: { kind: "step", every: 3, gamma: 0.1 } },
    { 2: 1, 4: 1, 5: 0.1 },
  ],
  // PyTorch's OneCycleLR: the peak is at step 0.3 · 100 − 1, the end at 99.
  [
    "one cycle",
    { kind: "oneCycle", steps: 100 },
    { 0: 1 / 25, 29: 1, 30: fall(1 / 70), 64: fall(0.5), 99: 1 / 250_000, 1000: 1 / 250_000 },
  ],
  [
    "one cycle with a late peak",
    { kind: "oneCycle", steps: 21, rise: 0.5 },
    { 0: 1 / 25, 19: fall(9.5 / 10.5), 20: 1 / 250_000 },
  ],
  ["one cycle of a single step", { kind: "oneCycle", steps: 1 }, { 0: 1 / 25 }],
];

describe.each(curves)("%s", (_, schedule, shares) => {
  const machine = compile((step: Tensor) => learningRate(schedule, base, step));

  it.each(Object.entries(shares))("at step %s is %s times the rate", (step, share) => {
    const rate = learningRate(schedule, base, scalar(Number(step)));
    expect(rate.shape).toEqual([]);
    const size = Math.max(1, share);
    expect(Math.abs(rate.item() / base - share)).toBeLessThan(1e-12 * size);
    expect(Math.abs(machine(scalar(Number(step))).item() - rate.item())).toBeLessThan(2e-6 * base * size);
  });
});

it("one cycle rises to its peak and falls after it", () => {
  const rates = Array.from({ length: 100 }, (_, i) =>
    learningRate({ kind: "oneCycle", steps: 100 }, base, scalar(i)).item(),
  );
  rates.slice(1).forEach((rate, i) => {
    if (i < 29) expect(rate).toBeGreaterThan(rates[i]!);
    else expect(rate).toBeLessThan(rates[i]!);
  });
});

it("the machine counts whole steps exactly: no multiple falls short in float32", () => {
  const steps = Int32Array.from({ length: 5000 }, (_, i) => i);
  for (const every of [3, 7, 10, 49, 100, 365]) {
    const rates = compile((step: Tensor) => learningRate({ kind: "step", every, gamma: 0.5 }, 1, step))(
      tensor(steps),
    ).data;
    const wrong = steps.findIndex((step) => {
      const expected = 0.5 ** Math.floor(step / every);
      return expected > 1e-30 && Math.abs(rates[step]! / expected - 1) > 1e-4;
    });
    expect(wrong, `every ${every}`).toBe(-1);
  }
});

it("every kind has a curve here, and is JSON", () => {
  expect([...new Set(curves.map(([, { kind }]) => kind))].sort()).toEqual(scheduleKinds.toSorted());
  for (const [, schedule] of curves) expect(JSON.parse(JSON.stringify(schedule))).toEqual(schedule);
});
