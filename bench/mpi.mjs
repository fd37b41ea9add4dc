// `npm run bench -- mpi`: what a sum over two ranks takes, by size and library: over shared memory, and by TCP between two hosts; and what a step of a training takes.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createJiti } from "jiti";
import { duration, machine, table } from "./measure.mjs";

const usage = `npm run bench -- mpi [options]
  --quick          short rounds of a few sizes
  --only NAMES     parts of what is measured, separated by commas: "memory", "tcp", "1gbit", "step"
  --libraries NAMES  parts of names of libraries, separated by commas: "Open MPI 5,MPICH 4"`;

const { values: options } = parseArgs({
  args: process.argv.slice(3),
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: "memory,tcp,1gbit,step" },
    libraries: { type: "string", default: "" },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(usage);
  process.exit(0);
}
const jiti = createJiti(import.meta.url, { fsCache: false });
const { mpis, runRanks } = await jiti.import("../test/mpi/ranks.ts");
const { makeHosts, mayMakeHosts } = await jiti.import("../test/mpi/hosts.ts");

/** 4 bytes to 16 MB; 2.7 MB are 0.67 M weights. */
const sizes = options.quick ? [4, 65_536] : [4, 256, 4096, 65_536, 262_144, 1_048_576, 2_684_000, 16_777_216];
const [rounds, seconds] = options.quick ? [3, 0.02] : [5, 0.1];
const command = [process.execPath, fileURLToPath(new URL("mpi-rank.mjs", import.meta.url))];
const wanted = options.libraries.split(",");
const libraries = mpis.filter(({ name }) => wanted.some((part) => name.includes(part)));

/** A table of what all libraries take, one column each; what cannot run says why. */
async function measure(title, optionsOf) {
  const columns = [];
  for (const mpi of libraries) {
    if (!mpi.isHere) {
      columns.push({ name: mpi.name, reason: "not installed" });
      continue;
    }
    const { code, stdout, stderr } = await runRanks(
      mpi,
      2,
      [...command, JSON.stringify([sizes, rounds, seconds])],
      optionsOf(mpi),
    );
    if (code === 0) columns.push({ name: mpi.name, ...JSON.parse(stdout.trim().split("\n").at(-1)) });
    else columns.push({ name: mpi.name, reason: stderr.trim().split("\n").at(-1) });
  }
  const measured = columns.filter(({ results }) => results !== undefined);
  console.log(`## ${title}\n`);
  const rows = sizes.map((bytes, i) => [
    bytes < 1e6 ? `${bytes} B` : `${(bytes / 1e6).toFixed(1)} MB`,
    ...measured.map(({ results }) => duration(results[i].seconds)),
  ]);
  console.log(`${table(["size", ...measured.map(({ name }) => name)], rows)}\n`);
  for (const { name, reason } of columns) if (reason !== undefined) console.log(`- ${name}: ${reason}`);
}

console.log(`MPI_Allreduce of float32 over two ranks: medians of ${rounds} rounds.\n\n${machine()}\n`);
/** A step of 784-512-512-10 (0.67 M weights) with Adam: one process with one thread and with two, and two ranks of one thread by each library. */
async function measureSteps() {
  const script = fileURLToPath(new URL("mpi-step.mjs", import.meta.url));
  const words = (...given) => [process.execPath, script, JSON.stringify([...given, rounds, 3 * seconds])];
  const batches = options.quick ? [128] : [128, 1024];
  const ways = [
    ...[1, 2].map((threads) => ({
      name: `1 process, ${threads} ${threads === 1 ? "thread" : "threads"}`,
      run: async (batch) => spawnSync(process.execPath, words(true, threads, batch).slice(1), { encoding: "utf8" }),
    })),
    ...libraries
      .filter(({ isHere }) => isHere)
      .map((mpi) => ({
        name: `2 ranks, ${mpi.name}`,
        run: (batch) => runRanks(mpi, 2, words(false, 1, batch)),
      })),
  ];
  const rows = [];
  for (const { name, run } of ways) {
    const cells = [];
    for (const batch of batches) {
      const { stdout, stderr } = await run(batch);
      const last = stdout.trim().split("\n").at(-1);
      if (!last) {
        console.error(`${name}, batch ${batch}: ${stderr.trim().split("\n").at(-1)}`);
        cells.push("failed", "");
        continue;
      }
      const { low, waited } = JSON.parse(last);
      cells.push(duration(low), waited === undefined ? "" : `${Math.round(100 * waited)} %`);
    }
    rows.push([name, ...cells]);
  }
  console.log("## A step of 784-512-512-10, by two threads and by two ranks of one: the least of the rounds\n");
  console.log(`${table(["", ...batches.flatMap((batch) => [`batch ${batch}`, "waiting"])], rows)}\n`);
}

const parts = options.only.split(",");
if (parts.includes("memory")) await measure("Two ranks on one machine", () => ({ flags: [] }));
if (parts.includes("step")) await measureSteps();
if (parts.includes("tcp") || parts.includes("1gbit")) {
  if (!mayMakeHosts()) console.log("Two hosts: this machine lets nobody make network namespaces.");
  else {
    const hosts = makeHosts();
    try {
      while (!hosts.areUp()) await new Promise((resolve) => setTimeout(resolve, 50));
      if (parts.includes("tcp")) await measure("Two hosts (network namespaces), TCP", hosts.optionsOf);
      if (parts.includes("1gbit")) {
        hosts.limit("1gbit");
        await measure("Two hosts, TCP at 1 Gb/s each way", hosts.optionsOf);
      }
    } finally {
      hosts.remove();
    }
  }
}
