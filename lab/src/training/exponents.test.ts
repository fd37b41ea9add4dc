// Histograms over the steps are bounded, and lose no count where neighbours are joined.
import type { Sketch } from "chainrule/train";
import { expect, it } from "vitest";
import { buckets, Exponents, lowestExponent } from "./exponents.ts";

const sketch = (exponents: readonly number[]) => ({ exponents }) as Sketch;

it("keeps all counts of 10,000 steps in 128 points at most", () => {
  const all = new Exponents();
  for (let step = 1; step <= 10_000; step++) all.push("x:value", step, sketch([-3, 2, 1]));
  const [{ step, counts }] = all.data(["x:value", "y:value"]) as [ReturnType<Exponents["data"]>[number]];
  expect(step.length).toBeLessThanOrEqual(128);
  expect(step.at(-1)).toBe(10_000);
  let [two, one] = [0, 0];
  for (let i = 0; i < step.length; i++) {
    two += counts[i * buckets - 3 - lowestExponent]!;
    one += counts[i * buckets - 2 - lowestExponent]!;
  }
  expect([two, one]).toEqual([20_000, 10_000]);
});

it("forgets what is beyond a step, and takes empty histograms", () => {
  const all = new Exponents();
  for (let step = 1; step <= 20; step++) all.push("x:value", step, sketch(step === 3 ? [] : [0, 1]));
  all.truncate(5);
  all.push("x:value", 6, sketch([0, 7]));
  const [{ step, counts }] = all.data(["x:value"]) as [ReturnType<Exponents["data"]>[number]];
  expect(Array.from(step)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(Array.from(step, (_, i) => counts[i * buckets - lowestExponent])).toEqual([1, 1, 0, 1, 1, 7]);
});
