// Every layer: shapes, values by hand, the names of its variables, and what it refuses.
import { describe, expect, it } from "vitest";
import { compile, grad, randomKey, type Tensor, tensor } from "../index.ts";
import { flatten as flattenTree } from "../trace/tree.ts";
import {
  activation,
  activationNames,
  apply,
  applyTraining,
  avgPool2d,
  batchNorm,
  conv2d,
  dense,
  dropout,
  embedding,
  flatten,
  initialize,
  type Layer,
  layerNorm,
  maxPool2d,
  residual,
  sequential,
  type TensorTree,
  type Variables,
} from "./index.ts";

const none: Variables = { parameters: {}, buffers: {} };
const numbers = (t: Tensor) => Array.from(t.data);
const column = (...values: number[]) => tensor(values.map((value) => [value]));
/** 0, 1, 2 … in a shape. */
const counting = (...shape: number[]) =>
  tensor(
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
    { shape },
  );

function expectClose(actual: Tensor, shape: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual.shape).toEqual(shape);
  expect(actual.size).toBe(expected.length);
  expected.forEach((value, i) => {
    const error = Math.abs(actual.data[i]! - value) / Math.max(1, Math.abs(value));
    if (!(error <= tolerance)) expect.fail(`element ${i} is ${actual.data[i]}, not ${value}`);
  });
}

/** What the layer gives, after training, eagerly in float64 and compiled in float32. */
function gives(layer: Layer, variables: Variables, x: Tensor, shape: readonly number[], expected: readonly number[]) {
  expectClose(apply(layer, variables, x), shape, expected, 1e-12);
  const machine = compile((v: Variables, input: Tensor) => apply(layer, v, input));
  expectClose(machine(variables, x), shape, expected, 2e-6);
}

const pathsOf = ({ parameters, buffers }: Variables) => ({
  parameters: flattenTree(parameters).paths,
  buffers: flattenTree(buffers).paths,
});

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

/** (x − mean) / √(var + ε) of a list. */
function standardized(values: readonly number[], epsilon = 1e-5): number[] {
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return values.map((v) => (v - mean) / Math.sqrt(variance + epsilon));
}

describe("layer norm", () => {
  it("standardises the last dimension, then scales and shifts", () => {
    const rows = [
      [1, 2, 4],
      [-1, 0, 10],
    ];
    const [w, b] = [
      [2, 1, -1],
      [0, 0.5, 1],
    ] as const;
    const expected = rows.flatMap((row) => standardized(row).map((v, i) => v * w[i]! + b[i]!));
    const variables = { parameters: { weight: tensor([...w]), bias: tensor([...b]) }, buffers: {} };
    gives(layerNorm(3), variables, tensor(rows), [2, 3], expected);
  });

  it("is the same in training, and finite for a row of equal numbers", () => {
    const variables = initialize(layerNorm(3));
    expect(pathsOf(variables)).toEqual({ parameters: ["weight", "bias"], buffers: [] });
    gives(layerNorm(3), variables, tensor([[7, 7, 7]]), [1, 3], [0, 0, 0]);
    const x = tensor([[1, 2, 4]]);
    expect(numbers(applyTraining(layerNorm(3), variables, x, randomKey(0)).y)).toEqual(
      numbers(apply(layerNorm(3), variables, x)),
    );
  });
});

describe("batch norm", () => {
  const layer = batchNorm(2, { momentum: 0.25 });
  const start: Variables = {
    parameters: { weight: tensor([2, 1]), bias: tensor([0, -1]) },
    buffers: { mean: tensor([1, 2]), var: tensor([4, 9]) },
  };
  const x = tensor([
    [1, 10],
    [2, 20],
    [6, 60],
  ]);

  it("uses the batch's statistics in training and moves the running ones, the variance unbiased", () => {
    const { y, buffers } = applyTraining(layer, start, x, randomKey(0));
    const first = standardized([1, 2, 6]);
    const second = standardized([10, 20, 60]);
    expectClose(
      y,
      [3, 2],
      first.flatMap((v, i) => [2 * v, second[i]! - 1]),
      1e-12,
    );
    // Means 3 and 30; unbiased variances (4 + 1 + 9) / 2 = 7 and 700.
    expectClose(buffers.mean as Tensor, [2], [0.75 * 1 + 0.25 * 3, 0.75 * 2 + 0.25 * 30], 1e-12);
    expectClose(buffers.var as Tensor, [2], [0.75 * 4 + 0.25 * 7, 0.75 * 9 + 0.25 * 700], 1e-12);
  });

  it("uses the running statistics afterwards", () => {
    const scale = [2 / Math.sqrt(4 + 1e-5), 1 / Math.sqrt(9 + 1e-5)] as const;
    const expected = [1, 2, 6].flatMap((v) => [(v - 1) * scale[0], (10 * v - 2) * scale[1] - 1]);
    gives(layer, start, x, [3, 2], expected);
  });

  it("counts pixels with the batch for images", () => {
    const images = counting(2, 2, 1, 2);
    const { y, buffers } = applyTraining(batchNorm(2), initialize(batchNorm(2)), images, randomKey(0));
    const [first, second] = [standardized([0, 1, 4, 5]), standardized([2, 3, 6, 7])];
    expectClose(
      y,
      [2, 2, 1, 2],
      [...first.slice(0, 2), ...second.slice(0, 2), ...first.slice(2), ...second.slice(2)],
      1e-12,
    );
    // Σ (v − 2.5)² = 17 over 3
    expectClose(buffers.mean as Tensor, [2], [0.25, 0.45], 1e-12);
    expectClose(buffers.var as Tensor, [2], [0.9 + 0.1 * (17 / 3), 0.9 + 0.1 * (17 / 3)], 1e-12);
  });

  it("stays finite for a batch of one row", () => {
    const { y, buffers } = applyTraining(layer, start, tensor([[5, 6]]), randomKey(0));
    expectClose(y, [1, 2], [0, -1], 1e-12);
    expectClose(buffers.var as Tensor, [2], [3, 6.75], 1e-12);
  });

  it("begins with mean 0 and variance 1", () => {
    const variables = initialize(batchNorm(2));
    expect(pathsOf(variables)).toEqual({ parameters: ["weight", "bias"], buffers: ["mean", "var"] });
    expect(flattenTree(variables).leaves.map(numbers)).toEqual([
      [1, 1],
      [0, 0],
      [0, 0],
      [1, 1],
    ]);
  });
});

