// What `train` says before its first step to options that are none, and what it takes.
import { describe, expect, it } from "vitest";
import { type ChainruleError, type Tensor, tensor, zeros } from "../index.ts";
import { activation, batchNorm, dense, dropout, flatten, residual, sequential } from "../nn/index.ts";
import { adam, sgd } from "../optim/index.ts";
import { type TrainOptions, train, trainTable } from "./index.ts";

const x = tensor([[1], [2], [3]]);
const y = tensor([[1], [2], [3]]);
const good: TrainOptions = { model: dense(1, 1), data: { x, y }, loss: "mse", optimizer: adam(), epochs: 1 };
const labels = tensor(Int32Array.of(0, 1, 1));
const classes: TrainOptions = { ...good, model: dense(1, 2), data: { x, y: labels }, loss: "crossEntropy" };
const twoClasses: TrainOptions = { ...good, data: { x, y: tensor([[0], [1], [1]]) }, loss: "binaryCrossEntropy" };

/** What is said, with the place of whoever called. */
async function said(options: unknown): Promise<string> {
  return await train(options as TrainOptions)
    .result()
    .then(
      () => "nothing",
      ({ code, message, where }: ChainruleError) => {
        expect(where).toMatch(/check-options\.test\.ts/);
        return `${code} ${message}`;
      },
    );
}

async function allSaid(attempts: Readonly<Record<string, unknown>>): Promise<string> {
  const answers: string[] = [];
  for (const [name, options] of Object.entries(attempts)) answers.push(`${name}\n  ${await said(options)}`);
  return answers.join("\n");
}

