// From a snapshot of any step a training goes on to the bits and the events of one that was never stopped, wherever it goes on.
import fc from "fast-check";
import { expect, it } from "vitest";
import { randomKey, randomUniform, tensor } from "../index.ts";
import { activation, batchNorm, dense, dropout, type Layer, layerNorm, residual, sequential } from "../nn/index.ts";
import { adagrad, adam, adamw, type Optimizer, rmsprop, type Schedule, sgd } from "../optim/index.ts";
import type { TrainEvent } from "./events.ts";
import { HeldTraining } from "./held-training.ts";
import type { RowBlock, TrainOptions } from "./options.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot-file.ts";

const layers: Record<string, () => Layer> = {
  plain: () => activation("tanh"),
  dropout: () => dropout(0.3),
  batchNorm: () => batchNorm(6),
  layerNorm: () => layerNorm(6),
  residual: () => residual(dense(6, 6), activation("gelu"), dropout(0.1)),
};
const optimizers: Record<string, () => Optimizer> = {
  sgd: () => sgd({ learningRate: 0.1, momentum: 0.9 }),
  adam: () => adam({ learningRate: 0.02 }),
  adamw: () => adamw({ learningRate: 0.02, weightDecay: 0.1 }),
  rmsprop: () => rmsprop({ learningRate: 0.01 }),
  adagrad: () => adagrad({ learningRate: 0.1 }),
};
const schedules: Record<string, Schedule> = {
  constant: { kind: "constant" },
  plateau: { kind: "plateau", patience: 0, factor: 0.5 },
  oneCycle: { kind: "oneCycle", steps: 30 },
  cosine: { kind: "cosine", steps: 30 },
  warmup: { kind: "warmup", steps: 5, after: { kind: "exponential", gamma: 0.9 } },
};
const named = <T>(of: Readonly<Record<string, T>>) => fc.constantFrom(...Object.keys(of));

const course = fc.record({
  layer: named(layers),
  optimizer: named(optimizers),
  schedule: named(schedules),
  rows: fc.integer({ min: 3, max: 40 }),
  blockRows: fc.integer({ min: 0, max: 30 }),
  batchSize: fc.integer({ min: 2, max: 17 }),
  epochs: fc.integer({ min: 1, max: 6 }),
  validates: fc.boolean(),
  patience: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
  clipNorm: fc.option(fc.constant(0.5), { nil: undefined }),
  observeEvery: fc.option(fc.integer({ min: 1, max: 7 }), { nil: undefined }),
  backend: fc.constantFrom("wasm", "reference"),
  seed: fc.integer({ min: 0, max: 100 }),
  /** Share of the training after which it is put aside. */
  at: fc.double({ min: 0, max: 1, noNaN: true }),
});
type Course = typeof course extends fc.Arbitrary<infer T> ? T : never;

const data = (key: number, rows: number) => ({
  x: randomUniform(randomKey(key), [rows, 4]),
  y: tensor(Int32Array.from({ length: rows }, (_, i) => (i * (key + 1)) % 3)),
});

function optionsOf(one: Course): TrainOptions {
  const block = ({ x, y }: ReturnType<typeof data>): RowBlock => ({ x: x.data, y: y.data, rows: y.size });
  const blockRows = Math.min(one.blockRows, one.rows);
  return {
    model: sequential(dense(4, 6), layers[one.layer]!(), activation("relu"), dense(6, 3)),
    data: data(1, one.rows),
    ...(one.validates && { validation: data(2, 9), patience: one.patience }),
    ...(blockRows > 1 && {
      blocks: {
        sizes: [blockRows, blockRows, blockRows - 1],
        read: async (index) => block(data(3 + index, index === 2 ? blockRows - 1 : blockRows)),
      },
    }),
    loss: "crossEntropy",
    optimizer: optimizers[one.optimizer]!(),
    schedule: schedules[one.schedule]!,
    epochs: one.epochs,
    batchSize: Math.min(one.batchSize, one.rows),
    clipNorm: one.clipNorm,
    observeEvery: one.observeEvery,
    backend: one.backend,
    seed: one.seed,
  };
}

/** Events to the end and the weights there, without what comes by the clock. */
async function rest(training: HeldTraining): Promise<unknown[]> {
  const all: TrainEvent[] = [];
  for (let more = await training.advance(); more !== undefined; more = await training.advance())
    for (const event of more) all.push(event);
  const { event, result } = await training.finish();
  const timeless = all.filter(({ type }) => type !== "progress");
  return [...timeless, { ...event, seconds: 0 }, result];
}