describe("conv2d", () => {
  it("slides the kernel, with a bias a channel", () => {
    // 3 × 3 image 0 … 8; kernels: the sum of a 2 × 2 window, and its upper left.
    const weight = tensor(Float64Array.of(1, 1, 1, 1, 1, 0, 0, 0), { shape: [2, 1, 2, 2] });
    const variables = { parameters: { weight, bias: tensor([0.5, -1]) }, buffers: {} };
    const expected = [8.5, 12.5, 20.5, 24.5, -1, 0, 2, 3];
    gives(conv2d(1, 2, 2), variables, counting(1, 1, 3, 3), [1, 2, 2, 2], expected);
  });

  it("by strides, padding, dilation and groups", () => {
    const weight = tensor(Float64Array.of(1, 2, 3, 4), { shape: [1, 1, 2, 2] });
    const bare = { parameters: { weight }, buffers: {} };
    const image = counting(1, 1, 3, 3);
    // At every corner one element of the kernel meets the image.
    const padded = conv2d(1, 1, 2, { bias: false, stride: 3, padding: 1 });
    gives(padded, bare, image, [1, 1, 2, 2], [4 * 0, 3 * 2, 2 * 6, 1 * 8]);
    gives(
      conv2d(1, 1, 2, { bias: false, stride: 2, padding: 1 }),
      bare,
      image,
      [1, 1, 2, 2],
      [0, 3 + 8, 6 + 24, 4 + 10 + 21 + 32],
    );
    gives(conv2d(1, 1, 2, { bias: false, dilation: 2 }), bare, image, [1, 1, 1, 1], [0 + 4 + 18 + 32]);
    const grouped = { parameters: { weight: tensor(Float64Array.of(10, 100), { shape: [2, 1, 1, 1] }) }, buffers: {} };
    gives(conv2d(2, 2, 1, { bias: false, groups: 2 }), grouped, counting(1, 2, 1, 2), [1, 2, 1, 2], [0, 10, 200, 300]);
  });

  it("draws a weight [outputs, inputs / groups, kernel] by the window's fan-in", () => {
    const { weight } = initialize(conv2d(8, 64, [3, 5], { groups: 2 })).parameters as { weight: Tensor };
    expect(weight.shape).toEqual([64, 4, 3, 5]);
    const bound = Math.sqrt(6 / (4 * 15));
    const largest = Math.max(...numbers(weight).map(Math.abs));
    expect(largest).toBeLessThanOrEqual(bound);
    expect(largest).toBeGreaterThan(0.99 * bound);
  });
});

describe("pools and flatten", () => {
  const image = counting(1, 1, 4, 4);

  it("max", () => {
    gives(maxPool2d(2), none, image, [1, 1, 2, 2], [5, 7, 13, 15]);
    gives(maxPool2d(3, { stride: 1 }), none, image, [1, 1, 2, 2], [10, 11, 14, 15]);
    gives(
      maxPool2d(2, { padding: 1 }),
      none,
      image.sub(20),
      [1, 1, 3, 3],
      [0, 2, 3, 8, 10, 11, 12, 14, 15].map((v) => v - 20),
    );
  });

  it("average, padding counting as zeros", () => {
    gives(avgPool2d(2), none, image, [1, 1, 2, 2], [2.5, 4.5, 10.5, 12.5]);
    gives(avgPool2d([1, 4]), none, image, [1, 1, 4, 1], [1.5, 5.5, 9.5, 13.5]);
    gives(avgPool2d(2, { stride: 4, padding: 1 }), none, image, [1, 1, 2, 2], [0, 0.75, 3, 3.75]);
  });

  it("flatten keeps the batch", () => {
    gives(
      flatten(),
      none,
      counting(2, 3, 1, 2),
      [2, 6],
      Array.from({ length: 12 }, (_, i) => i),
    );
    gives(flatten(), none, counting(2), [2, 1], [0, 1]);
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
