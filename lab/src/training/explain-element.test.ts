// Arithmetic in float64, from the decimals that people gave.
import { expect, it } from "vitest";
import { decimal } from "./decimal.ts";
import { LabTraining } from "./lab-training.ts";

it("reads float32 as the shortest decimal that rounds to it", () => {
  expect([-0.8, 0.1, 1 / 3, 1.5, 0, 16_777_217].map((value) => decimal(Math.fround(value)))).toEqual([
    -0.8, 0.1, 0.33333334, 1.5, 0, 16_777_216,
  ]);
  for (const value of [Math.PI, 1e-30, 123_456.789, -7e20].map(Math.fround))
    expect(Math.fround(decimal(value))).toBe(value);
  expect(decimal(Number.NaN)).toBeNaN();
});

it("has the lesson's figures to all their digits", async () => {
  const neuron = await LabTraining.open({
    data: { kind: "set", name: "neuron", options: {} },
    settings: {},
    interventions: [],
  });
  const { loss, forward, gradient, update } = await neuron.explain("layers.0.weight[1,0]", 0);
  expect(forward.map(({ value }) => value)).toEqual([
    expect.closeTo(0.07, 15),
    expect.closeTo(0.5174928576663897, 15),
    expect.closeTo(0.05040085733458521, 15),
  ]);
  expect(loss).toBeCloseTo(0.05040085733458521, 15);
  expect(-0.5 * gradient).toBeCloseTo(-0.011891409237, 12);
  expect(update!.equations.at(-1)!.value).toBeCloseTo(0.5 - 0.011891409237, 12);
  await neuron.dispose();
});
