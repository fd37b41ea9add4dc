// Ranks of training.test.ts: every case that is named, trained by all ranks together, or by one process alone where no launcher started it.
import { readFileSync, writeFileSync } from "node:fs";
import { endTogether } from "../../dist/backends/mpi/ends.js";
import { mpi } from "../../dist/backends/mpi/mpi.js";
import { tensor } from "../../dist/index.js";
import { activation, batchNorm, crossEntropyWith, dense, dropout, sequential } from "../../dist/nn/index.js";
import { adam, sgd } from "../../dist/optim/index.js";
import { decodeSnapshot, encodeSnapshot, HeldTraining, isNonFinite, train } from "../../dist/train/index.js";

const [isAlone, folder, ...names] = process.argv.slice(2);
const ranks = isAlone === "alone" ? undefined : mpi();
const finalize = ranks && endTogether(ranks);

/** A repeatable stream of numbers in [0, 1) (Park and Miller 1988). */
function generator(seed) {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** Three classes by a plane of five features. */
function table(rows, seed = 7, width = 5) {
  const random = generator(seed);
  const x = Float64Array.from({ length: rows * width }, () => 2 * random() - 1);
  const y = Int32Array.from({ length: rows }, (_, i) =>
    x[i * width] + x[i * width + 1] > 0 ? 2 : Number(random() > 0.5),
  );
  return { x: tensor(x, { shape: [rows, width] }), y: tensor(y) };
}

const layers = (...inner) => sequential(dense(5, 16), ...inner, activation("tanh"), dense(16, 3));
const base = {
  ...{ model: layers(), data: table(64), loss: "crossEntropy", optimizer: sgd({ learningRate: 0.5 }) },
  // Ten rows: three ranks have 4, 3 and 3.
  ...{ batchSize: 10, epochs: 100, steps: 20, backend: "wasm", threads: 1, seed: 3 },
};
const wide = sequential(dense(200, 300), activation("relu"), dense(300, 300), activation("relu"), dense(300, 3));

/** Three blocks of rows, the last of which is not full. */
function blocks() {
  const all = [21, 22, 23].map((seed, i) => table(i === 2 ? 17 : 24, seed));
  return {
    sizes: all.map(({ y }) => y.size),
    read: (i) => ({ x: Float32Array.from(all[i].x.data), y: all[i].y.data, rows: all[i].y.size }),
  };
}

const ignored = table(64);
ignored.y.data.forEach((_, i, y) => {
  // Of two ranks' rows at times all.
  if (i % 2 === 0) y[i] = -1;
});
const broken = table(64);
broken.x.data[5 * 40 + 2] = Number.NaN;

const cases = {
  gradient: { optimizer: sgd({ learningRate: 1 }), steps: 1 },
  exact: { backend: "reference", model: layers(batchNorm(16), dropout(0.3)), clipNorm: 0.5, steps: 6 },
  sgd: {},
  adam: { optimizer: adam({ learningRate: 0.01 }), steps: 1 },
  dropout: { model: layers(dropout(0.4)) },
  batchNorm: { model: layers(batchNorm(16)), batchSize: 7 },
  clipping: { clipNorm: 0.1, clipValue: 0.05 },
  observed: { observeEvery: 3, model: layers(batchNorm(16)) },
  stopping: {
    steps: undefined,
    epochs: 60,
    patience: 2,
    validation: table(37, 5),
    optimizer: sgd({ learningRate: 2 }),
  },
  ofOnesOwn: { loss: (z, y) => z.square().mean().add(y.cast("float32").mean()) },
  blocks: { data: table(24, 21), blocks: blocks(), steps: 25 },
  weighted: { loss: crossEntropyWith({ classWeights: [1, 5, 0.5] }) },
  ignored: { loss: crossEntropyWith({ ignoreIndex: -1 }), data: ignored, batchSize: 6 },
  accumulated: { accumulate: 3, batchSize: 6, model: layers(dropout(0.4)) },
  accumulatedNorm: { accumulate: 2, batchSize: 9, model: layers(batchNorm(16)) },
  accumulatedWeights: { accumulate: 2, loss: crossEntropyWith({ classWeights: [1, 5, 0.5] }) },
  threads: {
    model: wide,
    data: table(128, 9, 200),
    batchSize: 96,
    steps: 12,
    threads: 2,
    optimizer: sgd({ learningRate: 0.05 }),
  },
  broken: { data: broken },
};

const hex = (data) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64");

async function run(name) {
  const options = { ...base, ...cases[name], ...(ranks && { ranks }) };
  const training = train(options);
  const events = [];
  try {
    for await (const event of training) if (event.type !== "progress") events.push(event);
  } catch (error) {
    if (!isNonFinite(error)) throw error;
    return { failure: events.findLast(({ type }) => type === "failure") };
  }
  const { last, metrics, epochs, bestEpoch, reason } = await training.result();
  const flat = [];
  const walk = (tree) => {
    if (tree?.data) flat.push(tree);
    else for (const one of Object.values(tree)) walk(one);
  };
  walk(last.variables);
  const weights = Float64Array.from(flat.flatMap(({ data }) => [...data]));
  const observation = events.findLast(({ type }) => type === "observation");
  return {
    ...{ weights: hex(weights), metrics, epochs, bestEpoch, reason },
    losses: events.flatMap((event) => (event.type === "observation" ? [event.loss] : [])),
    gradients: observation.parameters.map(({ gradient: { rms } }) => rms),
    noise: observation.noise,
    ranks: events[0].ranks ?? 1,
  };
}

/** Ten steps, put aside by rank 0; ten more of what was; or twenty in one piece. */
async function held(name) {
  const training = await HeldTraining.load({
    ...base,
    model: layers(dropout(0.2), batchNorm(16)),
    ...(ranks && { ranks }),
  });
  const file = `${folder}/snapshot`;
  if (name === "resume") await training.restore(decodeSnapshot(readFileSync(file)));
  await training.run(name === "straight" ? 20 : 10);
  if (name === "save" && (ranks?.rank ?? 0) === 0) writeFileSync(file, encodeSnapshot(training.snapshot()));
  ranks?.barrier();
  const weights = Float64Array.from(training.names.flatMap((at) => [...training.read(at).data]));
  training.dispose();
  return { weights: hex(weights) };
}

/** Ranks that were asked for something else, or have other weights: the code of the error. */
const differing = {
  seeds: () => HeldTraining.load({ ...base, ranks, seed: ranks.rank }),
  rows: () => HeldTraining.load({ ...base, ranks, data: table(64, 7 + ranks.rank) }),
  weights: async () => {
    const training = await HeldTraining.load({ ...base, ranks });
    const [name] = training.names;
    if (ranks.rank === 1) training.write(name, training.read(name).mul(1 + 1e-6));
    await training.run(1);
  },
};
async function codeOf(name) {
  try {
    await differing[name]();
  } catch ({ code, message }) {
    return { code, message };
  }
}

const results = {};
for (const name of names)
  results[name] = name in cases ? await run(name) : name in differing ? await codeOf(name) : await held(name);
const place = ranks ?? { rank: 0, size: 1 };
writeFileSync(`${folder}/rank-${place.rank}-of-${place.size}.json`, JSON.stringify(results));
finalize?.();
