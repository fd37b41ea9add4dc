// Whole models trained for twenty steps against PyTorch's: first gradients, losses, final parameters.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compile, type Tensor, tensor, valueAndGrad } from "../src/index.ts";
import {
  activation,
  apply,
  conv2d,
  dense,
  flatten,
  type Layer,
  losses,
  maxPool2d,
  sequential,
} from "../src/nn/index.ts";
import { adam, initOptimizer, type Optimizer, sgd, updateOptimizer } from "../src/optim/index.ts";

interface Figures {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
type Weights = Readonly<Record<string, Figures>>;

interface Golden {
  readonly name: string;
  readonly parameters: Weights;
  readonly x: Figures;
  readonly y: Figures;
  readonly firstGradients: Weights;
  readonly losses: readonly number[];
  readonly final: Weights;
  readonly spec: { readonly layers: unknown };
}

const goldens: readonly Golden[] = JSON.parse(readFileSync(new URL("golden/models.json", import.meta.url), "utf8"));

interface Setup {
  readonly model: Layer;
  readonly loss: keyof typeof losses;
  readonly optimizer: Optimizer;
}

/** Dense layers of the given sizes, each followed by the activation; `last`: the last one too. */
function mlp(sizes: readonly number[], name: "sigmoid" | "relu", last: boolean): Layer {
  const layers = sizes.slice(1).flatMap((n, i) => [dense(sizes[i]!, n), activation(name)]);
  return sequential(...(last ? layers : layers.slice(0, -1)));
}

const setups: Readonly<Record<string, Setup>> = {
  "mlp-sigmoid-half-sse": {
    model: mlp([3, 3, 1], "sigmoid", true),
    loss: "halfSumOfSquares",
    optimizer: sgd({ learningRate: 0.5 }),
  },
  "mlp-relu-cross-entropy-adam": {
    model: mlp([4, 8, 6, 3], "relu", false),
    loss: "crossEntropy",
    optimizer: adam({ learningRate: 0.01 }),
  },
  "deep-sigmoid-8": {
    model: mlp([6, 6, 6, 6, 6, 6, 6, 6, 6, 1], "sigmoid", true),
    loss: "halfSumOfSquares",
    optimizer: sgd({ learningRate: 0.1 }),
  },
  convnet: {
    model: sequential(conv2d(1, 3, 3, { padding: 1 }), activation("relu"), maxPool2d(2), flatten(), dense(48, 4)),
    loss: "crossEntropy",
    optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
  },
};

const float = ({ shape, data }: Figures): Tensor => tensor(Float64Array.from(data), { shape });

type Parameters = { readonly layers: readonly Readonly<Record<string, Tensor>>[] };

/** PyTorch's weights by our paths. Its Linear weight is [out, in], ours is [in, out]; convolutions agree. */
function ourParameters(weights: Weights, count: number): Parameters {
  const layers = Array.from({ length: count }, () => ({}) as Record<string, Tensor>);
  for (const [path, figures] of Object.entries(weights)) {
    const [layer, name] = path.split(".") as [string, string];
    const value = float(figures);
    layers[Number(layer)]![name] = name === "weight" && value.rank === 2 ? value.T : value;
  }
  return { layers };
}

function expectClose(actual: Tensor, expected: Tensor, tolerance: number, what: string): void {
  expect(actual.shape, what).toEqual(expected.shape);
  const floor = Math.max(...Array.from(expected.data, Math.abs)) / 20;
  expected.data.forEach((value, i) => {
    const error = Math.abs(actual.data[i]! - value) / Math.max(Math.abs(value), floor);
    if (!(error <= tolerance)) expect.fail(`${what}[${i}] is ${actual.data[i]}, not ${value}: relative error ${error}`);
  });
}

function expectParameters(actual: Parameters, expected: Parameters, tolerance: number): void {
  expected.layers.forEach((layer, i) => {
    for (const [name, value] of Object.entries(layer)) {
      expectClose(actual.layers[i]![name]!, value, tolerance, `layers.${i}.${name}`);
    }
  });
}

function trains(golden: Golden, backend: "reference" | "wasm", lossTolerance: number, finalTolerance: number): void {
  const { model, loss, optimizer } = setups[golden.name]!;
  const count = model.kind === "sequential" ? model.layers.length : 0;
  const x = float(golden.x);
  const isClass = loss === "crossEntropy";
  const y = isClass ? tensor(Int32Array.from(golden.y.data), { shape: golden.y.shape }) : float(golden.y);
  const step = compile(
    (parameters: Parameters, state: Readonly<Record<string, unknown>>, at: Tensor, inputs: Tensor, targets: Tensor) => {
      const [value, gradients] = valueAndGrad((p: Parameters) =>
        losses[loss](apply(model, { parameters: p, buffers: {} }, inputs), targets),
      )(parameters);
      return { value, gradients, next: updateOptimizer(optimizer, parameters, gradients, state, { step: at }) };
    },
    { backend },
  );
  let parameters = ourParameters(golden.parameters, count);
  let state = initOptimizer(optimizer, parameters);
  expect(golden.losses.length).toBe(20);
  golden.losses.forEach((expected, i) => {
    const { value, gradients, next } = step(parameters, state, tensor(Int32Array.of(i), { shape: [] }), x, y);
    if (i === 0) expectParameters(gradients, ourParameters(golden.firstGradients, count), lossTolerance);
    // Relative to the loss, or to a twentieth of the first one: a small rest of a sum has the rounding of its terms.
    const error = Math.abs(value.item() - expected) / Math.max(expected, golden.losses[0]! / 20);
    expect(error, `loss of step ${i}: ${value.item()}, not ${expected}`).toBeLessThan(lossTolerance);
    parameters = next.parameters;
    state = next.state;
  });
  expectParameters(parameters, ourParameters(golden.final, count), finalTolerance);
}

it("every model of the file is set up here", () => {
  expect(goldens.map(({ name }) => name).sort()).toEqual(Object.keys(setups).sort());
});

describe("the reference agrees with PyTorch to 1e-9 all the way", () => {
  it.each(goldens.map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
    trains(golden, "reference", 1e-9, 1e-9);
  });
});

describe("the machine agrees with PyTorch: losses to 2e-5, final parameters to 1e-4", () => {
  it.each(goldens.map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
    trains(golden, "wasm", 2e-5, 1e-4);
  });
});
