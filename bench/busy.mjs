// Threads on a busy machine: one thread, all of them, and as many as prove best, beside 0, 1, 2 and 4 processes that compute all the time;
// two trainings at once in one process, and eight processes at once, beside the same one after the other.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fastestBuild } from "../dist/backends/wasm/module.js";
import { wasmBackend } from "../dist/backends/wasm/wasm.js";
import { blasFrom } from "../dist/run/backends.js";
import { blasOf } from "../dist/run/blas.js";
import { Session } from "../dist/run/session.js";
import { duration, machine, median, table } from "./measure.mjs";
import { moduleFor } from "./peers/chainrule.mjs";
import { workloads } from "./workloads.mjs";

const { values: flags } = parseArgs({
  options: {
    only: { type: "string" },
    loads: { type: "string", default: "0,1,2,4" },
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "0.7" },
    blas: { type: "boolean", default: false },
    /** Of a process of many: so many steps of the one workload. */
    steps: { type: "string" },
  },
});
const seconds = Number(flags.seconds);
const all = availableParallelism();
const wanted = flags.only?.split(",");
const chosen = workloads.filter(({ name, kind }) => kind === "training" && (wanted?.includes(name) ?? true));
/** `always`: all threads all the time. */
const ways = [
  { name: "one", options: { threads: 1 } },
  { name: "all", options: { threads: all, always: true } },
  { name: "auto", options: { threads: all } },
  // What two measurements of one thing differ by, beside as much other work.
  { name: "one again", options: { threads: 1 } },
];
const library = flags.blas ? blasOf().library : undefined;
const blas = library && (() => ({ library, from: blasFrom }));

function open({ module, values }, options) {
  const session = new Session(module, wasmBackend({ ...options, build: fastestBuild(), blas }));
  for (const [name, data] of values) session.write(name, data);
  return session;
}

async function timed(session, steps) {
  const from = performance.now();
  await session.start("step", steps);
  return (performance.now() - from) / 1000 / steps;
}

/** A worker thread in a process of its own, that computes until it is killed. */
const hog = () => spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });

/** Seconds that `count` trainings of a workload take one after the other, and at once. */
async function trainings(workload, count) {
  const module = moduleFor(workload);
  const sessions = Array.from({ length: count }, () => open(module, { threads: all }));
  for (const session of sessions) await timed(session, 3);
  const steps = Math.max(1, Math.round(seconds / (await timed(sessions[0], 3))));
  const inTurn = [];
  const atOnce = [];
  for (let round = 0; round < Number(flags.rounds); round++) {
    let from = performance.now();
    for (const session of sessions) await session.start("step", steps);
    inTurn.push((performance.now() - from) / 1000);
    from = performance.now();
    await Promise.all(sessions.map((session) => session.start("step", steps)));
    atOnce.push((performance.now() - from) / 1000);
  }
  for (const session of sessions) session.dispose();
  return { inTurn: median(inTurn), atOnce: median(atOnce) };
}

async function processes(workload, count) {
  const module = moduleFor(workload);
  const session = open(module, { threads: all });
  await timed(session, 3);
  const steps = Math.max(1, Math.round(seconds / (await timed(session, 3))));
  session.dispose();
  const args = ["--only", workload.name, "--steps", `${steps}`, ...(flags.blas ? ["--blas"] : [])];
  const begin = () =>
    once(spawn(process.execPath, [fileURLToPath(import.meta.url), ...args], { stdio: "ignore" }), "exit");
  const inTurn = [];
  const atOnce = [];
  for (let round = 0; round < 3; round++) {
    let from = performance.now();
    for (let i = 0; i < count; i++) await begin();
    inTurn.push((performance.now() - from) / 1000);
    from = performance.now();
    await Promise.all(Array.from({ length: count }, begin));
    atOnce.push((performance.now() - from) / 1000);
  }
  return { inTurn: median(inTurn), atOnce: median(atOnce) };
}

async function beside() {
  const rows = [];
  for (const load of flags.loads.split(",").map(Number)) {
    const hogs = Array.from({ length: load }, hog);
    for (const workload of chosen) {
      const module = moduleFor(workload);
      const entries = [];
      for (const { name, options } of ways) {
        const session = open(module, options);
        // Threads start; then as many steps as fill a round on this machine.
        await timed(session, 2);
        const step = await timed(session, 1);
        const more = await timed(session, Math.max(1, Math.round(seconds / 4 / step)));
        entries.push({ name, session, steps: Math.max(1, Math.round(seconds / more)), times: [] });
      }
      for (let round = 0; round < Number(flags.rounds); round++)
        for (const entry of entries) entry.times.push(await timed(entry.session, entry.steps));
      const [one, many, auto, again] = entries.map(({ times }) => median(times));
      const ratios = [auto / Math.min(one, many), Math.max(one / again, again / one)].map((ratio) => ratio.toFixed(2));
      rows.push([workload.name, load, ...[one, many, auto].map(duration), ...ratios]);
      console.error(rows.at(-1).join("  "));
      for (const { session } of entries) session.dispose();
    }
    for (const one of hogs) one.kill();
  }
  return table(
    ["workload", "busy processes", "one thread", `${all} threads`, "auto", "auto / better", "one / one again"],
    rows,
  );
}

async function atOnce() {
  const rows = [];
  for (const workload of chosen)
    for (const [what, measure, count] of [
      ["two trainings in one process", trainings, 2],
      ["eight processes", processes, 8],
    ]) {
      const { inTurn, atOnce } = await measure(workload, count);
      rows.push([workload.name, what, duration(inTurn), duration(atOnce), (atOnce / inTurn).toFixed(2)]);
      console.error(rows.at(-1).join("  "));
    }
  return table(["workload", "what", "in turn", "at once", "at once / in turn"], rows);
}

if (flags.steps === undefined) {
  const blasWords = flags.blas ? ` BLAS: ${library?.name}.` : "";
  console.log(`Machine: ${machine()}.${blasWords} Seconds a step, medians of ${flags.rounds} rounds in turns.\n`);
  if (flags.loads !== "") console.log(await beside(), "\n");
  console.log(await atOnce());
} else {
  const session = open(moduleFor(chosen[0]), { threads: all });
  await session.start("step", Number(flags.steps));
  session.dispose();
}
