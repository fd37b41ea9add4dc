// Layers: shapes, values by hand, the names of their variables. Norms and images: layers/.
import { describe, expect, it } from "vitest";
import { compile, grad, randomKey, type Tensor, tensor } from "../index.ts";
import { flatten as flattenTree } from "../trace/tree.ts";
import {
  activation,
  activationNames,
  apply,
  applyTraining,
  batchNorm,
  conv2d,
  dense,
  dropout,
  embedding,
  flatten,
  initialize,
  type Layer,
  layerNorm,
  residual,
  sequential,
  type TensorTree,
} from "./index.ts";
import { column, counting, expectClose, gives, none, numbers, pathsOf, standardized } from "./layer-checks.ts";

describe("dense", () => {
  const weight = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const bias = tensor([0.5, -0.5, 0]);

  it("is x W + b", () => {
    const x = tensor([
      [1, 0],
      [-1, 2],
    ]);
    gives(dense(2, 3), { parameters: { weight, bias }, buffers: {} }, x, [2, 3], [1.5, 1.5, 3, 7.5, 7.5, 9]);
  });

  it("keeps leading dimensions, and goes without a bias", () => {
    const x = counting(2, 2, 2);
    const expected = [4, 5, 6, 14, 19, 24, 24, 33, 42, 34, 47, 60];
    gives(dense(2, 3, { bias: false }), { parameters: { weight }, buffers: {} }, x, [2, 2, 3], expected);
    expect(pathsOf(initialize(dense(2, 3, { bias: false })))).toEqual({ parameters: ["weight"], buffers: [] });
  });

  it("begins with a bias of 0 and weights that differ", () => {
    const { weight: drawn, bias: begun } = initialize(dense(4, 5)).parameters as Record<string, Tensor>;
    expect(drawn!.shape).toEqual([4, 5]);
    expect(new Set(numbers(drawn!)).size).toBe(20);
    expect(numbers(begun!)).toEqual([0, 0, 0, 0, 0]);
  });
});

describe("activations", () => {
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  /** Φ(x), by integrating the density with Simpson's rule. */
  const phi = (x: number) => {
    const n = 2000;
    const h = x / n;
    const density = (t: number) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
    let sum = density(0) + density(x);
    for (let i = 1; i < n; i++) sum += density(i * h) * (i % 2 === 1 ? 4 : 2);
    return 0.5 + (sum * h) / 3;
  };
  const formulas: Record<string, (x: number) => number> = {
    sigmoid,
    tanh: Math.tanh,
    relu: (x) => Math.max(x, 0),
    leakyRelu: (x) => (x > 0 ? x : 0.01 * x),
    elu: (x) => (x > 0 ? x : Math.exp(x) - 1),
    gelu: (x) => x * phi(x),
    geluTanh: (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
    silu: (x) => x * sigmoid(x),
    softplus: (x) => Math.log(1 + Math.exp(x)),
  };
  const points = [-3.5, -1, -0.25, 0, 0.25, 1, 3.5];

  it.each(Object.entries(formulas))("%s", (name, formula) => {
    gives(activation(name as never), none, column(...points), [7, 1], points.map(formula));
  });

  it("softmax, over the last dimension", () => {
    const x = tensor([
      [1, 2, 3],
      [-4, 0, 4],
    ]);
    const expected = [
      [1, 2, 3],
      [-4, 0, 4],
    ].flatMap((row) => {
      const total = row.reduce((sum, z) => sum + Math.exp(z), 0);
      return row.map((z) => Math.exp(z) / total);
    });
    gives(activation("softmax"), none, x, [2, 3], expected);
  });

  it("all have a formula here", () => {
    expect(activationNames.toSorted()).toEqual([...Object.keys(formulas), "softmax"].sort());
  });

  it.each(activationNames)("%s stays finite at ±800, and so does its gradient", (name) => {
    const x = tensor([[-800, 800]]);
    const dx = grad((v: Tensor) => apply(activation(name), none, v).square().sum())(x);
    for (const value of [...numbers(apply(activation(name), none, x)), ...numbers(dx)]) {
      expect(Number.isFinite(value)).toBe(true);
    }
  });
});

describe("dropout", () => {
  const x = tensor(
    Float64Array.from({ length: 20_000 }, () => 3),
    { shape: [100, 200] },
  );
  const drop = (rate: number, seed: number) => applyTraining(dropout(rate), none, x, randomKey(seed)).y;

  it("drops a share of `rate` and scales the rest", () => {
    for (const rate of [0.1, 0.5, 0.9]) {
      const y = numbers(drop(rate, 1));
      const dropped = y.filter((value) => value === 0).length / y.length;
      // Five standard deviations of a share of 20000.
      expect(Math.abs(dropped - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / y.length));
      for (const value of y) if (value !== 0) expect(value).toBeCloseTo(3 / (1 - rate), 10);
    }
  });

  it("draws from its key: the same one repeats, another differs, two layers of a model differ", () => {
    expect(numbers(drop(0.5, 1))).toEqual(numbers(drop(0.5, 1)));
    expect(numbers(drop(0.5, 1))).not.toEqual(numbers(drop(0.5, 2)));
    const twice = sequential(dropout(0.5), dropout(0.5));
    const kept = numbers(applyTraining(twice, initialize(twice), x, randomKey(1)).y).filter((v) => v !== 0).length;
    // With one mask for both layers half of the elements would be left.
    expect(kept / x.size).toBeGreaterThan(0.23);
    expect(kept / x.size).toBeLessThan(0.27);
  });

  it("does nothing after training, or at rate 0", () => {
    gives(dropout(0.5), none, tensor([[1, 2]]), [1, 2], [1, 2]);
    expect(numbers(drop(0, 1))).toEqual(numbers(x));
  });

  it("draws the same on the machine", () => {
    const machine = compile((input: Tensor) => applyTraining(dropout(0.3), none, input, randomKey(4)).y);
    const kept = (t: Tensor) => numbers(t).map((value) => value !== 0);
    expect(kept(machine(x))).toEqual(kept(drop(0.3, 4)));
  });
});

describe("embedding", () => {
  const variables = { parameters: { weight: counting(4, 3) }, buffers: {} };

  it("gives rows by index", () => {
    gives(embedding(4, 3), variables, tensor(Int32Array.of(3, 0, 3)), [3, 3], [9, 10, 11, 0, 1, 2, 9, 10, 11]);
    const pairs = tensor(Int32Array.of(1, 2, 0, 0), { shape: [2, 2] });
    gives(embedding(4, 3), variables, pairs, [2, 2, 3], [3, 4, 5, 6, 7, 8, 0, 1, 2, 0, 1, 2]);
  });

  it("sums the gradients of a row that is used twice", () => {
    const dw = grad((p: TensorTree) =>
      apply(embedding(4, 3), { parameters: p, buffers: {} }, tensor(Int32Array.of(1, 3, 3))).sum(),
    )(variables.parameters);
    expect(numbers(dw.weight as Tensor)).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 2, 2, 2]);
  });
});

