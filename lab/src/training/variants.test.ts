// Networks beside one another: from one seed, before their first step.
import { expect, it } from "vitest";
import type { Recipe } from "../recipe/recipe.ts";
import { LabTraining } from "./lab-training.ts";
import { variantOf } from "./variants.ts";

const deep: Recipe = {
  data: { kind: "set", name: "circle", options: {} },
  settings: { hidden: new Array<number>(10).fill(8), activation: "sigmoid", batchSize: 320, seed: 1 },
  interventions: [],
};

it("has the factors that the training itself measures on all rows before its first step", async () => {
  const { ledger, loss } = await variantOf(deep, {});
  const training = await LabTraining.open(deep);
  const rows = await training.ledger({ row: "batch" });
  expect((await training.frame({ row: "batch" })).loss).toBeCloseTo(loss, 5);
  expect(ledger.map(({ layer }) => layer)).toEqual(rows.map(({ layer }) => layer));
  for (const [i, { product, gradientRms }] of ledger.entries()) {
    expect(product / rows[i]!.product).toBeCloseTo(1, 3);
    expect(gradientRms / rows[i]!.gradientRms).toBeCloseTo(1, 3);
  }
  await training.dispose();
});

it("shows that sigmoid's gradients vanish through ten layers, and that residuals keep them", async () => {
  const left = async (changes: Recipe["settings"]) => (await variantOf(deep, changes)).ledger.at(-1)!.product;
  expect(await left({})).toBeLessThan(1e-6);
  expect(await left({ activation: "tanh" })).toBeGreaterThan(0.1);
  expect(await left({ activation: "relu" })).toBeGreaterThan(0.1);
  expect(await left({ residual: true })).toBeGreaterThan(0.1);
});
