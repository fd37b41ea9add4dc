// Losses that are not finite end a training with the last good weights; data that cannot be trained on is refused before.
import { describe, expect, it } from "vitest";
import { type ChainruleError, ones, tensor, zeros } from "../index.ts";
import { activation, dense, initialize, sequential, type Variables } from "../nn/index.ts";
import { adam, sgd } from "../optim/index.ts";
import { flatten } from "../trace/tree.ts";
import { type TrainOptions, train } from "./index.ts";
import { Sampler } from "./sampler.ts";

const x = tensor([
  [1, 2],
  [2, 1],
  [3, 5],
  [4, -1],
]);
const labels = tensor(Int32Array.of(0, 1, 0, 1));
const values = tensor([[1], [2], [3], [4]]);
const regression = {
  model: dense(2, 1),
  data: { x, y: values },
  loss: "mse",
  optimizer: sgd({ learningRate: 1e30 }),
  epochs: 30,
  batchSize: 2,
} satisfies TrainOptions;
const classification = {
  ...regression,
  model: sequential(dense(2, 3), activation("relu"), dense(3, 2)),
  data: { x, y: labels },
  loss: "crossEntropy",
} satisfies TrainOptions;

interface Details {
  readonly step: number;
  readonly epoch: number;
  readonly learningRate: number;
  readonly variables: Variables;
}
const detailsOf = ({ details }: ChainruleError) => details as ChainruleError["details"] & Details;

async function failure(options: TrainOptions): Promise<{ message: string; details: Details }> {
  const error = await train(options)
    .result()
    .then(
      () => expect.fail("the training did not fail"),
      (reason: ChainruleError) => reason,
    );
  expect(error.code).toBe("NON_FINITE_LOSS");
  return { message: error.message, details: detailsOf(error) };
}
const numbers = (variables: Variables) => flatten(variables).leaves.flatMap(({ data }) => Array.from(data));

describe.each(["wasm", "reference"] as const)("on %s", (backend) => {
  const huge = x.mul(backend === "wasm" ? 1e30 : 1e250);
  const rate = sgd({ learningRate: backend === "wasm" ? 1e30 : 1e300 });
  const cases: Record<string, TrainOptions> = {
    "a huge rate for values": { ...regression, optimizer: rate },
    "a huge rate for classes": { ...classification, optimizer: rate },
    "a huge rate and one step": { ...regression, optimizer: rate, batchSize: 4, epochs: 1 },
    "huge data for values": { ...regression, data: { x: huge, y: values }, optimizer: sgd() },
    "huge data for classes": { ...classification, data: { x: huge, y: labels }, optimizer: rate },
    "huge data, full batches": { ...classification, data: { x: huge, y: labels }, optimizer: rate, batchSize: 4 },
    "data with NaN": { ...regression, data: { x: x.mul(Number.NaN), y: values }, optimizer: adam() },
    "validation data with NaN": {
      ...regression,
      validation: { x: x.mul(Number.NaN), y: values },
      optimizer: sgd({ learningRate: 0.01 }),
    },
    "huge data and validation": {
      ...classification,
      data: { x: huge, y: labels },
      validation: { x: huge, y: labels },
      optimizer: rate,
    },
  };

  it.each(Object.entries(cases))("%s: names the step, and keeps finite weights", async (_, options) => {
    const { message, details } = await failure({ ...options, backend });
    expect(message).toContain(`step ${details.step} (epoch ${details.epoch})`);
    for (const value of numbers(details.variables)) expect(Number.isFinite(value)).toBe(true);
    expect(numbers(details.variables)).toHaveLength(numbers(initialize(options.model)).length);
    // The kept weights are the same again: nothing depends on the clock.
    expect(numbers((await failure({ ...options, backend })).details.variables)).toEqual(numbers(details.variables));
  });
});

