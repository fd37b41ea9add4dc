// A training held in the hand: its calls give the events of `train`, it goes back and forth, and it ends well from loading on.
import { expect, it } from "vitest";
import { prepare, tableFromRows } from "../data/index.ts";
import { type ChainruleError, randomKey, randomUniform, tensor, zeros } from "../index.ts";
import { activation, dense, sequential } from "../nn/index.ts";
import { adam, sgd } from "../optim/index.ts";
import { flatten } from "../trace/tree.ts";
import type { TrainEvent } from "./events.ts";
import { HeldTraining } from "./held-training.ts";
import { type TrainOptions, tableOptions, train, trainTable } from "./index.ts";

const options: TrainOptions = {
  model: sequential(dense(3, 4), activation("tanh"), dense(4, 2)),
  data: {
    x: randomUniform(randomKey(4), [40, 3]),
    y: tensor(Int32Array.from({ length: 40 }, (_, i) => i % 2)),
  },
  validation: {
    x: randomUniform(randomKey(5), [10, 3]),
    y: tensor(Int32Array.from({ length: 10 }, (_, i) => i % 2)),
  },
  loss: "crossEntropy",
  optimizer: adam(),
  schedule: { kind: "plateau", patience: 1 },
  epochs: 12,
  batchSize: 8,
  patience: 4,
};

/** What does not come by the clock. */
const timeless = (events: readonly TrainEvent[]) =>
  events
    .filter(({ type }) => type !== "progress")
    .map((event) => (event.type === "end" ? { ...event, seconds: 0 } : event));

/** Events of a training to its end. */
async function toEnd(training: HeldTraining): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for (let more = await training.advance(); more !== undefined; more = await training.advance())
    for (const event of more) events.push(event);
  events.push((await training.finish()).event);
  return events;
}

it("gives the events of a training, and plain data of itself at every moment", async () => {
  const training = await HeldTraining.load(options);
  const events: TrainEvent[] = [training.started()];
  try {
    for (let more = await training.advance(); more !== undefined; more = await training.advance()) {
      for (const event of more) events.push(event);
      const snapshot = training.snapshot();
      // Throws where something is no data, and what it loses is missing in the copy.
      expect(structuredClone(snapshot)).toEqual(snapshot);
    }
    const { event, result } = await training.finish();
    expect(result).toMatchObject({ epochs: training.epoch, bestEpoch: training.snapshot().state.best.epoch });
    events.push(event);
  } finally {
    training.dispose();
  }
  const expected: TrainEvent[] = [];
  for await (const event of train(options)) expected.push(event);
  expect(timeless(events)).toEqual(timeless(expected));
});

it("goes step by step, back and forth", async () => {
  const training = await HeldTraining.load(options);
  const weight = () => training.read("parameters.layers.0.weight").data;
  const first = training.snapshot();
  const before = weight();
  await training.run(3);
  expect(training.step).toBe(3);
  expect(weight()).not.toEqual(before);
  const third = training.snapshot();
  const at3 = weight();
  // An epoch is 5 steps: the end of it comes with its last one.
  const events = await training.run(2);
  expect(events.at(-1)).toMatchObject({ type: "epoch", epoch: 1, step: 5 });
  expect(training.epoch).toBe(1);
  await training.restore(third);
  expect([training.step, training.epoch, weight()]).toEqual([3, 0, at3]);
  expect(timeless(await training.run(2))).toEqual(timeless(events));
  await training.restore(first);
  expect([training.step, weight()]).toEqual([0, before]);
  training.dispose();
});

it("goes on after its result is taken as if it had not been", async () => {
  const undisturbed = await HeldTraining.load({ ...options, patience: undefined });
  const expected = timeless(await toEnd(undisturbed));
  undisturbed.dispose();
  const training = await HeldTraining.load({ ...options, patience: undefined });
  const events: TrainEvent[] = [];
  for (const event of await training.run(7)) events.push(event);
  const { event, result } = await training.finish();
  expect(event).toMatchObject({ type: "end", epochs: 1, steps: 7, bestEpoch: 1 });
  expect(training.best()).toBe(result.variables);
  for (const more of await toEnd(training)) events.push(more);
  training.dispose();
  expect(timeless(events)).toEqual(expected);
});

