// What the machine can do at most: bytes copied per second, by as many threads as the contestants have.
import { Worker } from "node:worker_threads";
import { median } from "./measure.mjs";

/** Each worker copies one array to another until its time is over, all at once; rates add up. */
const copying = `
const { workerData, parentPort } = require("node:worker_threads");
const { elements, threads, ready } = workerData;
const from = new Float32Array(elements).fill(1);
const to = new Float32Array(elements).fill(1);
const waiting = new Int32Array(ready);
if (Atomics.add(waiting, 0, 1) === threads - 1) Atomics.notify(waiting, 0);
for (let n = Atomics.load(waiting, 0); n < threads; n = Atomics.load(waiting, 0)) Atomics.wait(waiting, 0, n);
const times = Math.max(1, Math.round(2 ** 16 / elements));
const rates = [];
const end = performance.now() + 60;
while (rates.length < 5 || performance.now() < end) {
  const began = performance.now();
  for (let i = 0; i < times; i++) to.set(from);
  rates.push((8 * elements * times) / ((performance.now() - began) / 1000));
}
parentPort.postMessage(rates);
`;

const measured = new Map();

/** Bytes a second, read and written, of copies that touch about so many bytes in all: small ones stay in a cache. */
export async function copyRate(bytes, threads) {
  const elements = 2 ** Math.ceil(Math.log2(Math.min(Math.max(bytes / 8 / threads, 2 ** 10), 2 ** 24)));
  if (!measured.has(elements)) {
    const workerData = { elements, threads, ready: new SharedArrayBuffer(4) };
    const workers = Array.from({ length: threads }, () => new Worker(copying, { eval: true, workerData }));
    const rates = await Promise.all(
      workers.map((worker) => new Promise((resolve, reject) => worker.on("message", resolve).on("error", reject))),
    );
    measured.set(
      elements,
      rates.reduce((sum, list) => sum + median(list), 0),
    );
  }
  return measured.get(elements);
}
