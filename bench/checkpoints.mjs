// What snapshots and checkpoints cost: `node bench/checkpoints.mjs`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { randomKey, randomUniform, tensor } from "../dist/index.js";
import { activation, dense, sequential } from "../dist/nn/index.js";
import { adam } from "../dist/optim/index.js";
import { createRun } from "../dist/runs/index.js";
import { encodeSnapshot, HeldTraining } from "../dist/train/index.js";
import { machine, median, table } from "./measure.mjs";

const { values: flags } = parseArgs({ options: { rounds: { type: "string", default: "9" } } });
const networks = [
  [14, 64, 32, 2],
  [784, 128, 10],
  [784, 512, 512, 10],
  [784, 2048, 2048, 10],
];
const rows = 512;
/** Milliseconds from one checkpoint to the next. */
const interval = 5000;

const lines = [];
for (const widths of networks) {
  const layers = widths.slice(1).flatMap((width, i) => [dense(widths[i], width), activation("relu")]);
  const data = {
    x: randomUniform(randomKey(1), [rows, widths[0]]),
    y: tensor(Int32Array.from({ length: rows }, (_, i) => i % widths.at(-1))),
  };
  const training = await HeldTraining.load({
    model: sequential(...layers.slice(0, -1)),
    ...{ data, validation: data, loss: "crossEntropy", optimizer: adam(), epochs: 1000, batchSize: 128 },
  });
  const dir = mkdtempSync(join(tmpdir(), "chainrule-checkpoints-"));
  const run = await createRun({ name: "bench", command: [], seed: 0, backend: "wasm", settings: {} }, dir);
  const times = { snapshot: [], restore: [], busy: [] };
  /** Milliseconds of what `work` takes, as a list gets them. */
  const timed = async (list, work) => {
    const from = performance.now();
    const value = await work();
    list.push(performance.now() - from);
    return value;
  };
  for (let round = 0; round < Number(flags.rounds); round++) {
    await training.run(5);
    const before = performance.eventLoopUtilization();
    await run.saveCheckpoint(training.snapshot());
    times.busy.push(performance.eventLoopUtilization(before).active);
    const snapshot = await timed(times.snapshot, () => training.snapshot());
    await timed(times.restore, () => training.restore(snapshot));
  }
  const { length } = encodeSnapshot(training.snapshot());
  await run.finish("finished");
  training.dispose();
  rmSync(dir, { recursive: true });
  const ms = (list) => median(list).toFixed(1);
  const share = (median(times.busy) / interval) * 100;
  const size = (length / 1e6).toFixed(1);
  lines.push([widths.join("-"), size, ms(times.snapshot), ms(times.restore), ms(times.busy), `${share.toFixed(2)} %`]);
}
console.log(`${machine()}\n`);
console.log(table(["network", "MB", "snapshot, ms", "restore, ms", "training held up, ms", "of five seconds"], lines));
