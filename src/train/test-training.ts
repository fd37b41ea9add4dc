// For this folder's tests: a small classification, and a training with all its events.

import { activation, apply, dense, type Layer, losses, sequential, type Variables } from "../nn/index.ts";
import { adam } from "../optim/index.ts";
import { compile } from "../run/compile.ts";
import { tensor } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import { flatten } from "../trace/tree.ts";
import type { EpochEvent, TrainEvent } from "./events.ts";
import { type TrainOptions, train } from "./index.ts";

/** A repeatable stream of numbers in [0, 1) (Park and Miller 1988). */
export function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** Two classes on either side of a noisy circle. */
export function circle(rows: number, seed = 7) {
  const random = generator(seed);
  const x = Float64Array.from({ length: rows * 2 }, () => random() * 2 - 1);
  const y = Int32Array.from({ length: rows }, (_, i) => {
    const inside = x[2 * i]! ** 2 + x[2 * i + 1]! ** 2 < 0.6;
    return Number(inside !== random() < 0.2);
  });
  return { x: tensor(x, { shape: [rows, 2] }), y: tensor(y) };
}

export const classifier = sequential(dense(2, 8), activation("tanh"), dense(8, 2, { init: "xavierUniform" }));
export const basics = {
  model: classifier,
  data: circle(50),
  loss: "crossEntropy",
  optimizer: adam({ learningRate: 0.02 }),
  epochs: 4,
  batchSize: 16,
} satisfies TrainOptions;

export const values = (variables: unknown) => flatten(variables).leaves.map(({ data }) => Array.from(data));

/** All events but progress, which comes by the clock. */
export async function watch(options: TrainOptions) {
  const training = train(options);
  const events: TrainEvent[] = [];
  for await (const event of training) if (event.type !== "progress") events.push(event);
  const epochs = events.filter((event): event is EpochEvent => event.type === "epoch");
  return { training, events, epochs, result: await training.result() };
}

/** The loss of variables on data, on the machine. */
export const lossOf = (model: Layer, variables: Variables, { x, y }: { x: Tensor; y: Tensor }) =>
  compile((v: Variables, inputs: Tensor, targets: Tensor) => losses.crossEntropy(apply(model, v, inputs), targets))(
    variables,
    x,
    y,
  ).item();
