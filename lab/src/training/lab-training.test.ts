// Trainings of the lab: anywhere on the way and back to the same bits, changed by hand, and the lessons' figures.
import { expect, it } from "vitest";
import type { Recipe } from "../recipe/recipe.ts";
import { LabTraining } from "./lab-training.ts";

const xor: Recipe = {
  data: { kind: "set", name: "xor", options: {} },
  settings: { hidden: [4, 3], activation: "tanh", epochs: 40, seed: 3 },
  interventions: [],
};

it("goes back and on to the same bits", async () => {
  const training = await LabTraining.open(xor);
  const at: Uint8Array[] = [];
  for (const step of [0, 1, 37, 64, 65, 200]) {
    await training.seek(step);
    at[step] = await training.weights();
  }
  for (const step of [65, 200, 1, 64, 0, 37]) {
    await training.seek(step);
    expect(await training.weights()).toEqual(at[step]);
  }
  await training.dispose();
});

it("is changed by hand from a step on, and as if it had never been where that is taken back", async () => {
  const training = await LabTraining.open(xor);
  await training.seek(100);
  const plain = await training.weights();
  const interventions = [
    { after: 20, element: "layers.0.weight[1,2]", value: 0.75 },
    { after: 30, rate: 0.5 },
  ];
  await training.intervene(interventions);
  expect(training.step).toBe(100);
  const changed = await training.weights();
  expect(changed).not.toEqual(plain);
  const other = await LabTraining.open({ ...xor, interventions });
  await other.runFor(10_000, 100);
  expect(await other.weights()).toEqual(changed);
  await other.seek(20);
  expect((await other.frame({ row: 0 })).parameters["layers.0.weight"]![6]).toBe(0.75);
  await training.intervene([]);
  expect(await training.weights()).toEqual(plain);
});

it("has the figures of the lesson on one neuron", async () => {
  const neuron = await LabTraining.open({
    data: { kind: "set", name: "neuron", options: {} },
    settings: {},
    interventions: [],
  });
  const one = await neuron.explain("layers.0.weight[1,0]", 0);
  expect(one.loss).toBeCloseTo(0.05040085733458521, 7);
  expect(-0.5 * one.gradient).toBeCloseTo(-0.011891409237, 8);
  expect(one.update?.equations.at(-1)?.value).toBeCloseTo(0.5 - 0.011891409237, 7);
  const { values, deltas } = await neuron.frame({ row: "batch" });
  expect(values["layers.1"]![0]).toBeCloseTo(0.5174928576663897, 6);
  expect(-deltas["layers.0"]![0]!).toBeCloseTo(-0.07927606158013764, 7);
});

it("draws what every unit makes of the plane", async () => {
  const training = await LabTraining.open(xor);
  expect(training.describe()).toMatchObject({ hasPlane: true, rows: 320, validationRows: 80, features: ["x1", "x2"] });
  const planes = await training.planes(8);
  expect(Object.keys(planes)).toContain("layers.4[0]");
  expect(planes["layers.0[3]"]).toHaveLength(64);
  expect(Object.keys(await training.planes(8, ["layers.1[2]"]))).toEqual(["layers.1[2]"]);
});

it("keeps figures over the steps", async () => {
  const training = await LabTraining.open(xor);
  await training.run(50, true);
  const { version, columns } = training.columns(0);
  const loss = columns.find(({ name }) => name === "loss")!;
  expect(Array.from(loss.step)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  expect(columns.map(({ name }) => name)).toContain("validation:accuracy");
  await training.seek(10);
  await training.run(20, true);
  expect(training.columns(0, ["loss"]).columns[0]!.step).toHaveLength(50);
  expect(training.columns(version).columns).toEqual([]);
  await training.intervene([{ after: 25, rate: 0 }]);
  expect(training.columns(0, ["loss"]).columns[0]!.step.at(-1)).toBe(30);
});
