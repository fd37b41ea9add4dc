// The surface of the loss over two parameters, against what the formula of one neuron gives.
import { expect, it } from "vitest";
import { LabTraining } from "./lab-training.ts";
import { PairLoss } from "./surface.ts";

const elements = ["layers.0.weight[0,0]", "layers.0.weight[1,0]"] as const;
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

it("is E(w₁, w₂) of one neuron, with its curvature, and the ways down it", async () => {
  const training = await LabTraining.open({
    data: { kind: "set", name: "neuronAtRates", options: {} },
    settings: {},
    interventions: [],
  });
  const surface = await training.surface({ elements, x: [-4, 4], y: [-4, 4], resolution: 5 });
  const centre = (i: number) => -4 + (8 * (i + 0.5)) / 5;
  surface.loss.forEach((loss, i) => {
    expect(loss).toBeCloseTo(0.5 * (0.5 - sigmoid(centre(i % 5) + 2 * centre(Math.floor(i / 5)))) ** 2, 12);
  });
  const held = await training.held((one) => one.variables());
  // σ′² |x|² at w·x = 0.
  expect(new PairLoss(training.opened, held, elements).curvature([1, -0.5])).toBeCloseTo(0.3125, 9);
  const before = await training.weights();
  const [small, right, large] = await training.descents(elements, [0.1, 3.2, 10], 40);
  expect(small!.loss.at(-1)).toBeGreaterThan(1e-4);
  expect(right!.loss.at(-1)).toBeLessThan(1e-10);
  expect(large!.loss.at(-1)).toBeGreaterThan(small!.loss.at(-1)!);
  expect(small!.x[1]).toBeCloseTo(0.5 + 0.1 * 0.0287784, 6);
  expect(await training.weights()).toEqual(before);
});