it("is looked into at any step, and goes on as if it had not been", async () => {
  const held = { ...options, observeEvery: 9, epochs: 6, patience: undefined };
  const undisturbed = await HeldTraining.load(held);
  const expected = timeless(await toEnd(undisturbed));
  undisturbed.dispose();
  const training = await HeldTraining.load(held);
  const events: TrainEvent[] = [];
  const looks: TrainEvent[] = [];
  for (let more = await training.observe(); more.length > 0; more = await training.observe()) {
    for (const event of more) if (event.type !== "progress") (event.type === "epoch" ? events : looks).push(event);
  }
  events.push((await training.finish()).event);
  training.dispose();
  expect(looks.map((event) => "step" in event && event.step)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  // Where the cadence looks too, the same is seen.
  const seen = new Map(looks.map((event) => ["step" in event && event.step, event]));
  for (const event of expected) if (event.type === "observation") expect(seen.get(event.step)).toEqual(event);
  expect(timeless(events)).toEqual(expected.filter(({ type }) => type !== "observation"));
});

it("gives values and gradients of chosen rows", async () => {
  const training = await HeldTraining.load(options);
  await training.run(7);
  const { loss, values, gradients } = training.look([0, 39, 0]);
  expect(values["layers.0"]!.shape).toEqual([3, 4]);
  expect(values.x!.shape).toEqual([3, 3]);
  expect(values["layers.0.weight"]!.data).toEqual(training.read("parameters.layers.0.weight").data);
  // ∂loss/∂W of the last layer is aᵀ δ.
  const product = values["layers.1"]!.transpose().matmul(gradients["layers.2"]!);
  expect(Array.from(gradients["layers.2.weight"]!.data)).toEqual(Array.from(product.data, (v) => expect.closeTo(v, 6)));
  expect(loss.item()).toBeGreaterThan(0);
  expect(() => training.look([40])).toThrow(/from 0 to 39; got 40/);
  training.dispose();
});

it("takes values and rates by hand, and a snapshot has them", async () => {
  const training = await HeldTraining.load({ ...options, schedule: { kind: "cosine", steps: 60 } });
  await training.run(2);
  const zeros = training.read("parameters.layers.0.weight").mul(0);
  training.write("parameters.layers.0.weight", zeros);
  const scheduled = training.learningRate;
  training.scaleLearningRate(0.5);
  expect(training.learningRate).toBeCloseTo(scheduled / 2, 9);
  training.setLearningRate(0);
  expect(training.learningRate).toBe(0);
  const snapshot = training.snapshot();
  await training.run(4);
  expect(Array.from(training.read("parameters.layers.0.weight").data).every((value) => value === 0)).toBe(true);
  training.dispose();
  const other = await HeldTraining.load({ ...options, schedule: { kind: "cosine", steps: 60 } });
  await other.restore(snapshot);
  expect(other.learningRate).toBe(0);
  expect(Array.from(other.read("parameters.layers.0.weight").data).every((value) => value === 0)).toBe(true);
  other.dispose();
});

it("says what it cannot read, write and go on from", async () => {
  const training = await HeldTraining.load(options);
  const wider = await HeldTraining.load({
    ...options,
    model: sequential(dense(3, 5), activation("tanh"), dense(5, 2)),
  });
  const seeded = await HeldTraining.load({ ...options, seed: 1 });
  const plain = await HeldTraining.load({ ...options, optimizer: sgd() });
  const attempts = [
    () => training.read("layers.9"),
    () => training.write("parameters.layers.0.bias", zeros([3])),
    () => training.setLearningRate(-1),
    () => training.restore(wider.snapshot()),
    () => training.restore(seeded.snapshot()),
    () => training.restore(plain.snapshot()),
    () => plain.restore(training.snapshot()),
    () => training.restore({ ...training.snapshot(), format: 2 as never }),
  ];
  const said: string[] = [];
  for (const attempt of attempts) {
    const error: unknown = await (async () => attempt())().catch((thrown: unknown) => thrown);
    said.push(`${(error as ChainruleError).code} ${(error as Error).message}`);
  }
  for (const one of [training, wider, seeded, plain]) one.dispose();
  expect(said.join("\n")).toMatchInlineSnapshot(`
    "INVALID_ARGUMENT The training has no value "layers.9"; it has parameters.layers.0.weight, parameters.layers.0.bias, parameters.layers.2.weight, parameters.layers.2.bias, optimizer.mean.layers.0.weight, optimizer.mean.layers.0.bias, optimizer.mean.layers.2.weight, optimizer.mean.layers.2.bias, optimizer.square.layers.0.weight, optimizer.square.layers.0.bias, optimizer.square.layers.2.weight, optimizer.square.layers.2.bias.
    SHAPE_MISMATCH "parameters.layers.0.bias" has shape [4]; got [3].
    INVALID_ARGUMENT The rate must be at least 0 and finite; got -1.
    INVALID_SNAPSHOT The training cannot go on from this snapshot: "parameters.layers.0.weight" has 15 elements in it, and 12 in the training. Restore snapshots of a training with the same model, data, settings and seed.
    INVALID_SNAPSHOT The training cannot go on from this snapshot: its seed is 1, and that of the training is 0. Restore snapshots of a training with the same model, data, settings and seed.
    INVALID_SNAPSHOT The training cannot go on from this snapshot: it lacks "optimizer.mean.layers.0.weight". Restore snapshots of a training with the same model, data, settings and seed.
    INVALID_SNAPSHOT The training cannot go on from this snapshot: it has "optimizer.mean.layers.0.weight", which the training has not. Restore snapshots of a training with the same model, data, settings and seed.
    INVALID_SNAPSHOT The training cannot go on from this snapshot: it has format 2, and this Chainrule reads format 1. Restore snapshots of a training with the same model, data, settings and seed."
  `);
});

it("keeps the losses of no more steps than a failure tells of", async () => {
  const training = await HeldTraining.load({
    ...options,
    epochs: 400,
    batchSize: 40,
    patience: undefined,
    observeEvery: 1,
  });
  let most = 0;
  while ((await training.advance()) !== undefined)
    most = Math.max(most, training.snapshot().state.observer.losses.size);
  training.dispose();
  expect(most).toBeLessThan(20);
});

it("that is stopped while it loads ends before its first step", async () => {
  const controller = new AbortController();
  const training = train({ ...options, epochs: 1_000_000, signal: controller.signal });
  const first = training[Symbol.asyncIterator]().next();
  controller.abort();
  expect((await first).value).toMatchObject({ type: "start" });
  const rest: string[] = [];
  for await (const { type } of training) rest.push(type);
  expect(rest).toEqual(["end"]);
  expect(await training.result()).toMatchObject({ reason: "interrupted", epochs: 0, bestEpoch: 0 });
});

it("has weights from the start on", async () => {
  const training = train(options);
  for await (const event of training) {
    if (event.type === "start") expect(training.best().parameters).toHaveProperty("layers");
  }
});

it("trains a table as trainTable does, and tells its columns by their names", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({
    side: i % 5,
    colour: "red green blue".split(" ")[i % 3]!,
    price: i % 7,
  }));
  const prepared = prepare(tableFromRows(rows, { source: "boxes" }), { target: "price", task: "regression" });
  const settings = { hidden: [4], epochs: 3, seed: 3 };
  const held = await HeldTraining.load(tableOptions(prepared, settings));
  const events = await toEnd(held);
  held.dispose();
  const { trained } = await trainTable(prepared, settings).result();
  expect(flatten(held.best().parameters).leaves.map(({ data }) => data)).toEqual(
    flatten(trained.variables.parameters).leaves.map(({ data }) => data),
  );
  const observation = events.find((event) => event.type === "observation")!;
  expect(observation.inputs!.map(({ name }) => name).sort()).toEqual([
    "colour=blue",
    "colour=green",
    "colour=red",
    "side",
  ]);
});

