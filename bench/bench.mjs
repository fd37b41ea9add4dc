// `npm run bench`: the cost of a step beside plain JavaScript, a million steps' memory, and a whole process beside scikit-learn.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import "../dist/index.js";
import { reference } from "../dist/backends/reference/reference.js";
import { wasm } from "../dist/backends/wasm/wasm.js";
import { activation, dense, initialize, sequential } from "../dist/nn/index.js";
import { adam, sgd } from "../dist/optim/index.js";
import { Session } from "../dist/run/session.js";
import { trainingModule } from "../dist/train/step.js";
import { compare, duration, machine, median, table } from "./measure.mjs";
import { plainNetwork } from "./peers/plain-javascript.mjs";

const here = dirname(fileURLToPath(import.meta.url));

/** A repeatable stream of numbers in [0, 1) (Park and Miller 1988). */
function generator(seed) {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

const workloads = [
  {
    name: "XOR 2-2-1, batch 4, SGD",
    sizes: [2, 2, 1],
    batch: 4,
    loss: "halfSumOfSquares",
    activation: "sigmoid",
    last: true,
    optimizer: "sgd",
    learningRate: 0.5,
  },
  {
    name: "14-64-32-2, batch 64, Adam",
    sizes: [14, 64, 32, 2],
    batch: 64,
    loss: "crossEntropy",
    activation: "relu",
    last: false,
    optimizer: "adam",
    learningRate: 0.001,
  },
  {
    name: "784-128-10, batch 64, SGD",
    sizes: [784, 128, 10],
    batch: 64,
    loss: "crossEntropy",
    activation: "relu",
    last: false,
    optimizer: "sgd",
    learningRate: 0.01,
  },
];

/** Steps between two visits of JavaScript. */
const stepsPerRun = 1000;

/** A loaded training step over one resident batch of random data. */
function session(workload, backend) {
  const { sizes, batch } = workload;
  const layers = sizes
    .slice(1)
    .flatMap((outputs, l) => [
      dense(sizes[l], outputs, { init: "xavierUniform" }),
      ...(l < sizes.length - 2 || workload.last ? [activation(workload.activation)] : []),
    ]);
  const model = sequential(...layers);
  const classes = workload.loss === "crossEntropy";
  const types = {
    x: { shape: [batch, sizes[0]], dtype: backend.float },
    y: classes ? { shape: [batch], dtype: "int32" } : { shape: [batch, sizes.at(-1)], dtype: backend.float },
  };
  const optimizer = (workload.optimizer === "sgd" ? sgd : adam)({ learningRate: workload.learningRate });
  const training = trainingModule(
    {
      model,
      loss: workload.loss,
      optimizer,
      schedule: { kind: "constant" },
      batchSize: batch,
      stepsPerEpoch: stepsPerRun,
      float: backend.float,
    },
    initialize(model, 1),
    types,
    undefined,
  );
  const loaded = new Session(training.module, backend);
  for (const [name, value] of training.initial) loaded.write(name, value.data);
  const { x, y } = batchOf(workload);
  loaded.write("train.x", x);
  loaded.write("train.y", y);
  loaded.write(
    "order",
    Int32Array.from({ length: stepsPerRun * batch }, (_, i) => i % batch),
  );
  loaded.write("failedAt", Int32Array.of(-1));
  loaded.write("rateScale", Float64Array.of(1));
  return loaded;
}

function batchOf({ sizes, batch, loss }) {
  const random = generator(7);
  const x = Float64Array.from({ length: batch * sizes[0] }, () => random() * 2 - 1);
  const classes = sizes.at(-1);
  const y =
    loss === "crossEntropy"
      ? Int32Array.from({ length: batch }, () => Math.floor(random() * classes))
      : Float64Array.from({ length: batch * classes }, () => Math.round(random()));
  return { x, y };
}

/** Runs the training step `steps` times. */
const stepper = (loaded) => (steps) => {
  for (let left = steps; left > 0; left -= stepsPerRun) {
    loaded.write("cursor", Int32Array.of(0));
    loaded.run("step", Math.min(left, stepsPerRun));
  }
};

console.log(`Machine: ${machine()}\n`);

const rows = [];
for (const workload of workloads) {
  const onWasm = session(workload, wasm);
  const onReference = session(workload, reference);
  const plain = plainNetwork(workload.sizes, workload.batch, workload, generator(3));
  const { x, y } = batchOf(workload);
  const results = compare({
    wasm: stepper(onWasm),
    reference: stepper(onReference),
    "plain JavaScript": (steps) => {
      for (let i = 0; i < steps; i++) plain(x, y);
    },
  });
  const [own] = results;
  for (const { name, median: time, low, high } of results) {
    rows.push([
      workload.name,
      name,
      duration(time),
      `${duration(low)} … ${duration(high)}`,
      (time / own.median).toFixed(2),
    ]);
  }
  onWasm.dispose();
  onReference.dispose();
}
console.log("Cost of a training step (median of 9 interleaved rounds, lowest … highest, ratio to wasm)\n");
console.log(table(["workload", "engine", "a step", "spread", "× wasm"], rows));

const xor = session(workloads[0], wasm);
const run = stepper(xor);
const memory = [];
run(100_000);
for (let part = 0; part <= 10; part++) {
  globalThis.gc?.();
  memory.push({ steps: part * 100_000, heap: process.memoryUsage().heapUsed, rss: process.memoryUsage().rss });
  run(100_000);
}
xor.dispose();
const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
console.log("\nMemory over a million steps of XOR 2-2-1\n");
console.log(
  table(
    ["steps", "heap", "process"],
    [0, 5, 10].map((i) => [memory[i].steps.toLocaleString("en"), mebibytes(memory[i].heap), mebibytes(memory[i].rss)]),
  ),
);

const iris = join(here, "data/iris.csv");
const runs = mkdtempSync(join(tmpdir(), "chainrule-bench-"));
const python = [join(here, "../.venv/bin/python"), "python3"].find(
  (command) =>
    (command === "python3" || existsSync(command)) && spawnSync(command, ["-c", "import sklearn"]).status === 0,
);
const processes = {
  chainrule: (seed) => {
    const args = ["train", iris, "--target", "target", "--seed", seed, "--out", join(runs, String(seed)), "--json"];
    const result = spawnSync(process.execPath, [join(here, "../dist/cli/main.js"), ...args.map(String)], {
      encoding: "utf8",
    });
    return JSON.parse(result.stdout.trim().split("\n").at(-1)).metrics.validation.accuracy;
  },
  ...(python && {
    "scikit-learn": (seed) =>
      Number(spawnSync(python, [join(here, "peers/iris.py"), iris, String(seed)], { encoding: "utf8" }).stdout),
  }),
};
const times = Object.fromEntries(Object.keys(processes).map((name) => [name, []]));
const accuracies = Object.fromEntries(Object.keys(processes).map((name) => [name, []]));
const seeds = 10;
for (let seed = 0; seed < seeds; seed++) {
  for (const [name, start] of Object.entries(processes)) {
    const from = performance.now();
    accuracies[name].push(start(seed));
    times[name].push((performance.now() - from) / 1000);
  }
}
rmSync(runs, { recursive: true });
console.log(`\nIris, the whole process from start to exit (${seeds} seeds, each its own split)\n`);
console.log(
  table(
    ["process", "median", "spread", "mean validation accuracy"],
    Object.keys(processes).map((name) => [
      name,
      duration(median(times[name])),
      `${duration(Math.min(...times[name]))} … ${duration(Math.max(...times[name]))}`,
      (accuracies[name].reduce((sum, value) => sum + value, 0) / seeds).toFixed(4),
    ]),
  ),
);
if (!python) {
  console.log(
    "\nscikit-learn is not here: python3 -m venv .venv && .venv/bin/pip install -r bench/peers/requirements.txt",
  );
}
