// The structure of a network: what normalises and what is added belongs to the layers with weights.
import { activation, batchNorm, dense, residual, sequential } from "chainrule/nn";
import { expect, it } from "vitest";
import { elementOf, nameOf, wordsOf } from "./elements.ts";
import { networkOf } from "./network.ts";

const model = sequential(
  ...[dense(2, 3), batchNorm(3), activation("tanh")],
  residual(dense(3, 3), batchNorm(3), activation("tanh")),
  dense(3, 1),
);
const network = { layers: networkOf(model), features: ["a", "b"] };

it("has γ and β of a normalisation, and what is added to a layer's output", () => {
  const [first, second, last] = network.layers;
  expect(first).toMatchObject({ scale: "layers.1.weight", shift: "layers.1.bias", output: "layers.2" });
  expect(first!.skips).toBeUndefined();
  expect(second).toMatchObject({
    ...{ weight: "layers.3.layer.layers.0.weight", scale: "layers.3.layer.layers.1.weight", output: "layers.3" },
    ...{ input: "layers.3.input", skips: [1] },
  });
  expect(last!.scale).toBeUndefined();
  expect(networkOf(sequential(residual(dense(2, 2)), dense(2, 1)))[0]!.skips).toEqual([0]);
});

it("names γ and β, and what enters a residual", () => {
  for (const kind of ["bias", "scale", "shift"] as const) {
    const element = { kind, layer: 1, to: 2 };
    expect(elementOf(network, nameOf(network, element))).toEqual(element);
  }
  expect(wordsOf(network, { kind: "scale", layer: 0, to: 2 })).toBe("Scale γ of unit 2 of layer 1");
  expect(elementOf(network, "layers.3.input[0,1]")).toEqual({ kind: "unit", layer: 0, to: 1 });
});