it("says which rows the next step goes by", async () => {
  const training = await HeldTraining.load(options);
  const seen: number[] = [];
  // Into the second epoch, whose order is not drawn yet when the first one ends.
  for (let step = 0; step < training.started().stepsPerEpoch + 2; step++) {
    for (const row of training.nextRows()) seen.push(row);
    const { loss } = training.look(training.nextRows());
    const [event] = await training.observe();
    expect(event).toMatchObject({ type: "observation" });
    if (event?.type === "observation") expect(event.loss).toBeCloseTo(loss.item(), 5);
  }
  expect(new Set(seen.slice(0, 40)).size).toBe(40);
  training.dispose();
});

it("waits between slices for what holds it, and ends as if nothing had", async () => {
  const events: TrainEvent[] = [];
  let release = () => {};
  let asked = 0;
  const hold = () => {
    if (++asked !== 3) return undefined;
    return new Promise<void>((resolve) => {
      release = resolve;
    });
  };
  const training = train({ ...options, hold, sliceMilliseconds: 1e-6 });
  const ended = (async () => {
    for await (const event of training) events.push(event);
  })();
  while (asked < 3) await new Promise(setImmediate);
  const before = events.length;
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
  expect(events).toHaveLength(before);
  expect(asked).toBe(3);
  release();
  await ended;
  const plain: TrainEvent[] = [];
  for await (const event of train(options)) plain.push(event);
  expect(timeless(events)).toEqual(timeless(plain));
});
