// `npm run bench -- mpi`: what a sum over two ranks takes, by size and library: over shared memory, and by TCP between two hosts.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createJiti } from "jiti";
import { duration, machine, table } from "./measure.mjs";

const usage = `npm run bench -- mpi [options]
  --quick          short rounds of a few sizes
  --only NAMES     parts of what is measured, separated by commas: "memory", "tcp", "1gbit"
  --libraries NAMES  parts of names of libraries, separated by commas: "Open MPI 5,MPICH 4"`;

const { values: options } = parseArgs({
  args: process.argv.slice(3),
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: "memory,tcp,1gbit" },
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
const parts = options.only.split(",");
if (parts.includes("memory")) await measure("Two ranks on one machine", () => ({ flags: [] }));
if (parts.some((part) => part !== "memory")) {
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
