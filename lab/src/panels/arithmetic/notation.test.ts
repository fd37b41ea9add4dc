// Short symbols of explanations, and numbers that know what they are of.
import { expect, it } from "vitest";
import { LabTraining } from "../../training/lab-training.ts";
import { namesOfFactor, numberOf, symbolTex, tokensOf } from "./notation.ts";

const layer = (l: number, inputs: number, outputs: number) => ({
  ...{ path: `layers.${2 * l}`, inputs, outputs, weight: `layers.${2 * l}.weight`, bias: `layers.${2 * l}.bias` },
  ...{
    input: l === 0 ? "x" : `layers.${2 * l - 1}`,
    z: `layers.${2 * l}`,
    values: [`layers.${2 * l}`, `layers.${2 * l + 1}`],
    output: `layers.${2 * l + 1}`,
    others: [],
  },
});
const network = { features: ["a", "b"], layers: [layer(0, 2, 3), layer(1, 3, 1)] };

it("makes names short, without a row where there is only one", () => {
  const tex = "\\mathrm{layers.0}_{4,1} = x_{4,0} \\cdot \\mathrm{layers.0.weight}_{0,1} + \\mathrm{layers.0.bias}_{1}";
  expect(symbolTex(network, tex, true)).toBe("{z^{(1)}_{1}} = {x_{0}} \\cdot {w^{(1)}_{0,1}} + {b^{(1)}_{1}}");
  expect(symbolTex(network, tex, false)).toBe("{z^{(1)}_{4,1}} = {x_{4,0}} \\cdot {w^{(1)}_{0,1}} + {b^{(1)}_{1}}");
  expect(symbolTex(network, "\\exp\\left(\\mathrm{layers.3}_{0,0}\\right)^2 - \\mathrm{logSoftmax}_{0,1}", true)).toBe(
    "\\exp\\left({y_{0}}\\right)^2 - \\mathrm{logSoftmax}_{0,1}",
  );
});

it("knows what each number of a line is of", () => {
  const tokens = tokensOf(
    network,
    "0.5 · (x[0,0] · layers.0.weight[0,1] − tanh(layers.0[0,2]))²",
    "0.5 · (0.25 · (−1.5e−7) − tanh(−2))²",
  );
  expect(tokens.map(({ text }) => text).join("")).toBe("0.5 · (0.25 · (−1.5e−7) − tanh(−2))²");
  expect(tokens.filter(({ isNumber }) => isNumber)).toEqual([
    { text: "0.5", isNumber: true, isConstant: true, name: undefined },
    { text: "0.25", isNumber: true, isConstant: false, name: "x[0,0]" },
    { text: "−1.5e−7", isNumber: true, isConstant: false, name: "layers.0.weight[0,1]" },
    { text: "−2", isNumber: true, isConstant: false, name: "layers.1[2]" },
  ]);
  expect(numberOf("−1.5e−7")).toBe(-1.5e-7);
  const many = tokensOf(network, "x[0,0] + (the other 12 terms)", "0.25 + 3.5");
  expect(many.map(({ name }) => name)).toEqual(["x[0,0]", undefined, undefined]);
});

it("lights the edge of a factor", () => {
  const edge = namesOfFactor(network, "∂layers.2[0,0]/∂layers.1[0,1]", "layers.2.weight[1,0]");
  expect(edge).toEqual(["layers.2.weight[1,0]"]);
  const input = namesOfFactor(network, "∂layers.0[0,1]/∂layers.0.weight[0,1]", "x[0,0]");
  expect(input).toEqual(["x[0,0]", "layers.0.weight[0,1]"]);
});

it("goes together with every line that the engine writes of a network", async () => {
  const training = await LabTraining.open({
    data: { kind: "set", name: "circle", options: {} },
    settings: { hidden: [4, 3], activation: "tanh", seed: 1 },
    interventions: [],
  });
  const { layers, features } = training.describe();
  for (const [name, row] of [
    ["layers.0.weight[0,1]", 3],
    ["layers.0[0,2]", 5],
    ["layers.4.bias[1]", "batch"],
  ] as const) {
    const { forward, paths } = await training.explain(name, row);
    for (const { symbols, numbers } of [...forward, ...paths.flatMap(({ factors }) => factors)]) {
      if (numbers === undefined) continue;
      const tokens = tokensOf({ layers, features }, symbols.text, numbers.text);
      expect(tokens.map(({ text }) => text).join("")).toBe(numbers.text);
      const own = tokens.filter(({ isNumber, isConstant }) => isNumber && !isConstant);
      // What is of the loss alone has no place in the network.
      if (!/logSoftmax|target|neg\[/.test(symbols.text))
        expect([symbols.text, own.filter((token) => token.name === undefined)]).toEqual([symbols.text, []]);
    }
  }
  await training.dispose();
});
