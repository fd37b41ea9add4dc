// Training on rows that come in blocks: each row once an epoch, read ahead, and errors of reading reported.
import { expect, it } from "vitest";
import { dense, sequential } from "../nn/index.ts";
import { sgd } from "../optim/index.ts";
import { tensor } from "../trace/create.ts";
import { flatten } from "../trace/tree.ts";
import type { RowBlock, TrainOptions } from "./options.ts";
import { train } from "./train.ts";

const row = (i: number) => Math.sin(i);
const line = (i: number) => 3 * row(i) - 1;
const block = (from: number, rows: number): RowBlock => ({
  x: Float32Array.from({ length: rows }, (_, i) => row(from + i)),
  y: Float32Array.from({ length: rows }, (_, i) => line(from + i)),
  rows,
});

const [rows, perBlock] = [50, 20];
const head = block(0, perBlock);
const column = (data: RowBlock["x"]) => tensor(data, { shape: [data.length, 1] });
const options: TrainOptions = {
  model: sequential(dense(1, 1)),
  data: { x: column(head.x), y: column(head.y) },
  loss: "mse",
  optimizer: sgd({ learningRate: 0.3 }),
  epochs: 20,
  batchSize: 10,
  backend: "reference",
};
const sizes = [20, 20, 10];
const blocks = { sizes, read: async (index: number) => block(index * perBlock, sizes[index]!) };

it("goes through all blocks in every epoch", async () => {
  const events = [];
  for await (const event of train({ ...options, blocks })) events.push(event);
  expect(events[0]).toMatchObject({ type: "start", rows, stepsPerEpoch: 5 });
  expect(events.filter(({ type }) => type === "epoch").map((event) => "step" in event && event.step)).toEqual(
    Array.from({ length: 20 }, (_, i) => (i + 1) * 5),
  );
  const { variables } = await train({ ...options, blocks }).result();
  const [weight, bias] = flatten(variables.parameters).leaves;
  expect(weight!.data[0]).toBeCloseTo(3, 2);
  expect(bias!.data[0]).toBeCloseTo(-1, 2);
});

it("gives the same run for the same seed", async () => {
  const weights = async (seed: number) => {
    const { variables } = await train({ ...options, blocks, epochs: 2, seed }).result();
    return JSON.stringify(variables.parameters);
  };
  expect(await weights(1)).toBe(await weights(1));
  expect(await weights(1)).not.toBe(await weights(2));
});

it("measures the training rows of the data, whatever block came last", async () => {
  const still = { ...options, optimizer: sgd({ learningRate: 1e-30 }), epochs: 1 };
  const alone = await train(still).result();
  const streamed = await train({ ...still, blocks }).result();
  expect(streamed.metrics.train).toEqual(alone.metrics.train);
});

it("takes the blocks in another order in every epoch, and each of them once", async () => {
  const order: number[] = [];
  const watched = {
    sizes: Array.from({ length: 10 }, () => 10),
    read(index: number) {
      order.push(index);
      return block(index * 10, 10);
    },
  };
  await train({ ...options, blocks: watched, epochs: 3 }).result();
  const epochs = [0, 1, 2].map((epoch) => order.slice(10 * epoch, 10 * epoch + 10));
  expect(order).toHaveLength(30);
  for (const epoch of epochs) expect(new Set(epoch).size).toBe(10);
  expect(epochs[0]).not.toEqual(epochs[1]);
  expect(epochs[1]).not.toEqual(epochs[2]);
});

it("reports what goes wrong in reading, and ends in the middle of an epoch", async () => {
  const broken = {
    sizes: [10, 10],
    async read(index: number): Promise<RowBlock> {
      if (order++ > 0) throw new Error("the disk is gone");
      return block(index, 10);
    },
  };
  let order = 0;
  await expect(train({ ...options, blocks: broken }).result()).rejects.toThrow("the disk is gone");
  const endless = { sizes: Array.from({ length: 1e5 }, () => perBlock), read: async () => block(0, perBlock) };
  const controller = new AbortController();
  const training = train({ ...options, blocks: endless, signal: controller.signal });
  for await (const event of training) if (event.type === "progress") controller.abort();
  expect((await training.result()).reason).toBe("interrupted");
});