it("says what became of the loss, where, at which rate, and what is kept", async () => {
  expect((await failure(regression)).message).toMatchInlineSnapshot(
    `"The loss became infinite at step 2 (epoch 1), with a learning rate of 1e+30. It began in the loss: square gave Infinity at [0, 0] (row 2 of the data), from 3.57e+31. The last good weights, the initial ones, are kept. Lower the learning rate, clip the gradients, or look for extreme values in the data."`,
  );
  expect((await failure({ ...classification, data: { x: x.mul(1e30), y: labels } })).message).toMatchInlineSnapshot(
    `"The loss became NaN at step 3 (epoch 2), with a learning rate of 1e+30. It began in the update of layers.0: mul gave Infinity at [0, 1], from 1.2e+30 and 1e+30. The last good weights, those after step 1, are kept. Lower the learning rate, clip the gradients, or look for extreme values in the data."`,
  );
  expect((await failure({ ...regression, data: { x: x.mul(1e30), y: values } })).message).toMatchInlineSnapshot(
    `"The loss became infinite at step 1 (epoch 1), with a learning rate of 1e+30. It began in the loss: square gave Infinity at [0, 0] (row 0 of the data), from 2.29e+30. The last good weights, the initial ones, are kept. Lower the learning rate, clip the gradients, or look for extreme values in the data."`,
  );
  expect((await failure({ ...regression, batchSize: 4, epochs: 1 })).message).toMatchInlineSnapshot(
    `"The training loss became infinite after step 1 (epoch 1), with a learning rate of 1e+30. It began in the loss: square gave Infinity at [0, 0] (row 0 of the data), from -8.12e+30. The last good weights, the initial ones, are kept. Lower the learning rate, clip the gradients, or look for extreme values in the data."`,
  );
  const validation = { x: x.mul(1e30), y: values };
  const small = sgd({ learningRate: 0.01 });
  expect((await failure({ ...regression, validation, optimizer: small })).message).toMatchInlineSnapshot(
    `"The validation loss became infinite after step 2 (epoch 1), with a learning rate of 0.01. It began in the loss: square gave Infinity at [0, 0] (row 0 of the validation data), from 2.02e+30. The last good weights, those after step 1, are kept. Lower the learning rate, clip the gradients, or look for extreme values in the data."`,
  );
});

it("finds the step of one bad row among hundreds, whatever the slices, with the schedule's rate", async () => {
  const rows = 350;
  const bad = 123;
  const data = {
    x: tensor(
      Float64Array.from({ length: rows }, (_, i) => (i === bad ? 1e30 : 1)),
      { shape: [rows, 1] },
    ),
    y: ones([rows, 1]),
  };
  for (let seed = 0; seed < 5; seed++) {
    const step = new Sampler(rows, seed).next(rows).indexOf(bad) + 1;
    const options: TrainOptions = {
      ...regression,
      model: dense(1, 1),
      data,
      seed,
      batchSize: 1,
      optimizer: sgd({ learningRate: 0.1 }),
      schedule: { kind: "warmup", steps: 1000 },
    };
    const { message, details } = await failure(options);
    expect(message).toMatch(`The loss became infinite at step ${step} (epoch 1)`);
    expect(details).toMatchObject({ step, epoch: 1 });
    expect(details.learningRate).toBeCloseTo((0.1 * step) / 1000, 9);
  }
});

it("keeps the best weights of the validation where a later step fails", async () => {
  const options: TrainOptions = {
    ...regression,
    optimizer: sgd({ learningRate: 10 }),
    validation: { x, y: values },
    epochs: 400,
  };
  const training = train(options);
  const best: number[][] = [];
  const error = await (async () => {
    for await (const event of training) if (event.type === "epoch" && event.best) best.push(numbers(training.best()));
  })().then(
    () => expect.fail("the training did not fail"),
    (reason: ChainruleError) => reason,
  );
  expect(best.length).toBeGreaterThan(0);
  expect(numbers(detailsOf(error).variables)).toEqual(best.at(-1));
});

