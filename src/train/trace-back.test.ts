// A number that is not finite is traced to where it began: row and column of the data, layer and op of the model.
import { describe, expect, it } from "vitest";
import { prepare, tableFromRows } from "../data/index.ts";
import { type ChainruleError, randomKey, randomUniform, type Tensor, tensor } from "../index.ts";
import {
  activation,
  avgPool2d,
  batchNorm,
  conv2d,
  dense,
  flatten,
  initialize,
  type Layer,
  sequential,
  type TensorTree,
} from "../nn/index.ts";
import type { Origin } from "../observe/origin.ts";
import { adam, sgd } from "../optim/index.ts";
import type { FailureEvent } from "./events.ts";
import { type TrainOptions, train, trainTable } from "./index.ts";
import { Sampler } from "./sampler.ts";

const rows = 300;
const x = randomUniform(randomKey(4), [rows, 5]).mul(2).sub(1);
const y = tensor(Int32Array.from({ length: rows }, (_, i) => i % 3));
const model = sequential(dense(5, 7), activation("tanh"), dense(7, 6), activation("relu"), dense(6, 3));
const basics = {
  model,
  data: { x, y },
  loss: "crossEntropy",
  optimizer: sgd({ learningRate: 0.1 }),
  epochs: 3,
  batchSize: 16,
} satisfies TrainOptions;

/** The same tensor with one element changed. */
function planted(t: Tensor, indices: readonly number[], value: number): Tensor {
  const data = Float64Array.from(t.data);
  data[indices.reduce((at, index, axis) => at * t.shape[axis]! + index, 0)] = value;
  return tensor(data, { shape: t.shape });
}

async function failure(options: TrainOptions): Promise<FailureEvent & { origin: Origin }> {
  let event: FailureEvent | undefined;
  const training = train(options);
  await expect(
    (async () => {
      for await (const one of training) if (one.type === "failure") event = one;
    })(),
  ).rejects.toMatchObject({ code: "NON_FINITE_LOSS" });
  return event as FailureEvent & { origin: Origin };
}

