// One rank of mpi.mjs, or a process by itself: times steps of a training of 784-512-512-10; rank 0 prints seconds a step and what it waits as JSON.
import { endTogether, mpi } from "../dist/backends/mpi/index.js";
import { tensor } from "../dist/index.js";
import { activation, dense, sequential } from "../dist/nn/index.js";
import { adam } from "../dist/optim/index.js";
import { HeldTraining } from "../dist/train/index.js";
import { median } from "./measure.mjs";

const [isAlone, threads, batchSize, rounds, secondsARound] = JSON.parse(process.argv[2]);
const ranks = isAlone ? undefined : mpi();
const finalize = ranks && endTogether(ranks);
const rows = 4096;
let state = 1;
const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
const x = tensor(Float32Array.from({ length: rows * 784 }, random), { shape: [rows, 784] });
const y = tensor(Int32Array.from({ length: rows }, () => 10 * random()));
const training = await HeldTraining.load({
  model: sequential(dense(784, 512), activation("relu"), dense(512, 512), activation("relu"), dense(512, 10)),
  ...{ data: { x, y }, loss: "crossEntropy", optimizer: adam({ learningRate: 1e-3 }), epochs: 1e6, batchSize, threads },
  ...{ observeEvery: 1e9, ...(ranks && { ranks }) },
});
let waited;
/** Seconds of so many steps: what rank 0 says, so that all take as many. */
async function time(steps) {
  const from = performance.now();
  for (const event of await training.run(steps)) if (event.type === "ranks") waited = event.waited;
  const seconds = Float64Array.of((performance.now() - from) / 1000);
  ranks?.broadcast(new Uint8Array(seconds.buffer), 0);
  return seconds[0];
}
await time(12);
const steps = Math.max(4, Math.ceil((8 * secondsARound) / (await time(8))));
const times = [];
for (let round = 0; round < rounds; round++) times.push((await time(steps)) / steps);
if ((ranks?.rank ?? 0) === 0) console.log(JSON.stringify({ seconds: median(times), low: Math.min(...times), waited }));
training.dispose();
finalize?.();