it("refuses data and settings that do not fit, before the first step", async () => {
  const three = { x: zeros([3, 2]), y: zeros([3, 1]) };
  const attempts: TrainOptions[] = [
    { ...regression, epochs: 0 },
    { ...regression, epochs: 1.5 },
    { ...regression, batchSize: 0 },
    { ...regression, data: { x, y: zeros([3, 1]) } },
    { ...regression, data: { x: zeros([0, 2]), y: zeros([0, 1]) } },
    { ...regression, data: { x: tensor(1), y: tensor(1) } },
    { ...regression, validation: { ...three, y: zeros([4, 1]) } },
    { ...regression, data: { x, y: zeros([4]) } },
    { ...regression, data: { x: zeros([4, 3]), y: values } },
    { ...regression, validation: { x: zeros([4, 3]), y: values } },
    { ...classification, data: { x, y: tensor(Int32Array.of(0, 1, 2, 1)) } },
    { ...classification, data: { x, y: tensor(Int32Array.of(0, 1, -1, 1)) } },
    { ...classification, validation: { x, y: tensor(Int32Array.of(0, 1, 1, 7)) } },
    { ...classification, data: { x, y: values } },
    { ...regression, seed: 0.5 },
    { ...regression, backend: "cuda" as never },
    { ...regression, loss: "hinge" as never },
  ];
  const answers: string[] = [];
  for (const options of attempts) {
    const seen: string[] = [];
    const error = await (async () => {
      for await (const { type } of train(options)) seen.push(type);
    })().then(
      () => ({ code: "did not throw", message: "" }),
      (reason: ChainruleError) => reason,
    );
    expect(seen).toEqual([]);
    answers.push(`${error.code}: ${error.message}`);
  }
  expect(answers.join("\n")).toMatchInlineSnapshot(`
    "INVALID_ARGUMENT: train: epochs must be a whole number of at least 1; got 0.
    INVALID_ARGUMENT: train: epochs must be a whole number of at least 1; got 1.5.
    INVALID_ARGUMENT: train: batchSize must be a whole number of at least 1; got 0.
    SHAPE_MISMATCH: train: data.x and data.y must have the same number of rows, at least one; got shapes [4, 2] and [3, 1].
    SHAPE_MISMATCH: train: data.x and data.y must have the same number of rows, at least one; got shapes [0, 2] and [0, 1].
    SHAPE_MISMATCH: train: data.x and data.y must have the same number of rows, at least one; got shapes [] and [].
    SHAPE_MISMATCH: train: validation.x and validation.y must have the same number of rows, at least one; got shapes [3, 2] and [4, 1].
    SHAPE_MISMATCH: mse: prediction and target must have one shape; got [2, 1] and [2]. Reshape the target to [2, 1].
    SHAPE_MISMATCH: train: the layers of the model must fit data.x, of shape [4, 3], and each other: a layer takes 2 inputs where 3 come.
    SHAPE_MISMATCH: train: rows of validation.x must have the shape of those of data.x, [2]; got [3].
    INDEX_OUT_OF_RANGE: train: data.y must hold class indices from 0 to 1, since the model has 2 outputs and the loss is crossEntropy; row 2 has 2. Give the last layer 3 outputs, or leave such rows out.
    INDEX_OUT_OF_RANGE: train: data.y must hold class indices from 0 to 1, since the model has 2 outputs and the loss is crossEntropy; row 2 has -1.
    INDEX_OUT_OF_RANGE: train: validation.y must hold class indices from 0 to 1, since the model has 2 outputs and the loss is crossEntropy; row 3 has 7. Give the last layer 8 outputs, or leave such rows out.
    SHAPE_MISMATCH: crossEntropy: logits [..., classes] need labels of shape [...], or probabilities of the logits' shape; got [2, 2] and [2, 1]. Reshape the labels to [2].
    INVALID_ARGUMENT: train: seed must be a whole number up to 2^53; got 0.5.
    INVALID_ARGUMENT: train: backend must be one of "auto", "wasm", "reference"; got "cuda".
    INVALID_ARGUMENT: train: loss must be one of "crossEntropy", "binaryCrossEntropy", "mse", "mae", "huber", "halfSumOfSquares", "poisson", "quantile", another quantile such as "quantile(0.9)", or a function (prediction, target) => scalar Tensor; got "hinge"."
  `);
});
