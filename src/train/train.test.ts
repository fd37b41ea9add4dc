// The training loop: determinism, events, the learning rate.
import { describe, expect, it } from "vitest";
import { type Tensor, tensor } from "../index.ts";
import {
  activation,
  avgPool2d,
  batchNorm,
  conv2d,
  dense,
  dropout,
  flatten as flattenLayer,
  initialize,
  type Layer,
  sequential,
} from "../nn/index.ts";
import { adam, sgd } from "../optim/index.ts";
import type { TrainEvent } from "./events.ts";
import { type TrainOptions, train } from "./index.ts";
import { basics, circle, classifier, generator, lossOf, values, watch } from "./test-training.ts";

describe.each(["wasm", "reference"] as const)("on %s", (backend) => {
  const model = sequential(dense(2, 8), batchNorm(8), activation("relu"), dropout(0.25), dense(8, 2));
  const options: TrainOptions = { ...basics, model, backend, validation: circle(20, 3) };

  it("the same seed gives the same run bit for bit, another seed another one", async () => {
    const [first, second, other] = [
      await watch({ ...options, seed: 5 }),
      await watch({ ...options, seed: 5 }),
      await watch({ ...options, seed: 6 }),
    ];
    expect(values(second.result.variables)).toEqual(values(first.result.variables));
    expect(second.epochs).toEqual(first.epochs);
    expect(second.result.metrics).toEqual(first.result.metrics);
    values(other.result.variables).forEach((tensor, i) => {
      expect(tensor).not.toEqual(values(first.result.variables)[i]);
    });
  });

  it("the seed also orders the rows and draws the dropout, where the weights are given", async () => {
    const run = async (seed: number, layers: Layer, batchSize: number) =>
      values(
        (await watch({ ...options, model: layers, seed, batchSize, variables: initialize(layers, 1) })).result
          .variables,
      );
    expect(await run(1, classifier, 16)).not.toEqual(await run(2, classifier, 16));
    const dropping = sequential(dropout(0.5), dense(2, 2));
    expect(await run(1, dropping, 50)).not.toEqual(await run(2, dropping, 50));
  });

  it("learns", async () => {
    const { epochs, result } = await watch({ ...basics, backend, optimizer: adam({ learningRate: 0.1 }), epochs: 60 });
    expect(epochs.at(-1)!.loss).toBeLessThan(0.75 * epochs[0]!.loss);
    expect(result.metrics.train.accuracy).toBeGreaterThan(0.75);
  });
});

