// `node bench/profile.mjs LeNet-5`: where the time of a training step goes, kernel by kernel, on one thread.
import { encode } from "../dist/backends/wasm/encode.js";
import { moduleBytes } from "../dist/backends/wasm/generate.js";
import { END } from "../dist/backends/wasm/machine/opcodes.js";
import { basesOf, fastestBuild, instantiate, moduleOf, sharedMemory } from "../dist/backends/wasm/module.js";
import { wasmBackend } from "../dist/backends/wasm/wasm.js";
import { formatType } from "../dist/ir/shape.js";
import { makePlan } from "../dist/plan/make-plan.js";
import { moduleFor } from "./peers/chainrule.mjs";
import { workloads } from "./workloads.mjs";

const workload = workloads.find(({ name }) => name === process.argv[2]);
if (workload === undefined)
  throw new Error(`No workload ${process.argv[2]}: ${workloads.map((w) => w.name).join(", ")}`);
const { module, values } = moduleFor(workload);
const plan = makePlan(module, wasmBackend());
const build = fastestBuild();
const arena = Math.ceil(basesOf(build).memory / 64) * 64;
const temporary = arena + Math.ceil(plan.arena.bytes / 64) * 64;
const encoded = encode(plan, arena, temporary, { firstFunction: basesOf(build).table });
const room = temporary + Math.ceil(encoded.temporaryBytes / 64) * 64;
const start = room + Math.ceil(encoded.roomBytes / 64) * 64;
const memory = sharedMemory(Math.ceil((start + encoded.words.byteLength) / 65536) + 1);
const generated = new WebAssembly.Module(moduleBytes(encoded.functions));
const machine = instantiate(moduleOf(build), memory, undefined, generated);
const ints = new Int32Array(memory.buffer);
const floats = new Float32Array(memory.buffer);
ints.set(encoded.words, start / 4);
const place = ({ buffer }) => (arena + plan.buffers[buffer].offset) / 4;
for (const buffer of plan.buffers) {
  if (buffer.role !== "constant" || !buffer.data) continue;
  const words = buffer.dtype === "int32" ? ints : floats;
  const n = buffer.shape.reduce((a, b) => a * b, 1);
  for (let i = 0; i < n; i++) words[place({ buffer: buffer.id }) + i] = buffer.data[buffer.data.length === 1 ? 0 : i];
}
for (const [name, data] of values) {
  const view = plan.states[name];
  (view.dtype === "int32" ? ints : floats).set(data, place(view));
}
machine.run(start + encoded.setup.word * 4, 1, 0, 1, room);
const times = new Map();
const rounds = 15;
for (let round = 0; round < rounds; round++) {
  for (let p = start + encoded.programs.get("step").word * 4; (ints[p / 4] & 255) !== END; p += ints[p / 4 + 1]) {
    const from = performance.now();
    machine.runOne(p, 0, 1, room);
    const word = (p - start) / 4;
    times.set(word, [...(times.get(word) ?? []), performance.now() - from]);
  }
}
const rows = [...times].map(([word, list]) => {
  const { kernel } = encoded.origins.find((origin) => origin.word === word);
  const flags = (encoded.words[word] >> 8) & 1 ? "alone" : "shared";
  const what =
    kernel.kind === "op"
      ? `${kernel.op}(${kernel.inputs.map(formatType).join(", ")}) → ${formatType(kernel.output)}`
      : `fused [${kernel.shape}]: ${kernel.steps.map(({ op }) => op).join(" ")}`;
  return { time: list.sort((a, b) => a - b)[rounds >> 1], flags, what };
});
const total = rows.reduce((sum, { time }) => sum + time, 0);
console.log(`${workload.name}: ${total.toFixed(3)} ms in ${rows.length} instructions\n`);
for (const { time, flags, what } of rows.sort((a, b) => b.time - a.time).slice(0, Number(process.argv[3] ?? 25))) {
  console.log(
    `${(time * 1000).toFixed(1).padStart(10)} µs ${((100 * time) / total).toFixed(1).padStart(5)} %  ${flags.padEnd(6)}  ${what}`,
  );
}
const byKind = new Map();
for (const row of rows) {
  const kind = row.what.replace(/\(.*|\[.*?\]/, "");
  byKind.set(kind, [...(byKind.get(kind) ?? []), row]);
}
console.log("");
for (const [kind, list] of [...byKind]
  .map(([kind, l]) => [kind, l.reduce((s, { time }) => s + time, 0)])
  .sort((a, b) => b[1] - a[1]))
  console.log(
    `${(list * 1000).toFixed(1).padStart(10)} µs ${((100 * list) / total).toFixed(1).padStart(5)} %  ${kind.slice(0, 120)}`,
  );
