// Images that are drawn: their gradients beside differences of the loss, and rows given back as images.
import { expect, it } from "vitest";
import { setOf } from "../sets/index.ts";
import { ImageProber } from "./image-probe.ts";
import { LabTraining } from "./lab-training.ts";

it("gives the gradient that reaches each pixel of a drawing", async () => {
  const set = setOf("digits");
  const training = await LabTraining.open({
    data: { kind: "set", name: "digits", options: {} },
    settings: set.settings,
    interventions: [],
  });
  await training.seek(40);
  const { opened } = training;
  const image = opened.image!;
  const prober = new ImageProber(opened, image);
  const { pixels, target } = prober.row(3);
  expect(opened.classes).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  expect(target).toBe(opened.options.data.y.data[3]);
  const variables = await training.held((held) => held.variables());
  const { gradient, probabilities, loss } = prober.at(variables, pixels, target);
  expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  expect(loss).toBeCloseTo(-Math.log(probabilities[target]!), 4);
  expect((await training.frame({ row: 3 })).loss).toBeCloseTo(loss, 5);
  const h = 1e-2;
  for (const at of [75, 90, 104, 119]) {
    const moved = (by: number) =>
      prober.at(
        variables,
        pixels.map((value, i) => (i === at ? value + by : value)),
        target,
      ).loss;
    expect((moved(h) - moved(-h)) / (2 * h)).toBeCloseTo(gradient[at]!, 2);
  }
  // The corner is paper in every row: no feature is made of it.
  expect(opened.features).not.toContain(image.columns[0]);
  expect(gradient[0]).toBe(0);
  expect(() => prober.at(variables, pixels.subarray(1), 0)).toThrow("An image has 196 pixels");
});
