// `npm run bench`: every workload for every peer that is there, in turns; tables, a plot, and the limits of the machine.
import { largeTables } from "./large-tables.mjs";
import { copyRate } from "./limits.mjs";
import { machine, median } from "./measure.mjs";
import { readOptions } from "./options.mjs";
import { Peer } from "./peer.mjs";
import { irisProcesses, stepMemory } from "./processes.mjs";
import { findPython } from "./python.mjs";
import { markdown, write } from "./report.mjs";
import { costOf, workloads } from "./workloads.mjs";

if (process.argv[2] === "mpi") {
  await import("./mpi.mjs");
  process.exit();
}

const { quick, isWhole, threads, out, workloads: wanted, contestants } = readOptions();
const rounds = quick ? 3 : 7;
const secondsARound = quick ? 0.05 : 0.3;
/** Threads take 50 to 80 ms to start. */
const warmUpSeconds = quick ? 0.15 : 0.5;
/** A step that takes longer is measured once. */
const slowStep = quick ? 0.5 : 2;
/** Seconds to start, and to answer. */
const [startPatience, patience] = quick ? [30, 6] : [180, 180];
/** --quick ends within two minutes: what has not begun by then is left out, and said. */
const secondsInAll = quick ? 90 : Number.POSITIVE_INFINITY;
const isLate = () => performance.now() / 1000 > secondsInAll;

const { python, reason: noPython } = findPython({ install: !quick });
const absentees = [];
const taking = [];
for (const contestant of contestants) {
  const { name, host, slow } = contestant;
  if (quick && slow) absentees.push({ name, reason: "slow to start or to run: left out of --quick" });
  else if (host === "python" && !python) absentees.push({ name, reason: noPython });
  else taking.push({ contestant, peer: new Peer(contestant, python) });
}

console.error(`Starting ${taking.map(({ contestant }) => contestant.name).join(", ")} …`);
const peers = [];
const versions = [];
for (const { contestant, peer } of taking) {
  const { version, error } = await peer.start(startPatience);
  if (version === undefined) {
    absentees.push({ name: peer.name, reason: error });
    peer.stop();
    continue;
  }
  peers.push(peer);
  versions.push({ name: peer.name, version, note: contestant.note });
}

/** One peer, one workload, to where rounds can begin: { steps, loss, memory } or { reason } or { once }. */
async function prepare(peer, workload) {
  if (isLate()) return { reason: "no time was left" };
  if (!peer.isRunning) {
    const { error } = await peer.start(startPatience);
    if (error) return { reason: error };
  }
  const loaded = await peer.load(workload, patience);
  if (loaded.unsupported ?? loaded.error) return { reason: loaded.unsupported ?? loaded.error, failed: !!loaded.error };
  const first = await peer.ask({ run: 1 }, patience);
  const second = first.error ? first : await peer.ask({ run: 1 }, patience);
  if (second.error) return { reason: second.error, failed: true };
  // The loss after one update: it tells whether peers compute the same.
  const loss = second.result;
  if (second.seconds > slowStep) return { loss, once: second };
  // More steps until it is warm; engines compile while it lasts.
  let [steps, answer] = [1, second];
  for (let spent = 0; spent < warmUpSeconds; spent += answer.seconds) {
    steps = Math.max(1, Math.min(steps * 8, Math.round((steps * secondsARound) / Math.max(answer.seconds, 1e-6))));
    answer = await peer.ask({ run: steps }, patience);
    if (answer.error) return { reason: answer.error, failed: true };
  }
  return { loss, steps: Math.max(1, Math.round((steps * secondsARound) / answer.seconds)) };
}

/** Warms each peer up, then times rounds in which they take turns. */
async function measure(workload, peers) {
  const from = performance.now();
  const absent = [];
  const entries = [];
  for (const peer of peers) {
    const { reason, failed, loss, once, steps } = await prepare(peer, workload);
    if (reason) absent.push({ name: peer.name, reason, failed });
    else if (once) entries.push({ peer, loss, once: true, times: [once.seconds], memory: once.memory });
    else entries.push({ peer, loss, steps, times: [], memory: 0 });
  }
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries) {
      if (entry.once || entry.reason || (round > 0 && isLate())) continue;
      const { seconds, memory, error } = await entry.peer.ask({ run: entry.steps }, patience);
      entry.reason = error;
      if (error) continue;
      entry.times.push(seconds / entry.steps);
      entry.memory = Math.max(entry.memory, memory);
    }
  }
  const results = [];
  for (const { peer, loss, times, memory, reason } of entries) {
    if (reason) absent.push({ name: peer.name, reason, failed: true });
    else {
      const spread = { median: median(times), low: Math.min(...times), high: Math.max(...times), rounds: times.length };
      results.push({ name: peer.name, ...spread, memory, loss, free: peer.free });
    }
    if (peer.isRunning) await peer.ask({ unload: true }, patience);
  }
  console.error(`${workload.name}: ${Math.round((performance.now() - from) / 1000)} s`);
  return { workload, results, absent };
}

const measured = [];
for (const workload of wanted) measured.push(await measure(workload, peers));

// The best matrix product of this run; one is measured now where none was asked for.
const isProduct = ({ workload }) => workload.kind === "product";
const large = workloads.find(({ name }) => name === (quick ? "product 512" : "product 1024"));
const fast = peers.filter(({ name }) =>
  ["chainrule", "chainrule + BLAS", "BLAS alone", "PyTorch", "JAX"].includes(name),
);
const products = measured.some(isProduct) ? measured.filter(isProduct) : [await measure(large, fast)];
const rates = products.flatMap(({ workload, results }) =>
  results.map(({ name, low }) => ({ sgemm: costOf(workload).operations / low, by: `${name}, n = ${workload.n}` })),
);
for (const peer of peers) peer.stop();

const limits = rates.sort((a, b) => b.sgemm - a.sgemm)[0] ?? { sgemm: Number.NaN, by: "nothing was measured" };
limits.bandwidth = await copyRate(2 ** 28, threads);
for (const entry of measured) {
  const { operations, bytes } = costOf(entry.workload);
  entry.floor = operations / limits.sgemm + bytes / (await copyRate(bytes / 2, threads));
}
const report = { machine: machine(), threads, versions, limits, measured, absentees };
if (isWhole) {
  const processes = irisProcesses(python);
  console.error("Large tables …");
  const tables = await largeTables({ python, reason: noPython });
  Object.assign(report, { processes, tables, memory: await stepMemory() });
} else if (quick)
  report.leftOut = "whole processes, large tables, and memory over a million steps: left out of --quick";
console.log(markdown(report));
console.error(`Written: ${(await write(out, report)).join(", ")}`);

const broken = measured.flatMap(({ workload, absent }) =>
  absent.filter(({ name, failed }) => failed && name.startsWith("chainrule")).map((entry) => ({ ...entry, workload })),
);
for (const { name, reason, workload } of broken) console.error(`${name} failed on ${workload.name}: ${reason}`);
if (broken.some(({ reason }) => !reason.startsWith("no answer"))) process.exitCode = 1;