describe("events", () => {
  it("come in order: start, every epoch, end", async () => {
    const { events: all, result } = await watch({ ...basics, validation: circle(20, 3), seed: 9 });
    const events = all.filter(({ type }) => type !== "observation");
    expect(events.map(({ type }) => type)).toEqual(["start", "epoch", "epoch", "epoch", "epoch", "end"]);
    expect(events[0]).toEqual({
      type: "start",
      rows: 50,
      validationRows: 20,
      features: 2,
      parameters: 2 * 8 + 8 + 8 * 2 + 2,
      batchSize: 16,
      stepsPerEpoch: 4,
      epochs: 4,
      backend: "wasm",
      threads: 1,
      seed: 9,
      layers: ["layers.0", "layers.2"],
      loss: "crossEntropy",
      initial: ["layers.0.weight", "layers.0.bias", "layers.2.weight", "layers.2.bias"].map((name) =>
        expect.objectContaining({ name, value: expect.objectContaining({ nonFinite: 0 }) }),
      ),
      arena: { bytes: expect.any(Number), bytesWithoutReuse: expect.any(Number) },
    });
    const metrics = {
      loss: expect.any(Number),
      accuracy: expect.any(Number),
      rocAuc: expect.any(Number),
      brier: expect.any(Number),
      ece: expect.any(Number),
    };
    const layers = ["layers.0", "layers.2"].map((name) => ({
      name,
      gradientRms: expect.any(Number),
      updateRatio: expect.any(Number),
    }));
    expect(events[2]).toEqual({
      type: "epoch",
      epoch: 2,
      step: 8,
      loss: expect.any(Number),
      learningRate: expect.closeTo(0.02, 6),
      validation: metrics,
      best: expect.any(Boolean),
      layers,
    });
    expect(events[5]).toEqual({
      type: "end",
      reason: "epochs",
      epochs: 4,
      steps: 16,
      seconds: expect.any(Number),
      bestEpoch: result.bestEpoch,
      metrics: { train: metrics, validation: metrics },
      layers,
    });
    expect(result.metrics).toEqual((events[5] as { metrics: unknown }).metrics);
  });

  it("observe the first ten steps, then some two hundred at most, whatever the number of epochs", async () => {
    for (const epochs of [1, 30, 1000]) {
      const { events } = await watch({ ...basics, epochs });
      const seen = events.filter((event) => event.type === "observation");
      expect(seen.slice(0, 4)).toMatchObject([1, 2, 3, 4].map((step) => ({ epoch: 1, step })));
      expect(seen.length).toBeLessThanOrEqual(210);
      expect(seen.length).toBeGreaterThanOrEqual(Math.min(4 * epochs, 10));
      for (const { layers, ledger } of seen) {
        expect(layers.map(({ name }) => name)).toEqual(["layers.0", "layers.2"]);
        expect(ledger.map(({ layer }) => layer)).toEqual(["layers.2", "layers.0"]);
      }
    }
  });

  it("observe every so many steps where told to, and the same steps whatever the slices", async () => {
    const { events } = await watch({ ...basics, epochs: 20, observeEvery: 7 });
    const seen = events.filter((event) => event.type === "observation");
    expect(seen.map(({ step }) => step)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 21, 28, 35, 42, 49, 56, 63, 70, 77, 80,
    ]);
    // The step before was observed too, in silence: the line along its update is known.
    for (const { line, step } of seen) expect(line === undefined).toBe(step === 1);
  });

  it.each([
    { rows: 50, batchSize: 50, steps: 1, batch: 50 },
    { rows: 50, batchSize: undefined, steps: 1, batch: 50 },
    { rows: 50, batchSize: 16, steps: 4, batch: 16 },
    { rows: 50, batchSize: 49, steps: 2, batch: 49 },
    { rows: 50, batchSize: 1000, steps: 1, batch: 50 },
    { rows: 50, batchSize: 1, steps: 50, batch: 1 },
    { rows: 1, batchSize: 8, steps: 1, batch: 1 },
  ])("$rows rows in batches of $batchSize: $steps steps an epoch", async ({ rows, batchSize, steps, batch }) => {
    const { batchSize: _, ...rest } = basics;
    const options = { ...rest, data: circle(rows), epochs: 3, ...(batchSize !== undefined && { batchSize }) };
    const { events, epochs } = await watch(options);
    expect(events[0]).toMatchObject({ rows, batchSize: batch, stepsPerEpoch: steps });
    expect(epochs.map(({ step }) => step)).toEqual([steps, 2 * steps, 3 * steps]);
    expect(events.at(-1)).toMatchObject({ steps: 3 * steps, epochs: 3 });
  });

  it("a full batch's loss is that of the weights before the step", async () => {
    const { epochs } = await watch({ ...basics, batchSize: 50, seed: 2 });
    expect(epochs[0]!.loss).toBeCloseTo(lossOf(classifier, initialize(classifier, 2), basics.data), 5);
  });

  it("progress comes between steps of a long epoch, and a result without a listener", async () => {
    const training = train({ ...basics, data: circle(3000), batchSize: 1, epochs: 2, backend: "reference" });
    const progress: TrainEvent[] = [];
    for await (const event of training) if (event.type === "progress") progress.push(event);
    for (const event of progress) {
      expect(event).toMatchObject({ type: "progress", steps: 6000, epoch: expect.any(Number) });
    }
    expect((await train(basics).result()).epochs).toBe(4);
  });

  it("a training left early has no result, and one not begun no best weights", async () => {
    const training = train(basics);
    expect(() => training.best()).toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: The training has not begun: iterate over its events first.]`,
    );
    for await (const event of training) if (event.type === "epoch") break;
    expect(values(training.best())).toHaveLength(4);
    await expect(training.result()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: The training was left before its end: iterate over all of its events.]`,
    );
  });

  it("evaluates rows in chunks: metrics of 2500 rows are those of all together", async () => {
    const data = circle(2500);
    const { result } = await watch({ ...basics, data, validation: data, batchSize: 500, epochs: 2 });
    expect(result.metrics.validation).toEqual(result.metrics.train);
    expect(result.metrics.train.loss).toBeCloseTo(lossOf(classifier, result.variables, data), 4);
  });
});
describe("the learning rate", () => {
  const rates = async (options: Partial<TrainOptions>) =>
    (await watch({ ...basics, optimizer: sgd({ learningRate: 0.5 }), ...options })).epochs.map(
      ({ learningRate }) => learningRate,
    );

  it("follows the schedule step by step", async () => {
    expect(await rates({})).toEqual([0.5, 0.5, 0.5, 0.5]);
    // The rate of each epoch's last step: 3, 7, 11, 15.
    expect(await rates({ schedule: { kind: "step", every: 4, gamma: 0.5 } })).toEqual([0.5, 0.25, 0.125, 0.0625]);
    expect(await rates({ schedule: { kind: "warmup", steps: 16 } })).toEqual([0.125, 0.25, 0.375, 0.5]);
  });

  it("falls on a plateau, after `patience` epochs without a better loss", async () => {
    // A validation set of random labels is never learned by a model whose weights hardly move: its loss is best at once.
    const wrong = { x: basics.data.x, y: tensor(Int32Array.from(basics.data.y.data, (label) => 1 - label)) };
    const plateau = { kind: "plateau", factor: 0.1, patience: 2 } as const;
    const measured = await rates({ schedule: plateau, validation: wrong, epochs: 9, batchSize: 50 });
    expect(measured.map((rate) => Number(rate.toPrecision(6)))).toEqual([
      0.5, 0.5, 0.5, 0.5, 0.05, 0.05, 0.05, 0.005, 0.005,
    ]);
  });

  it("stays on a plateau schedule while the loss falls", async () => {
    const measured = await rates({
      schedule: { kind: "plateau", patience: 1 },
      batchSize: 50,
      epochs: 10,
      optimizer: sgd({ learningRate: 0.125 }),
    });
    expect(measured).toEqual(new Array(10).fill(0.125));
  });
});
it("images, batch norm and dropout train on the machine", async () => {
  const random = generator(11);
  const labels = Int32Array.from({ length: 40 }, (_, i) => i % 2);
  // Class 1 has a bright left half.
  const pixels = Float64Array.from(
    { length: 40 * 64 },
    (_, i) => random() + (labels[Math.floor(i / 64)] === 1 && i % 8 < 4 ? 1 : 0),
  );
  const model = sequential(
    conv2d(1, 4, 3, { padding: 1, bias: false }),
    batchNorm(4),
    activation("relu"),
    avgPool2d(4),
    dropout(0.2),
    flattenLayer(),
    dense(16, 2),
  );
  const data = { x: tensor(pixels, { shape: [40, 1, 8, 8] }), y: tensor(labels) };
  const { result } = await watch({ ...basics, model, data, epochs: 25, batchSize: 8 });
  expect(result.metrics.train.accuracy).toBe(1);
  const { layers } = result.variables.buffers as { layers: { mean: Tensor; var: Tensor }[] };
  for (const value of [...layers[1]!.mean.data, ...layers[1]!.var.data]) expect(value).not.toBe(0);
});