describe("sequential and residual", () => {
  const model = sequential(
    conv2d(1, 2, 3, { padding: 1 }),
    batchNorm(2),
    activation("relu"),
    residual(conv2d(2, 2, 3, { padding: 1 }), activation("tanh")),
    flatten(),
    sequential(dense(8, 4, { bias: false }), layerNorm(4)),
    residual(dense(4, 4)),
  );

  it("name their variables by path", () => {
    expect(pathsOf(initialize(model))).toEqual({
      parameters: [
        "layers.0.weight",
        "layers.0.bias",
        "layers.1.weight",
        "layers.1.bias",
        "layers.3.layer.layers.0.weight",
        "layers.3.layer.layers.0.bias",
        "layers.5.layers.0.weight",
        "layers.5.layers.1.weight",
        "layers.5.layers.1.bias",
        "layers.6.layer.weight",
        "layers.6.layer.bias",
      ],
      buffers: ["layers.1.mean", "layers.1.var"],
    });
  });

  it("apply one layer after the other, and x + f(x)", () => {
    const f = dense(2, 2);
    const variables = { weight: counting(2, 2).add(1), bias: tensor([1, 0]) };
    const x = tensor([[1, -1]]);
    // f(x) = [1 − 3 + 1, 2 − 4]
    gives(residual(f), { parameters: { layer: variables }, buffers: { layer: {} } }, x, [1, 2], [0, -3]);
    const both = sequential(f, activation("relu"), residual(f));
    const parameters = { layers: [variables, {}, { layer: variables }] };
    gives(
      both,
      { parameters, buffers: { layers: [{}, {}, { layer: {} }] } },
      tensor([[1, 1]]),
      [1, 2],
      [5 + 24, 6 + 34],
    );
    gives(sequential(), initialize(sequential()), x, [1, 2], [1, -1]);
  });

  it("hand the buffers of inner layers on", () => {
    const inner = sequential(residual(batchNorm(1, { momentum: 0.5 })));
    const { y, buffers } = applyTraining(inner, initialize(inner), column(1, 3), randomKey(0));
    expectClose(
      y,
      [2, 1],
      standardized([1, 3]).map((v, i) => v + [1, 3][i]!),
      1e-12,
    );
    expect(flattenTree(buffers).paths).toEqual(["layers.0.layer.mean", "layers.0.layer.var"]);
    expect(flattenTree(buffers).leaves.map(numbers)).toEqual([[1], [1.5]]);
  });

  it("the same seed gives the same weights, another seed others, and no two layers share theirs", () => {
    const all = (seed?: number) => flattenTree(initialize(model, seed)).leaves.map(numbers);
    expect(all(3)).toEqual(all(3));
    expect(all()).toEqual(all(0));
    expect(all(3)).not.toEqual(all(4));
    expect(all(2 ** 32 + 3)).not.toEqual(all(3));
    const twins = initialize(sequential(dense(3, 3), dense(3, 3))).parameters as { layers: { weight: Tensor }[] };
    expect(numbers(twins.layers[0]!.weight)).not.toEqual(numbers(twins.layers[1]!.weight));
  });

  it("are JSON: what is read back predicts the same", () => {
    const read: Layer = JSON.parse(JSON.stringify(model));
    expect(read).toEqual(model);
    const x = counting(3, 1, 2, 2).div(7);
    const y = apply(model, initialize(model, 5), x);
    expect(y.shape).toEqual([3, 4]);
    expect(numbers(apply(read, initialize(read, 5), x))).toEqual(numbers(y));
    expect(numbers(applyTraining(read, initialize(read, 5), x, randomKey(1)).y)).toEqual(
      numbers(applyTraining(model, initialize(model, 5), x, randomKey(1)).y),
    );
  });
});
