// The training loop: determinism, events, early stopping, interruption, what it refuses, and its figures of layers.
import { describe, expect, it, vi } from "vitest";
import { compile, grad, randomKey, type Tensor, tensor } from "../index.ts";
import {
  activation,
  apply as applyModel,
  applyTraining,
  avgPool2d,
  batchNorm,
  conv2d,
  dense,
  dropout,
  flatten as flattenLayer,
  initialize,
  type Layer,
  losses,
  sequential,
  type Variables,
} from "../nn/index.ts";
import type { Sketch } from "../observe/sketch.ts";
import { adam, adamw, initOptimizer, sgd, updateOptimizer } from "../optim/index.ts";
import { Session } from "../run/session.ts";
import { flatten } from "../trace/tree.ts";
import type { EpochEvent, TrainEvent } from "./events.ts";
import { type TrainOptions, train } from "./index.ts";

/** A repeatable stream of numbers in [0, 1) (Park and Miller 1988). */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** Two classes on either side of a noisy circle. */
function circle(rows: number, seed = 7) {
  const random = generator(seed);
  const x = Float64Array.from({ length: rows * 2 }, () => random() * 2 - 1);
  const y = Int32Array.from({ length: rows }, (_, i) => {
    const inside = x[2 * i]! ** 2 + x[2 * i + 1]! ** 2 < 0.6;
    return Number(inside !== random() < 0.2);
  });
  return { x: tensor(x, { shape: [rows, 2] }), y: tensor(y) };
}

const classifier = sequential(dense(2, 8), activation("tanh"), dense(8, 2, { init: "xavierUniform" }));
const basics = {
  model: classifier,
  data: circle(50),
  loss: "crossEntropy",
  optimizer: adam({ learningRate: 0.02 }),
  epochs: 4,
  batchSize: 16,
} satisfies TrainOptions;

const values = (variables: unknown) => flatten(variables).leaves.map(({ data }) => Array.from(data));

/** All events but progress, which comes by the clock. */
async function watch(options: TrainOptions) {
  const training = train(options);
  const events: TrainEvent[] = [];
  for await (const event of training) if (event.type !== "progress") events.push(event);
  const epochs = events.filter((event): event is EpochEvent => event.type === "epoch");
  return { training, events, epochs, result: await training.result() };
}

/** The loss of variables on data, on the machine. */
const lossOf = (model: Layer, variables: Variables, { x, y }: { x: Tensor; y: Tensor }) =>
  compile((v: Variables, inputs: Tensor, targets: Tensor) =>
    losses.crossEntropy(applyModel(model, v, inputs), targets),
  )(variables, x, y).item();

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
    const metrics = { loss: expect.any(Number), accuracy: expect.any(Number), rocAuc: expect.any(Number) };
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

describe("which weights are the result", () => {
  const overfitting: TrainOptions = {
    ...basics,
    model: sequential(dense(2, 32), activation("tanh"), dense(32, 2)),
    data: circle(30),
    validation: circle(40, 3),
    optimizer: adam({ learningRate: 0.05 }),
    epochs: 200,
  };

  it("those of the lowest validation loss, after early stopping", async () => {
    const { epochs, result } = await watch({ ...overfitting, patience: 7 });
    const validationLosses = epochs.map(({ validation }) => validation!.loss!);
    const lowest = Math.min(...validationLosses);
    expect(result.reason).toBe("patience");
    expect(epochs.length).toBeLessThan(200);
    expect(result.bestEpoch).toBe(validationLosses.indexOf(lowest) + 1);
    expect(result.epochs).toBe(result.bestEpoch + 7);
    expect(result.metrics.validation!.loss).toBe(lowest);
    expect(lossOf(overfitting.model, result.variables, overfitting.validation!)).toBeCloseTo(lowest, 5);
    expect(epochs.filter(({ best }) => best).at(-1)!.epoch).toBe(result.bestEpoch);
    epochs.forEach(({ best }, i) => {
      expect(best).toBe(validationLosses[i]! < Math.min(...validationLosses.slice(0, i)));
    });
  });

  it("the same ones without early stopping", async () => {
    const { epochs, result } = await watch({ ...overfitting, epochs: 40 });
    expect(result).toMatchObject({ reason: "epochs", epochs: 40 });
    expect(result.metrics.validation!.loss).toBe(Math.min(...epochs.map(({ validation }) => validation!.loss!)));
    expect(result.bestEpoch).toBeLessThan(40);
  });

  it("the last ones without validation, and patience does not count", async () => {
    const { validation: _, ...rest } = overfitting;
    const { epochs, result, training } = await watch({ ...rest, epochs: 20, patience: 1 });
    expect(result).toMatchObject({ reason: "epochs", epochs: 20, bestEpoch: 20 });
    expect(result.metrics.validation).toBeUndefined();
    expect(epochs.every(({ best, validation }) => best && validation === undefined)).toBe(true);
    const longer = await watch({ ...rest, epochs: 21 });
    expect(values(longer.result.variables)).not.toEqual(values(result.variables));
    expect(values(training.best())).toEqual(values(result.variables));
    expect(lossOf(overfitting.model, result.variables, rest.data)).toBeCloseTo(longer.epochs.at(-1)!.loss, 1);
  });

  it("running statistics are restored with them", async () => {
    const model = sequential(dense(2, 16), batchNorm(16), activation("relu"), dense(16, 2));
    const { epochs, result } = await watch({ ...overfitting, model, epochs: 60 });
    expect(result.bestEpoch).toBeLessThan(60);
    expect(lossOf(model, result.variables, overfitting.validation!)).toBeCloseTo(
      Math.min(...epochs.map(({ validation }) => validation!.loss!)),
      4,
    );
  });
});

