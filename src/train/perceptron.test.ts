// The network of a table: which layers it is made of.
import { expect, it } from "vitest";
import { perceptron } from "./perceptron.ts";

const common = { features: 3, outputs: 1, activation: "relu", init: "heUniform" } as const;
const kinds = (model: object): string[] =>
  "layers" in model ? (model.layers as { kind: string }[]).map(({ kind }) => kind) : [];

it("dropout follows every hidden activation, and no output", () => {
  const model = perceptron({ ...common, hidden: [4, 2], dropout: 0.25 });
  expect(kinds(model)).toEqual(["dense", "activation", "dropout", "dense", "activation", "dropout", "dense"]);
  expect(model).toMatchObject({ layers: { 2: { rate: 0.25 }, 5: { rate: 0.25 } } });
});

it("within a residual it lies on the branch: the identity is never left out", () => {
  const model = perceptron({ ...common, hidden: [4, 4], residual: true, normalization: "layer", dropout: 0.5 });
  expect(kinds(model)).toEqual(["dense", "layerNorm", "activation", "dropout", "residual", "dense"]);
  expect(JSON.stringify(model)).toContain('{"kind":"dropout","rate":0.5}]}},{"kind":"dense"');
});

it("no layer comes of a rate of 0", () => {
  expect(perceptron({ ...common, hidden: [4], dropout: 0 })).toEqual(perceptron({ ...common, hidden: [4] }));
});