async function holding<T>(options: TrainOptions, use: (training: HeldTraining) => Promise<T>): Promise<T> {
  const training = await HeldTraining.load(options);
  try {
    return await use(training);
  } finally {
    training.dispose();
  }
}

/** Events of a training that is put aside after `at` steps and taken up by another one. */
async function inTwoParts(options: TrainOptions, at: number, elsewhere: TrainOptions = options): Promise<unknown[]> {
  const { events, snapshot } = await holding(options, async (training) => {
    const events = (await training.run(at)).filter(({ type }) => type !== "progress");
    const snapshot = structuredClone(training.snapshot());
    // What comes after it changes nothing of it.
    await training.run(3);
    return { events, snapshot };
  });
  const later = await holding(elsewhere, async (training) => {
    await training.run(1);
    await training.restore(snapshot);
    return rest(training);
  });
  return [...events, ...later];
}

it("of any step of any training, in another one", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(course, async (one) => {
      const options = optionsOf(one);
      const whole = await holding(options, rest);
      const steps = (whole.at(-2) as { steps: number }).steps;
      expect(await inTwoParts(options, Math.round(one.at * steps))).toEqual(whole);
    }),
    { numRuns: 30 },
  );
});

it("with another number of threads", async () => {
  const options: TrainOptions = {
    model: sequential(dense(64, 256), batchNorm(256), activation("relu"), dropout(0.2), dense(256, 10)),
    data: {
      x: randomUniform(randomKey(1), [512, 64]),
      y: tensor(Int32Array.from({ length: 512 }, (_, i) => i % 10)),
    },
    loss: "crossEntropy",
    optimizer: adam(),
    epochs: 2,
    batchSize: 128,
    deterministic: true,
  };
  const whole = await holding({ ...options, threads: 1 }, rest);
  expect(await inTwoParts({ ...options, threads: 2 }, 5, { ...options, threads: 1 })).toEqual(whole);
  expect(await inTwoParts({ ...options, threads: 1 }, 3, { ...options, threads: 2 })).toEqual(whole);
});

it("as bytes it is the same", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(course, async (one) => {
      await holding(optionsOf(one), async (training) => {
        for (const steps of [0, 1, Math.ceil(one.at * 20)]) {
          await training.run(steps);
          const snapshot = training.snapshot();
          const back = decodeSnapshot(encodeSnapshot(snapshot));
          expect(back).toEqual(snapshot);
          await training.restore(back);
        }
      });
    }),
    { numRuns: 10 },
  );
});

it("as bytes it says where numbers that are not finite came from", async () => {
  const x = randomUniform(randomKey(1), [8, 4]);
  const y = tensor(Int32Array.from({ length: 8 }, (_, i) => i % 3));
  const options = {
    model: dense(4, 3),
    data: { x, y },
    loss: "crossEntropy",
    optimizer: sgd({ learningRate: 0.1 }),
  } as const;
  await holding({ ...options, epochs: 2, batchSize: 4 }, async (training) => {
    const snapshot = training.snapshot();
    const origin = { where: "forward", op: "exp", value: "NaN", operands: [NaN, -0], indices: [0] } as const;
    const broken = { ...snapshot, state: { ...snapshot.state, broken: { origin, lossesBefore: [Infinity] } } };
    expect(decodeSnapshot(encodeSnapshot(broken))).toEqual(broken);
  });
});

it("as damaged bytes it is refused in words", async () => {
  const bytes = await holding(optionsOf(fc.sample(course, { seed: 1, numRuns: 1 })[0]!), async (training) => {
    await training.run(3);
    return encodeSnapshot(training.snapshot());
  });
  fc.assert(
    fc.property(fc.nat(Math.min(bytes.length, 6000) - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const damaged = bytes.slice();
      damaged[at]! ^= flip;
      try {
        decodeSnapshot(damaged);
      } catch (error) {
        expect(error).toMatchObject({ code: "INVALID_SNAPSHOT" });
      }
    }),
    { numRuns: 500 },
  );
  expect(() => decodeSnapshot(bytes.subarray(0, bytes.length - 3))).toThrow(/bytes of/);
  expect(() => decodeSnapshot(new Uint8Array(3))).toThrow(/must begin with 8 bytes/);
});
