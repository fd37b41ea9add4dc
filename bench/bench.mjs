// `npm run bench`: every workload for every peer that is there, in turns; tables, a plot, and the limits of the machine.

import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { machine, median } from "./measure.mjs";
import { contestants, Peer } from "./peer.mjs";
import { irisProcesses, stepMemory } from "./processes.mjs";
import { findPython } from "./python.mjs";
import { markdown, write } from "./report.mjs";
import { costOf, workloads } from "./workloads.mjs";

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    peers: { type: "string" },
    threads: { type: "string", default: String(Math.min(2, availableParallelism())) },
    out: { type: "string", default: join(dirname(fileURLToPath(import.meta.url)), "results") },
  },
});

/** Those of `list` whose names the option names; all of them without it. */
function chosen(list, option, names) {
  const wanted = names?.split(",").map((name) => name.trim());
  const unknown = wanted?.find((name) => !list.some((entry) => entry.name === name));
  if (unknown !== undefined) {
    console.error(`--${option}: there is no "${unknown}"; choose from ${list.map(({ name }) => name).join("; ")}.`);
    process.exit(2);
  }
  return list.filter(({ name }) => wanted?.includes(name) ?? true);
}

const quickWorkloads = [
  "XOR 2-2-1",
  "14-64-32-2",
  "784-128-10",
  "784-512-512-10",
  "LeNet-5",
  "product 64",
  "product 512",
];
const began = performance.now();
/** --quick ends within two minutes: what has not begun by then is left out, and said. */
const secondsInAll = quick ? 95 : Number.POSITIVE_INFINITY;
const secondsARound = quick ? 0.05 : 0.3;
const rounds = quick ? 3 : 7;
const patience = quick ? 15 : 180;
const isLate = () => (performance.now() - began) / 1000 > secondsInAll;

const wanted = chosen(workloads, "only", flags.only ?? (quick ? quickWorkloads.join(",") : undefined));
const threads = Number(flags.threads);
const { python, reason: noPython } = findPython({ install: !quick });
const taking = chosen(contestants(threads), "peers", flags.peers);
const why = (contestant) => {
  if (contestant.host === "python" && !python) return noPython;
  if (quick && contestant.slowStart) return "takes long to start: left out of --quick";
  return undefined;
};
const versions = {};

async function startPeers() {
  const started = taking.filter((contestant) => why(contestant) === undefined).map((c) => new Peer(c, python));
  for (const peer of started) {
    const { version, error } = await peer.answer(patience);
    versions[peer.name] = version ?? `not running: ${error}`;
  }
  return started;
}

/** Loads, warms up, and then times rounds that take turns. */
async function measure(workload, peers) {
  const absent = taking.flatMap((c) => (why(c) === undefined ? [] : [{ name: c.name, reason: why(c) }]));
  const entries = [];
  for (const peer of peers) {
    const skip = (reason) => absent.push({ name: peer.name, reason });
    if (isLate()) {
      skip("no time was left");
      continue;
    }
    const loaded = await peer.load(workload, patience);
    if (loaded.unsupported ?? loaded.error) {
      skip(loaded.unsupported ?? loaded.error);
      continue;
    }
    let [steps, answer] = [1, await peer.ask({ run: 1 }, patience)];
    // More steps until the warm-up is as long as a round; engines compile while it lasts.
    for (let spent = 0; !answer.error && spent < secondsARound; ) {
      steps = Math.max(1, Math.min(steps * 8, Math.round((steps * secondsARound) / Math.max(answer.seconds, 1e-6))));
      answer = await peer.ask({ run: steps }, patience);
      spent += answer.seconds ?? 0;
    }
    if (answer.error) {
      skip(answer.error);
      continue;
    }
    const perStep = answer.seconds / steps;
    entries.push({
      peer,
      steps: Math.max(1, Math.round(secondsARound / perStep)),
      times: [],
      slow: perStep > 2,
      memory: 0,
    });
  }
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries) {
      if (entry.failed || (round > 0 && (entry.slow || isLate()))) continue;
      const { seconds, memory, error } = await entry.peer.ask({ run: entry.steps }, patience);
      if (error) entry.failed = error;
      else entry.times.push(seconds / entry.steps);
      entry.memory = Math.max(entry.memory, memory ?? 0);
    }
  }
  const results = [];
  for (const { peer, times, memory, failed } of entries) {
    if (times.length === 0) absent.push({ name: peer.name, reason: failed });
    else {
      const [low, high] = [Math.min(...times), Math.max(...times)];
      results.push({ name: peer.name, median: median(times), low, high, memory });
    }
    await peer.ask({ unload: true }, patience);
  }
  return { workload, results, absent };
}

/** Bytes a second that one thread reads and writes. */
function copyBandwidth() {
  const from = new Float32Array(2 ** 24).fill(1);
  const to = new Float32Array(2 ** 24);
  const seconds = Array.from({ length: 7 }, () => {
    const start = performance.now();
    to.set(from);
    return (performance.now() - start) / 1000;
  });
  return (2 * from.byteLength) / median(seconds);
}

const measured = [];
let peers = await startPeers();
for (const workload of wanted) {
  // Peak memory is a process's: a new one for each size.
  if (workload.name.startsWith("growth")) {
    for (const peer of peers) peer.stop();
    peers = await startPeers();
  }
  console.error(`${workload.name} …`);
  measured.push(await measure(workload, peers));
}
for (const peer of peers) peer.stop();

const rates = measured.flatMap(({ workload, results }) =>
  workload.kind === "product"
    ? results.map(({ name, low }) => ({ rate: costOf(workload).operations / low, by: `${name}, n = ${workload.n}` }))
    : [],
);
const best = rates.reduce((a, b) => (b.rate > a.rate ? b : a), { rate: 0, by: "no product was measured" });
const limits = { sgemm: best.rate || Number.NaN, by: best.by, bandwidth: copyBandwidth() };
const isWhole = flags.only === undefined && !quick;
const report = {
  machine: machine(),
  threads,
  versions,
  limits,
  measured,
  ...(isWhole && { processes: irisProcesses(python), memory: await stepMemory() }),
};
console.log(markdown(report));
await write(flags.out, report);
console.error(`Written to ${flags.out}: bench.md, bench.json, bench.svg`);
process.exit(0);