describe("an AbortSignal", () => {
  it("ends the training with the best weights so far", async () => {
    const controller = new AbortController();
    const training = train({ ...basics, validation: circle(40, 3), epochs: 1_000_000, signal: controller.signal });
    const best: number[] = [];
    let end: TrainEvent | undefined;
    for await (const event of training) {
      if (event.type === "epoch") {
        if (event.epoch <= 3) best.push(event.validation!.loss!);
        if (event.epoch === 3) controller.abort();
      }
      if (event.type === "end") end = event;
    }
    const result = await training.result();
    expect(result).toMatchObject({ reason: "interrupted", epochs: 3 });
    expect(end).toMatchObject({ type: "end", reason: "interrupted", epochs: 3 });
    expect(result.metrics.validation!.loss).toBe(Math.min(...best));
    expect(values(training.best())).toEqual(values(result.variables));
  });

  it("stops a slice that threads are at work on", async () => {
    const controller = new AbortController();
    const [rows, width] = [2048, 512];
    const stop = vi.spyOn(Session.prototype, "stop");
    const { start } = Session.prototype;
    let stopsWhileBusy = 0;
    const starts = vi.spyOn(Session.prototype, "start").mockImplementation(function (this: Session, ...args) {
      const ran = start.apply(this, args);
      controller.abort();
      if (typeof ran !== "number") stopsWhileBusy = stop.mock.calls.length;
      return ran;
    });
    const { reason, epochs } = await train({
      ...basics,
      model: sequential(dense(width, width), activation("relu"), dense(width, 2)),
      data: {
        x: tensor(new Float64Array(rows * width).fill(0.5), { shape: [rows, width] }),
        y: tensor(new Int32Array(rows)),
      },
      batchSize: 256,
      epochs: 1_000_000,
      threads: 2,
      signal: controller.signal,
    }).result();
    expect({ reason, epochs, stopsWhileBusy }).toEqual({ reason: "interrupted", epochs: 0, stopsWhileBusy: 1 });
    starts.mockRestore();
    stop.mockRestore();
  });

  it("that is aborted from the beginning gives the initial weights", async () => {
    const result = await train({ ...basics, seed: 4, epochs: 1_000_000, signal: AbortSignal.abort() }).result();
    expect(result).toMatchObject({ reason: "interrupted", epochs: 0, bestEpoch: 0 });
    const rounded = (variables: unknown) => values(variables).map((tensor) => tensor.map(Math.fround));
    expect(rounded(result.variables)).toEqual(rounded(initialize(classifier, 4)));
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

describe("clipping", () => {
  it("limits the step; layers report the gradients as they were, and what was left of them", async () => {
    const first = async (options: Partial<TrainOptions>) => {
      const settings = { ...basics, batchSize: 50, epochs: 1, optimizer: sgd({ learningRate: 1 }), ...options };
      const { events } = await watch(settings);
      return events.find((event) => event.type === "observation")!;
    };
    const norm = (sketches: readonly Sketch[]) =>
      Math.sqrt(sketches.reduce((sum, { rms, size }) => sum + rms ** 2 * size, 0));
    const plain = await first({});
    const gradient = norm(plain.parameters.map((parameter) => parameter.gradient));
    expect(gradient).toBeGreaterThan(0.1);
    expect(plain.clipping).toBe(1);
    const byNorm = await first({ clipNorm: 0.01 });
    expect(norm(byNorm.parameters.map(({ update }) => update))).toBeCloseTo(0.01, 5);
    expect(norm(byNorm.parameters.map((parameter) => parameter.gradient))).toBeCloseTo(gradient, 6);
    expect(byNorm.clipping).toBeCloseTo(0.01 / gradient, 5);
    const byValue = await first({ clipValue: 1e-6 });
    for (const { update } of byValue.parameters) expect(update.max).toBeLessThanOrEqual(1.04e-6);
  });
});

describe("layers' figures", () => {
  const rms = (tensors: readonly Tensor[]) => {
    const all = tensors.flatMap(({ data }) => Array.from(data));
    return Math.sqrt(all.reduce((sum, v) => sum + v * v, 0) / all.length);
  };
  const model = sequential(
    dense(2, 6),
    activation("gelu"),
    sequential(dense(6, 5, { bias: false }), batchNorm(5), activation("sigmoid")),
    dense(5, 2, { bias: false }),
  );

  it.each(["wasm", "reference"] as const)(
    "are RMS of the gradients and updates of a full batch on %s",
    async (backend) => {
      for (const optimizer of [sgd({ learningRate: 0.3 }), adamw({ learningRate: 0.01 })]) {
        const { epochs } = await watch({ ...basics, model, optimizer, backend, batchSize: 50, epochs: 1, seed: 3 });
        const { parameters, buffers } = initialize(model, 3);
        const { x, y } = basics.data;
        const gradients = grad((p: typeof parameters) =>
          losses.crossEntropy(applyTraining(model, { parameters: p, buffers }, x, randomKey(0)).y, y),
        )(parameters);
        const step = tensor(Int32Array.of(0), { shape: [] });
        const next = updateOptimizer(optimizer, parameters, gradients, initOptimizer(optimizer, parameters), { step });
        const [old, fresh, dp] = [flatten(parameters), flatten(next.parameters), flatten(gradients)];
        const names = ["layers.0", "layers.2.layers.0", "layers.2.layers.1", "layers.3"];
        expect(epochs[0]!.layers.map(({ name }) => name)).toEqual(names);
        for (const { name, gradientRms, updateRatio } of epochs[0]!.layers) {
          const mine = old.paths.flatMap((path, i) => (path.slice(0, path.lastIndexOf(".")) === name ? [i] : []));
          const gradient = rms(mine.map((i) => dp.leaves[i]!));
          const ratio =
            rms(mine.map((i) => fresh.leaves[i]!.sub(old.leaves[i]!))) / rms(mine.map((i) => old.leaves[i]!));
          expect(Math.abs(gradientRms - gradient) / gradient).toBeLessThan(backend === "wasm" ? 1e-5 : 1e-12);
          // An update in float32 is a difference of two rounded weights.
          expect(Math.abs(updateRatio - ratio) / ratio).toBeLessThan(backend === "wasm" ? 1e-4 : 1e-12);
        }
      }
    },
  );

  it("tiny gradients of a deep sigmoid network do not vanish in float32", async () => {
    const width = 4;
    const depth = 32;
    const layers = Array.from({ length: depth }, (_, i) => [
      dense(i === 0 ? 2 : width, width, { init: "xavierUniform" }),
      activation("sigmoid"),
    ]).flat();
    const deep = sequential(...layers, dense(width, 2));
    const options = { ...basics, model: deep, batchSize: 50, epochs: 1, optimizer: sgd({ learningRate: 0.1 }) };
    const [machine, reference] = [await watch(options), await watch({ ...options, backend: "reference" })];
    const first = machine.epochs[0]!.layers[0]!;
    expect(first.gradientRms).toBeGreaterThan(1e-25);
    // Squares of such gradients, are 0 or denormal in float32.
    expect(first.gradientRms).toBeLessThan(1e-19);
    machine.epochs[0]!.layers.forEach(({ gradientRms }, i) => {
      const exact = reference.epochs[0]!.layers[i]!.gradientRms;
      expect(Math.abs(gradientRms - exact) / exact).toBeLessThan(1e-3);
    });
  });

  it("are 0, not NaN, where a gradient is 0", async () => {
    const dead = sequential(dense(2, 3, { init: "zeros" }), activation("relu"), dense(3, 2, { init: "zeros" }));
    const { epochs } = await watch({ ...basics, model: dead, batchSize: 50, epochs: 1 });
    expect(epochs[0]!.layers[0]).toEqual({ name: "layers.0", gradientRms: 0, updateRatio: 0 });
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
