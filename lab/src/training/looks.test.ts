// What is asked of a training beside its frames: ledger, results, the loss along the last update; asking changes nothing.
import { expect, it } from "vitest";
import type { Recipe } from "../recipe/recipe.ts";
import { LabTraining } from "./lab-training.ts";

const deep: Recipe = {
  data: { kind: "set", name: "circle", options: {} },
  settings: { hidden: [6, 6, 6], activation: "sigmoid", epochs: 40, schedule: "constant", seed: 3 },
  interventions: [{ after: 60, element: "layers.0.weight[1,2]", value: 0.75 }],
};

it("has the loss along the last update, through the batch's own loss on either side of it, and goes on to the same bits", async () => {
  const training = await LabTraining.open(deep);
  expect(await training.along()).toBeUndefined();
  const before = await training.frame({ row: "batch" });
  await training.run(1, true);
  const along = (await training.along())!;
  expect(along.step).toBe(1);
  expect(along.t[10]).toBe(0);
  expect(along.loss[10]).toBeCloseTo(before.loss, 6);
  expect(along.loss[20]).toBeLessThan(along.loss[10]!);
  await training.seek(77);
  const bits = await training.weights();
  const columns = training.columns(0);
  await training.along();
  expect(training.step).toBe(77);
  expect(await training.weights()).toEqual(bits);
  expect(training.columns(0)).toEqual(columns);
  await training.run(30);
  const end = await training.weights();
  const other = await LabTraining.open(deep);
  await other.run(107);
  expect(await other.weights()).toEqual(end);
  await training.dispose();
  await other.dispose();
});

it("measures the ledger of the network as it is: sigmoid's factors are a fourth at most, and the product is that of the attenuations", async () => {
  const training = await LabTraining.open(deep);
  const rows = await training.ledger({ row: "batch" });
  expect(rows.map(({ layer }) => layer)).toEqual(["layers.6", "layers.4", "layers.2", "layers.0"]);
  let product = 1;
  for (const row of rows.slice(1)) {
    expect(row.activationFactor).toBeLessThanOrEqual(0.25);
    expect(row.activationFactor).toBeGreaterThan(0.1);
    product *= row.weightFactor * row.activationFactor;
    expect(row.product).toBeCloseTo(product, 10);
  }
  // As the training's own observation of its first step has it.
  await training.run(1, true);
  const { columns } = training.columns(0, [":product"]);
  expect(columns).toHaveLength(4);
  for (const { name, mean } of columns)
    expect(mean[0]! / rows.find(({ layer }) => name === `${layer}:product`)!.product).toBeCloseTo(1, 4);
  const [histogram] = training.exponents(["layers.0.weight:gradient"]);
  expect(histogram!.counts.reduce((sum, count) => sum + count)).toBe(12);
  await training.dispose();
});

it("counts classes taken for each other on the validation rows, and the variance explained of numbers", async () => {
  const training = await LabTraining.open(deep);
  await training.seek(200);
  const results = (await training.results())!;
  if (results.kind !== "classes") throw new Error("circle has classes");
  expect(results).toMatchObject({ split: "validation", rows: 80, classes: ["inside", "outside"] });
  expect(results.confusion.flat().reduce((sum, count) => sum + count)).toBe(80);
  const accuracy = training.columns(0, ["validation:accuracy"]).columns[0]!.mean.at(-1);
  expect(results.accuracy).toBeCloseTo(accuracy!, 10);
  await training.dispose();
});