it("says what an option must be, what came and how to mend it", async () => {
  const attempts = {
    "no options": undefined,
    "options that are null": null,
    "no model": { ...good, model: undefined },
    "a list of layers": { ...good, model: [dense(1, 1)] },
    "a layer that is not called": { ...good, model: dense },
    "no data": { ...good, data: undefined },
    "arrays as data": { ...good, data: { x: [[1], [2]], y: [[1], [2]] } },
    "arrays as targets": { ...good, data: { x, y: [1, 2, 3] } },
    "typed arrays as data": { ...good, data: { x: Float32Array.of(1, 2), y } },
    "no targets": { ...good, data: { x } },
    "a promise of data": { ...good, data: { x: Promise.resolve(x), y } },
    "a tensor of another library": { ...good, data: { x: new (class Tensor {})(), y } },
    "arrays to validate with": { ...good, validation: { x: [[1]], y: [[1]] } },
    "no loss": { ...good, loss: undefined },
    "a loss in another spelling": { ...good, loss: "MSE" },
    "a loss in Python's spelling": { ...good, loss: "cross_entropy" },
    "a loss of one's own that keeps the rows": { ...good, loss: (p: Tensor, t: Tensor) => p.sub(t).square() },
    "a loss of one's own that gives a number": { ...good, loss: () => 1 },
    "no optimizer": { ...good, optimizer: undefined },
    "an optimizer's name": { ...good, optimizer: "adam" },
    "an optimizer that is not there": { ...good, optimizer: "lion" },
    "an optimizer that is not called": { ...good, optimizer: sgd },
    "an optimizer's setting": { ...good, optimizer: { ...adam(), learningRate: -1 } },
    "a schedule's name": { ...good, schedule: "cosine" },
    "no epochs": { ...good, epochs: undefined },
    "epochs in text": { ...good, epochs: "10" },
    "a batch of no rows": { ...good, batchSize: 0 },
    "half a thread": { ...good, threads: 0.5 },
    "a negative norm": { ...good, clipNorm: -1 },
    "weights in a list": { ...good, variables: [1] },
    "a promise that holds it": { ...good, hold: Promise.resolve() },
    "a signal that is a controller": { ...good, signal: new AbortController() },
    "an option of another name": { ...good, batch_size: 4 },
    "a learning rate": { ...good, lr: 0.1 },
    "patience without validation": { ...good, patience: 3 },
    "rows that are wider than the first layer": { ...good, data: { ...good.data, x: zeros([3, 2]) } },
    "layers that do not follow each other": { ...good, model: sequential(dense(1, 4), dense(3, 1)) },
    "rows of another width to validate with": { ...good, validation: { x: zeros([2, 3]), y: zeros([2, 1]) } },
    "a loss that awaits": { ...good, loss: async (p: Tensor, t: Tensor) => p.sub(t).mean() },
    "names for other columns": { ...good, features: ["age", "age group", "dose"] },
    "something else": { ...good, colour: "red" },
  };
  expect(await allSaid(attempts)).toMatchInlineSnapshot(`
    "no options
      INVALID_ARGUMENT train needs one argument, its options; got undefined.
    options that are null
      INVALID_ARGUMENT train needs one argument, its options; got null.
    no model
      INVALID_ARGUMENT train: model must be a layer, such as sequential(dense(2, 1)); got undefined.
    a list of layers
      INVALID_ARGUMENT train: model must be a layer, such as sequential(dense(2, 1)); got an array of 1. Put a list of layers into one: sequential(...layers), from "chainrule/nn".
    a layer that is not called
      INVALID_ARGUMENT train: model must be a layer, such as sequential(dense(2, 1)); got the function dense. Call it, with its sizes: dense(…).
    no data
      INVALID_ARGUMENT train: data must be { x, y }, two tensors with a row for each example; got undefined.
    arrays as data
      INVALID_ARGUMENT train: data.x must be a Tensor; got an array of 2. Write tensor(x), from "chainrule".
    arrays as targets
      INVALID_ARGUMENT train: data.y must be a Tensor; got an array of 3. Write tensor(y), from "chainrule".
    typed arrays as data
      INVALID_ARGUMENT train: data.x must be a Tensor; got Float32Array of 2. Write tensor(x, { shape: [rows, …] }), from "chainrule".
    no targets
      INVALID_ARGUMENT train: data.y must be a Tensor; got undefined.
    a promise of data
      INVALID_ARGUMENT train: data.x must be a Tensor; got a Promise. Await it.
    a tensor of another library
      INVALID_ARGUMENT train: data.x must be a Tensor; got an object of Tensor class. It is the Tensor of another library, or of another copy of chainrule.
    arrays to validate with
      INVALID_ARGUMENT train: validation.x must be a Tensor; got an array of 1. Write tensor(x), from "chainrule".
    no loss
      INVALID_ARGUMENT train: loss must be one of "crossEntropy", "binaryCrossEntropy", "mse", "mae", "huber", "halfSumOfSquares", "poisson", "quantile", another quantile such as "quantile(0.9)", or a function (prediction, target) => scalar Tensor; got undefined.
    a loss in another spelling
      INVALID_ARGUMENT train: loss must be one of "crossEntropy", "binaryCrossEntropy", "mse", "mae", "huber", "halfSumOfSquares", "poisson", "quantile", another quantile such as "quantile(0.9)", or a function (prediction, target) => scalar Tensor; got "MSE". Write "mse".
    a loss in Python's spelling
      INVALID_ARGUMENT train: loss must be one of "crossEntropy", "binaryCrossEntropy", "mse", "mae", "huber", "halfSumOfSquares", "poisson", "quantile", another quantile such as "quantile(0.9)", or a function (prediction, target) => scalar Tensor; got "cross_entropy". Write "crossEntropy".
    a loss of one's own that keeps the rows
      INVALID_ARGUMENT train: loss(prediction, target) must give a scalar Tensor of floats, the mean over the rows; got float32 [3, 1], for a prediction [3, 1] and a target [3, 1]. End it with .mean().
    a loss of one's own that gives a number
      INVALID_ARGUMENT train: loss(prediction, target) must give a scalar Tensor of floats, the mean over the rows; got 1, for a prediction [3, 1] and a target [3, 1].
    no optimizer
      INVALID_ARGUMENT train: optimizer must be an optimizer, such as adam({ learningRate: 0.001 }); got undefined.
    an optimizer's name
      INVALID_ARGUMENT train: optimizer must be an optimizer, such as adam({ learningRate: 0.001 }); got "adam". Write adam({ … }), from "chainrule/optim".
    an optimizer that is not there
      INVALID_ARGUMENT train: optimizer must be an optimizer, such as adam({ learningRate: 0.001 }); got "lion". There are adamw, adam, sgd, rmsprop, adagrad, from "chainrule/optim".
    an optimizer that is not called
      INVALID_ARGUMENT train: optimizer must be an optimizer, such as adam({ learningRate: 0.001 }); got the function sgd. Call it: sgd({ … }).
    an optimizer's setting
      INVALID_ARGUMENT train: optimizer must be an optimizer, such as adam({ learningRate: 0.001 }); got {"kind":"adam","learningRate":-1,"beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weigh. Optimizer.learningRate must be at least 0 and finite; it is -1.
    a schedule's name
      INVALID_ARGUMENT train: schedule must be a schedule, such as cosine({ steps: 1000 }); got "cosine". Write cosine({ … }), from "chainrule/optim".
    no epochs
      INVALID_ARGUMENT train: epochs must be a whole number of at least 1; got undefined.
    epochs in text
      INVALID_ARGUMENT train: epochs must be a whole number of at least 1; got "10".
    a batch of no rows
      INVALID_ARGUMENT train: batchSize must be a whole number of at least 1; got 0.
    half a thread
      INVALID_ARGUMENT train: threads must be a whole number of at least 1; got 0.5.
    a negative norm
      INVALID_ARGUMENT train: clipNorm must be a number above 0; got -1.
    weights in a list
      INVALID_ARGUMENT train: variables must be { parameters, buffers } as initialize(model) gives them; got an array of 1.
    a promise that holds it
      INVALID_ARGUMENT train: hold must be a function; got a Promise.
    a signal that is a controller
      INVALID_ARGUMENT train: signal must be an AbortSignal; got an object of AbortController class.
    an option of another name
      INVALID_ARGUMENT train has no option batch_size. Write batchSize.
    a learning rate
      INVALID_ARGUMENT train has no option lr. It is a setting of the optimizer: adam({ learningRate }).
    patience without validation
      INVALID_ARGUMENT train: patience counts epochs without a better validation loss, and there is no validation; got 3. Give validation: { x, y }, or leave patience out.
    rows that are wider than the first layer
      SHAPE_MISMATCH train: the layers of the model must fit data.x, of shape [3, 2], and each other: a layer takes 1 input where 2 come.
    layers that do not follow each other
      SHAPE_MISMATCH train: the layers of the model must fit data.x, of shape [3, 1], and each other: a layer takes 3 inputs where 4 come.
    rows of another width to validate with
      SHAPE_MISMATCH train: rows of validation.x must have the shape of those of data.x, [1]; got [3].
    a loss that awaits
      INVALID_ARGUMENT train: loss(prediction, target) must give a scalar Tensor of floats, the mean over the rows; got a Promise, for a prediction [3, 1] and a target [3, 1]. It is traced at once, and nothing in it can be awaited: write it without async.
    names for other columns
      INVALID_ARGUMENT train: features must name the columns of x, [rows, 3] for 3; got x [3, 1].
    something else
      INVALID_ARGUMENT train has no option colour. It has model, data, validation, blocks, features, targets, loss, optimizer, schedule, epochs, steps, observeEvery, hooks, batchSize, accumulate, patience, clipNorm, clipValue, seed, variables, sliceMilliseconds, resume, hold, signal, backend, threads, ranks, deterministic."
  `);
});