describe.each(["wasm", "reference"] as const)("on %s", (backend) => {
  it.each([
    [0, 0, Number.NaN],
    [123, 3, Number.POSITIVE_INFINITY],
    [299, 4, Number.NEGATIVE_INFINITY],
  ])("row %i, column %i of the data", async (row, column, value) => {
    const data = { x: planted(x, [row, column], value), y };
    for (const seed of [0, 1, 2]) {
      const { origin } = await failure({ ...basics, backend, seed, data });
      expect(origin).toMatchObject({ where: "data", op: "x", value: String(value), row, column });
    }
  });

  it("the row that the batch took, where others are bad, too", async () => {
    const data = { x: planted(planted(x, [5, 1], Number.NaN), [100, 2], Number.NaN), y };
    for (const seed of [0, 1, 2, 3, 4]) {
      const steps = [5, 100].map((row) => Math.floor(new Sampler(rows, seed).next(rows).indexOf(row) / 16) + 1);
      const { origin, step } = await failure({ ...basics, backend, seed, data });
      expect(step).toBe(Math.min(...steps));
      if (steps[0] === steps[1]) continue;
      expect(origin).toMatchObject(steps[0]! < steps[1]! ? { row: 5, column: 1 } : { row: 100, column: 2 });
    }
  });

  it("no row where the place is a feature", async () => {
    // As many features as rows in a batch: the mean over the batch has the shape of one.
    const wide = sequential(dense(5, 16), batchNorm(16), activation("relu"), dense(16, 3));
    const start = initialize(wide, 1);
    const [first, ...others] = start.parameters.layers as TensorTree[];
    const weight = (first!.weight as Tensor).mul(0).add((backend === "wasm" ? 1e38 : 1e308) / 8);
    const parameters = { layers: [{ ...first!, weight }, ...others] };
    const data = { x: x.mul(0).add(1), y };
    const { origin } = await failure({ ...basics, backend, data, model: wide, variables: { ...start, parameters } });
    expect(origin).toMatchObject({ where: "forward", op: "mean", layer: "layers.1" });
    expect(origin.row).toBeUndefined();
  });

  it("row of a target", async () => {
    const targets = planted(randomUniform(randomKey(5), [rows, 1]), [77, 0], Number.NaN);
    const options = { ...basics, backend, model: dense(5, 1), loss: "mse" as const };
    const { origin } = await failure({ ...options, data: { x, y: targets } });
    expect(origin).toMatchObject({ where: "data", op: "y", value: "NaN", row: 77 });
  });

  it("row and column of the validation data", async () => {
    const validation = { x: planted(x, [200, 2], Number.NaN), y };
    const { origin } = await failure({ ...basics, backend, validation });
    expect(origin).toMatchObject({ where: "data", op: "x", value: "NaN", row: 200, column: 2 });
  });

  // float32 ends at 3.4e38, float64 at 1.8e308.
  const huge = backend === "wasm" ? 1e38 : 1e308;
  /** Initial weights of which those of layer `at` are all `value`. */
  function withWeights(layer: Layer, at: number, value: number) {
    const { parameters, buffers } = initialize(layer, 1);
    const layers = [...(parameters.layers as readonly TensorTree[])];
    layers[at] = { ...layers[at]!, weight: (layers[at]!.weight as Tensor).mul(0).add(value) };
    return { parameters: { layers }, buffers };
  }

  it.each([0, 2, 4])("an overflow in layers.%i to its product", async (at) => {
    // Inputs and weights before are 1, so that units are positive: sums of 5 to 7 huge terms overflow.
    const data = { x: x.mul(0).add(1), y };
    const wide = sequential(dense(5, 7), activation("relu"), dense(7, 6), activation("relu"), dense(6, 3));
    const start = withWeights(wide, at, huge);
    const layers = start.parameters.layers.map((tree, i) =>
      i % 2 === 0 && i < at ? { ...tree, weight: (tree.weight as Tensor).mul(0).add(1) } : tree,
    );
    const { origin } = await failure({
      ...basics,
      backend,
      data,
      model: wide,
      variables: { ...start, parameters: { layers } },
    });
    expect(origin).toMatchObject({ where: "forward", op: "matmul", layer: `layers.${at}`, value: "Infinity" });
    expect(origin.row).toBeGreaterThanOrEqual(0);
    expect(origin.operands[1]! / huge).toBeCloseTo(1, 6);
  });

  it("an overflow in a convolution, and in batch norm's mean", async () => {
    const images = randomUniform(randomKey(3), [30, 1, 6, 6]).add(0.5);
    const labels = tensor(Int32Array.from({ length: 30 }, (_, i) => i % 3));
    const convnet = (...more: Layer[]) =>
      sequential(conv2d(1, 2, 3), ...more, activation("relu"), avgPool2d(4), flatten(), dense(2, 3));
    const data = { x: images, y: labels };
    const plain = convnet();
    expect(
      (await failure({ ...basics, backend, data, model: plain, variables: withWeights(plain, 0, huge) })).origin,
    ).toMatchObject({
      where: "forward",
      op: "conv2d",
      layer: "layers.0",
    });
    const normal = convnet(batchNorm(2));
    // Its mean is of the sum of 480 values of up to 1.4e-1 times the limit.
    const large = huge / 100;
    expect(
      (await failure({ ...basics, backend, data, model: normal, variables: withWeights(normal, 0, large) })).origin,
    ).toMatchObject({
      where: "forward",
      op: "mean",
      layer: "layers.1",
      value: "Infinity",
    });
  });

  it("an overflow of a gradient, and of an update, before any loss shows it", async () => {
    // loss = mean |w₂ w₁ x|: its gradient by w₁ is w₂, times what the optimizer makes of it.
    const chain = sequential(dense(1, 1, { bias: false }), dense(1, 1, { bias: false }));
    const one = tensor([[huge ** 0.6]]);
    const start = (first: number, second: number) => ({
      parameters: { layers: [{ weight: tensor([[first]]) }, { weight: tensor([[second]]) }] },
      buffers: {},
    });
    const options = { ...basics, backend, model: chain, loss: "mae" as const, data: { x: one, y: tensor([[0]]) } };
    const gradient = await failure({ ...options, variables: start(huge ** -0.5, huge ** 0.6) });
    expect(gradient.origin).toMatchObject({ where: "backward", op: "matmul", layer: "layers.0" });
    const update = await failure({
      ...options,
      variables: start(huge ** -0.1, huge ** 0.2),
      optimizer: sgd({ learningRate: huge ** 0.5 }),
    });
    expect(update.origin).toMatchObject({ where: "update", layer: "layers.0" });
  });
});

