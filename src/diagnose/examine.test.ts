// A diagnosis with what it trains itself: trouble that no event shows is told by a twin, and a symptom that costs nothing is a remark.
import { expect, it } from "vitest";
import "../index.ts";
import { prepare, tableFromRows } from "../data/index.ts";
import { splitmix32 } from "../data/random.ts";
import type { TrainEvent } from "../train/events.ts";
import { isNonFinite } from "../train/failure.ts";
import { trainTable } from "../train/tabular.ts";
import type { Recipe } from "./change.ts";
import { examine } from "./examine.ts";

const table = (() => {
  const next = splitmix32(3);
  const chance = () => (2 * next()) / 2 ** 32 - 1;
  return tableFromRows(
    Array.from({ length: 400 }, () => {
      const [a, b, c] = [chance(), chance(), chance()];
      return { a, b, c, y: 3 * a * b + Math.sin(3 * c) + 0.1 * chance() };
    }),
    { source: "drawn" },
  );
})();

async function examined(settings: Recipe["settings"], of = table) {
  const recipe: Recipe = { data: { target: "y", seed: 2 }, settings: { seed: 2, threads: 1, ...settings } };
  const events: TrainEvent[] = [];
  try {
    for await (const event of trainTable(prepare(of, recipe.data), recipe.settings)) events.push(event);
  } catch (error) {
    if (!isNonFinite(error)) throw error;
  }
  return examine(events, of, recipe);
}

it("finds nothing wrong with an ordinary training, and tries nothing", async () => {
  expect(await examined({})).toMatchObject({ healthy: true, verdicts: [], steps: 0 });
});

it("tells a rate that is over before the training is by what the usual course of it does in a twin", async () => {
  const { healthy, verdicts } = await examined({ schedule: "exponential", learningRate: 0.0004, epochs: 30 });
  expect(healthy).toBe(false);
  const [first] = verdicts;
  expect(first).toMatchObject({ kind: "learning-rate-too-low", severity: "warning" });
  const [best] = first!.remedies;
  expect(best!.after.validationLoss!).toBeLessThan(0.9 * best!.before.validationLoss!);
});

it("names one trouble that explains a poor result, not all that may", async () => {
  const { verdicts } = await examined({ learningRate: 0.0002, epochs: 20 });
  const warned = verdicts.filter(({ severity }) => severity !== "info");
  expect(warned.map(({ kind }) => kind)).toEqual(["learning-rate-too-low"]);
});

it("does not take values in another unit for features that say nothing", async () => {
  const next = splitmix32(9);
  const chance = () => next() / 2 ** 32;
  const mixed = Array.from({ length: 300 }, () => {
    const [a, b] = [chance(), chance()];
    return { a, b, y: (2 + 3 * a - b) * (chance() < 0.06 ? 100 : 1) };
  });
  const { verdicts } = await examined({}, tableFromRows(mixed, { source: "mixed" }));
  expect(verdicts.filter(({ severity }) => severity !== "info").map(({ kind }) => kind)).toContain("label-noise");
  expect(verdicts.map(({ kind }) => kind)).not.toContain("uninformative-features");
});