it("says which targets a loss cannot take, and what would be right", async () => {
  const attempts = {
    "fractions for classes": { ...classes, data: { x, y: tensor([0, 0.5, 1]) } },
    "classes from 1": { ...classes, data: { x, y: tensor(Int32Array.of(1, 2, 2)) } },
    "classes −1 and 1": { ...classes, data: { x, y: tensor([-1, 1, 1]) } },
    "more classes than outputs": { ...classes, data: { x, y: tensor([0, 1, 4]) } },
    "labels in a column": { ...classes, data: { x, y: tensor([[0], [1], [1]]) } },
    "several classes at once": {
      ...classes,
      data: {
        x,
        y: tensor([
          [0, 1],
          [1, 1],
          [1, 0],
        ]),
      },
    },
    "numbers in rows of classes": {
      ...classes,
      data: {
        x,
        y: tensor([
          [0, 1],
          [-2, 3],
          [1, 0],
        ]),
      },
    },
    "−1 and 1 for two classes": { ...twoClasses, data: { x, y: tensor([[-1], [1], [1]]) } },
    "1 and 2 for two classes": { ...twoClasses, data: { x, y: tensor([[1], [2], [1]]) } },
    "numbers for two classes": { ...twoClasses, data: { x, y: tensor([[0.5], [17], [1]]) } },
    "no number": { ...twoClasses, data: { x, y: tensor([[0], [Number.NaN], [1]]) } },
    "fractions to validate with": { ...classes, validation: { x, y: tensor([0, 0.5, 1]) } },
  };
  expect(await allSaid(attempts)).toMatchInlineSnapshot(`
    "fractions for classes
      INDEX_OUT_OF_RANGE train: data.y must hold class indices from 0 to 1, since the model has 2 outputs and the loss is crossEntropy; row 1 has 0.5. Class indices are whole numbers: give probabilities as rows [rows, classes], and numbers to another loss, "mse".
    classes from 1
      INDEX_OUT_OF_RANGE train: data.y must hold class indices from 0 to 1, since the model has 2 outputs and the loss is crossEntropy; row 1 has 2. For labels from 1 to 2 give y.sub(1).
    classes −1 and 1
      INDEX_OUT_OF_RANGE train: data.y must hold class indices from 0 to 1, since the model has 2 outputs and the loss is crossEntropy; row 0 has -1. For labels −1 and 1 give y.add(1).div(2).
    more classes than outputs
      INDEX_OUT_OF_RANGE train: data.y must hold class indices from 0 to 1, since the model has 2 outputs and the loss is crossEntropy; row 2 has 4. Give the last layer 5 outputs, or leave such rows out.
    labels in a column
      SHAPE_MISMATCH crossEntropy: logits [..., classes] need labels of shape [...], or probabilities of the logits' shape; got [3, 2] and [3, 1]. Reshape the labels to [3].
    several classes at once
      INVALID_ARGUMENT train: data.y must hold probabilities that sum to 1 in every row, since the loss is crossEntropy; those of row 1 sum to 2. For rows of several classes at once use "binaryCrossEntropy".
    numbers in rows of classes
      INDEX_OUT_OF_RANGE train: data.y must hold probabilities from 0 to 1, since the model has 2 outputs and the loss is crossEntropy; row 1 has -2.
    −1 and 1 for two classes
      INDEX_OUT_OF_RANGE train: data.y must hold 0 or 1, or the probability of class 1 from 0 to 1, since the model has 1 output and the loss is binaryCrossEntropy; row 0 has -1. For labels −1 and 1 give y.add(1).div(2).
    1 and 2 for two classes
      INDEX_OUT_OF_RANGE train: data.y must hold 0 or 1, or the probability of class 1 from 0 to 1, since the model has 1 output and the loss is binaryCrossEntropy; row 1 has 2. For labels from 1 to 2 give y.sub(1).
    numbers for two classes
      INDEX_OUT_OF_RANGE train: data.y must hold 0 or 1, or the probability of class 1 from 0 to 1, since the model has 1 output and the loss is binaryCrossEntropy; row 1 has 17. For numbers use another loss, "mse"; for more classes "crossEntropy".
    no number
      INDEX_OUT_OF_RANGE train: data.y must hold 0 or 1, or the probability of class 1 from 0 to 1, since the model has 1 output and the loss is binaryCrossEntropy; row 1 has NaN. For numbers use another loss, "mse"; for more classes "crossEntropy".
    fractions to validate with
      INDEX_OUT_OF_RANGE train: validation.y must hold class indices from 0 to 1, since the model has 2 outputs and the loss is crossEntropy; row 1 has 0.5. Class indices are whole numbers: give probabilities as rows [rows, classes], and numbers to another loss, "mse"."
  `);
});