it.each(["weight", "US$'000", "$& and $1"])("names the table's own row and column: %s", async (feature) => {
  const records = Array.from({ length: 60 }, (_, i) => ({
    size: i % 7,
    [feature]: (i * 5) % 11,
    kind: i % 2 ? "a" : "b",
  }));
  const prepared = prepare(tableFromRows(records, { source: "shop.csv" }), { target: "kind" });
  const at = 17;
  prepared.train.x[2 * at + 1] = Number.NaN;
  const settings = { hidden: [4], epochs: 5, batchSize: 8 };
  let event: FailureEvent | undefined;
  const training = trainTable(prepared, settings);
  const error = await (async () => {
    for await (const one of training) if (one.type === "failure") event = one;
  })().catch((reason: ChainruleError) => reason);
  const tableRow = prepared.tableRows[prepared.train.rowNumbers[at]!]!;
  expect(event!.origin).toMatchObject({
    where: "data",
    split: "train",
    row: at,
    tableRow,
    column: 1,
    feature,
  });
  const said = `It began in the data: row ${tableRow} of the table, "${feature}", holds NaN.`;
  expect((error as ChainruleError).message).toContain(said);
  expect((error as ChainruleError).details).toMatchObject({ origin: { tableRow, feature } });
  await expect(trainTable(prepared, settings).result()).rejects.toThrow(said);
});

it("tells the losses of the steps before, and says it in words", async () => {
  const event = await failure({ ...basics, data: { x: planted(x, [123, 3], Number.NaN), y }, optimizer: adam() });
  expect(event.lossesBefore.length).toBeGreaterThan(0);
  for (const loss of event.lossesBefore) expect(loss).toBeCloseTo(1.1, 0);
  const error = await train({ ...basics, data: { x: planted(x, [123, 3], Number.NaN), y } })
    .result()
    .catch((reason: ChainruleError) => reason);
  expect((error as ChainruleError).message.replace(/step \d+/, "step N")).toMatchInlineSnapshot(
    `"The loss became NaN at step N (epoch 1), with a learning rate of 0.1. It began in the data: row 123 of the data, column 3, holds NaN. The last good weights, the initial ones, are kept. Mend the data, or leave the row out."`,
  );
});

it("tells the loss of the first step where the second one fails", async () => {
  const slope = { ...basics, model: dense(5, 1), loss: "mse" as const, optimizer: sgd({ learningRate: 1e30 }) };
  const event = await failure({ ...slope, data: { x, y: randomUniform(randomKey(9), [rows, 1]) } });
  expect(event.step).toBe(2);
  expect(event.lossesBefore).toHaveLength(1);
});

it("leaves a training that only looks at broken rows later as it is", async () => {
  // The same steps, with and without the look back after an epoch: losses agree to the last bit.
  const losses = async (epochs: number) => {
    const seen: number[] = [];
    for await (const event of train({ ...basics, epochs })) if (event.type === "epoch") seen.push(event.loss);
    return seen;
  };
  expect((await losses(4)).slice(0, 2)).toEqual(await losses(2));
});
