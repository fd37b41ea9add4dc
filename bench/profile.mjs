// `node bench/profile.mjs LeNet-5 [rows] [--blas]`: where the time of a training step goes, kernel by kernel, on one thread.
import { parseArgs } from "node:util";
import { loadGemm } from "../dist/backends/blas/gemm.js";
import { encode } from "../dist/backends/wasm/encode.js";
import { functionsModule } from "../dist/backends/wasm/generate.js";
import { instantiate } from "../dist/backends/wasm/instance.js";
import { END } from "../dist/backends/wasm/machine/opcodes.js";
import { basesOf, fastestBuild, moduleOf, sharedMemory } from "../dist/backends/wasm/module.js";
import { wasmBackend } from "../dist/backends/wasm/wasm.js";
import { formatType } from "../dist/ir/shape.js";
import { makePlan } from "../dist/plan/make-plan.js";
import { blasFrom as leastForBlas } from "../dist/run/backends.js";
import { blasOf } from "../dist/run/blas.js";
import { median } from "./measure.mjs";
import { moduleFor } from "./peers/chainrule.mjs";
import { workloads } from "./workloads.mjs";

const { values: flags, positionals } = parseArgs({ options: { blas: { type: "boolean" } }, allowPositionals: true });
const [wanted, shown = "25"] = positionals;
const workload = workloads.find(({ name }) => name === wanted);
if (workload === undefined) throw new Error(`No workload ${wanted}: ${workloads.map((w) => w.name).join(", ")}`);
const { module, values } = moduleFor(workload);
const plan = makePlan(module, wasmBackend());
const build = fastestBuild();
const arena = Math.ceil(basesOf(build).memory / 64) * 64;
const temporary = arena + Math.ceil(plan.arena.bytes / 64) * 64;
const blas = flags.blas ? blasOf() : undefined;
if (blas?.reason) throw new Error(blas.reason);
const blasFrom = blas && { blasFrom: leastForBlas };
const encoded = encode(plan, arena, temporary, { firstFunction: basesOf(build).table, ...blasFrom });
const scratch = temporary + Math.ceil(encoded.temporaryBytes / 64) * 64;
const start = scratch + Math.ceil(encoded.scratchBytes / 64) * 64;
const memory = sharedMemory(Math.ceil((start + encoded.words.byteLength) / 65536) + 1);
const generated = new WebAssembly.Module(functionsModule(encoded.functions));
const machine = instantiate(moduleOf(build), memory, { gemm: blas && loadGemm(blas.library, memory), generated });
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
machine.run(start + encoded.setup.word * 4, 1, 0, 1, 1, scratch);
const times = new Map();
const rounds = 15;
const timed = (p, thread, threads) => {
  const from = performance.now();
  machine.runOne(p, thread, threads, scratch);
  return performance.now() - from;
};
for (let round = 0; round < rounds; round++) {
  for (let p = start + encoded.programs.get("step").word * 4; (ints[p / 4] & 255) !== END; p += ints[p / 4 + 1]) {
    const word = (p - start) / 4;
    const isAlone = (ints[p / 4] >> 8) & 1;
    const list = times.get(word) ?? { one: [], shares: [[], []], isAlone };
    times.set(word, list);
    list.one.push(timed(p, 0, 1));
    // Not what steps compute, but as long: the second half of an instruction that writes over what it reads is done twice.
    for (const thread of isAlone ? [] : [0, 1]) list.shares[thread].push(timed(p, thread, 2));
  }
}
const nameOf = (kernel) =>
  kernel.kind === "op"
    ? `${kernel.op}(${kernel.inputs.map(formatType).join(", ")}) → ${formatType(kernel.output)}`
    : `fused [${kernel.shape}]: ${kernel.steps.map(({ op }) => op).join(" ")}`;
const rows = [...times].map(([word, { one, shares, isAlone }]) => {
  const what = encoded.origins
    .filter((origin) => origin.word === word)
    .map(({ kernel }) => nameOf(kernel))
    .join("; ");
  const time = median(one);
  return { time, two: isAlone ? time : Math.max(...shares.map(median)), what };
});
const sum = (list, key) => list.reduce((total, row) => total + row[key], 0);
const total = sum(rows, "time");
const print = (list) => {
  for (const { time, two, what } of list) {
    const share = `${((100 * time) / total).toFixed(1)} %`;
    console.log(
      `${(time * 1000).toFixed(1).padStart(10)} µs ${share.padStart(7)}  ÷ ${(time / two).toFixed(2)}  ${what.slice(0, 120)}`,
    );
  }
};
console.log(
  `${workload.name}: ${total.toFixed(3)} ms in ${rows.length} instructions; ÷ ${(total / sum(rows, "two")).toFixed(2)} on two threads, if meeting were free\n`,
);
const slowestFirst = (list) => list.sort((a, b) => b.time - a.time);
print(slowestFirst(rows).slice(0, Number(shown)));
console.log("\nBy kind");
const kinds = new Map();
for (const row of rows) {
  const kind = row.what.replace(/\(.*|\[.*?\]/, "");
  kinds.set(kind, [...(kinds.get(kind) ?? []), row]);
}
print(slowestFirst([...kinds].map(([what, list]) => ({ what, time: sum(list, "time"), two: sum(list, "two") }))));