describe("an activation before a loss of logits", () => {
  const hidden = [dense(1, 3), activation("relu")];
  const ends = {
    sigmoid: sequential(...hidden, dense(3, 1), activation("sigmoid")),
    "relu, alone": sequential(dense(1, 1), activation("relu")),
    "tanh in a sequence of its own": sequential(...hidden, sequential(dense(3, 1), activation("tanh"))),
    "dropout and flatten after it": sequential(dense(1, 1), activation("sigmoid"), dropout(0.5), flatten()),
  };

  it("is refused, wherever it ends the model", async () => {
    for (const model of Object.values(ends))
      expect(await said({ ...twoClasses, model })).toMatch(/takes logits.*Leave that layer out/);
    const model = sequential(dense(1, 2), activation("softmax"));
    expect(await said({ ...classes, model })).toMatchInlineSnapshot(
      `"INVALID_ARGUMENT train: crossEntropy takes logits, since it applies softmax itself; the model's last layer is activation("softmax"), and after it logits no longer reach every value. Leave that layer out: the model then gives logits, and softmax of them are the probabilities."`,
    );
  });

  it("is fine within the model, around a residual, and before losses of values", async () => {
    expect(await said({ ...twoClasses, model: sequential(...hidden, dense(3, 1)) })).toBe("nothing");
    const added = sequential(dense(1, 1), residual(activation("tanh")));
    expect(await said({ ...twoClasses, model: added })).toBe("nothing");
    expect(await said({ ...good, model: ends.sigmoid })).toBe("nothing");
  });
});

