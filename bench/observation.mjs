// What observation costs: a training observed at every step and as often as by default, beside the plain one.
import { parseArgs } from "node:util";
import { randomKey, randomUniform, tensor } from "../dist/index.js";
import { activation, dense, sequential } from "../dist/nn/index.js";
import { adam, sgd } from "../dist/optim/index.js";
import { train } from "../dist/train/index.js";
import { machine, median } from "./measure.mjs";

const { values: flags } = parseArgs({
  options: { rounds: { type: "string", default: "7" }, only: { type: "string" } },
});

const network = (...widths) =>
  sequential(
    ...widths
      .slice(1)
      .flatMap((width, i) => [dense(widths[i], width), ...(i < widths.length - 2 ? [activation("relu")] : [])]),
  );
const workloads = [
  {
    name: "784-128-10, SGD",
    widths: [784, 128, 10],
    rows: 6400,
    batch: 64,
    epochs: 12,
    optimizer: sgd({ learningRate: 0.01 }),
  },
  { name: "784-128-10, Adam", widths: [784, 128, 10], rows: 6400, batch: 64, epochs: 12, optimizer: adam() },
  { name: "14-64-32-2, Adam", widths: [14, 64, 32, 2], rows: 6400, batch: 64, epochs: 60, optimizer: adam() },
  {
    name: "784-512-512-10, Adam",
    widths: [784, 512, 512, 10],
    rows: 6400,
    batch: 128,
    epochs: 4,
    optimizer: adam(),
  },
];
const backends = [
  { name: "wasm", options: { backend: "wasm" } },
  { name: "wasm, one thread", options: { backend: "wasm", threads: 1 } },
  { name: "auto", options: { backend: "auto" } },
];
/** Never but for the first ten steps, by default, and at every step. */
const cadences = [10 ** 9, undefined, 1];

/** Microseconds a step, from the end of the first epoch to that of the last. */
async function measure({ widths, rows, batch, epochs, optimizer }, options, observeEvery) {
  const data = {
    x: randomUniform(randomKey(1), [rows, widths[0]]),
    y: tensor(Int32Array.from({ length: rows }, (_, i) => i % widths.at(-1))),
  };
  const training = train({
    model: network(...widths),
    data,
    loss: "crossEntropy",
    optimizer,
    epochs,
    batchSize: batch,
    observeEvery,
    ...options,
  });
  let from;
  let last;
  let observations = 0;
  for await (const event of training) {
    if (event.type === "observation") observations++;
    if (event.type !== "epoch") continue;
    last = { at: performance.now(), step: event.step };
    from ??= last;
  }
  return { micros: (1000 * (last.at - from.at)) / (last.step - from.step), observations };
}

console.log(`${machine()}\n`);
console.log("| workload | backend | a step | observed by default | observed at every step |");
console.log("| --- | --- | ---: | ---: | ---: |");
for (const workload of workloads) {
  if (flags.only && !workload.name.includes(flags.only)) continue;
  for (const { name, options } of backends) {
    const times = cadences.map(() => []);
    for (let round = 0; round < Number(flags.rounds); round++) {
      for (const [i, observeEvery] of cadences.entries())
        times[i].push((await measure(workload, options, observeEvery)).micros);
    }
    const [plain, byDefault, each] = times.map(median);
    const ratio = (time) => `${time.toFixed(1)} µs, × ${(time / plain).toFixed(3)}`;
    console.log(`| ${workload.name} | ${name} | ${plain.toFixed(1)} µs | ${ratio(byDefault)} | ${ratio(each)} |`);
  }
}