it("batch norm is refused where a batch has one row", async () => {
  const model = sequential(dense(1, 2), batchNorm(2), dense(2, 1));
  expect(await said({ ...good, model, batchSize: 1 })).toMatch(/batchNorm.*more than one value.*batchSize/);
  expect(await said({ ...good, model, batchSize: 2 })).toBe("nothing");
});

it("takes options that are undefined, and a model whose inputs are whole numbers", async () => {
  expect(await said({ ...good, schedule: undefined, batchSize: undefined, lr: undefined })).toBe("nothing");
});

it("trainTable says what it needs in place of a prepared table", () => {
  const attempts = {
    "a table": { columns: [] },
    "a promise": Promise.resolve(),
    nothing: undefined,
    tensors: { x: zeros([1, 1]), y },
  };
  const answers = Object.entries(attempts).map(([name, prepared]) => {
    try {
      trainTable(prepared as never);
      return `${name}\n  nothing`;
    } catch (error) {
      return `${name}\n  ${(error as ChainruleError).code} ${(error as ChainruleError).message}`;
    }
  });
  expect(answers.join("\n")).toMatchInlineSnapshot(`
    "a table
      INVALID_ARGUMENT trainTable: its first argument must be a prepared table, prepare(table, { target }); got {"columns":[]}. It is a table that is not prepared.
    a promise
      INVALID_ARGUMENT trainTable: its first argument must be a prepared table, prepare(table, { target }); got a Promise. Await it.
    nothing
      INVALID_ARGUMENT trainTable: its first argument must be a prepared table, prepare(table, { target }); got undefined.
    tensors
      INVALID_ARGUMENT trainTable: its first argument must be a prepared table, prepare(table, { target }); got {"x":[[0]],"y":[[1],[2],[3]]}."
  `);
});
