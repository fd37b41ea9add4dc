// The command line of the bench.
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { contestants } from "./peer.mjs";
import { workloads } from "./workloads.mjs";

const usage = `npm run bench -- [options]
  --quick          short rounds of a few workloads: two minutes in all
  --only NAMES     workloads, separated by commas; "growth" and "product" stand for all of theirs
  --peers NAMES    contestants, separated by commas
  --threads N      threads of every contestant that has them (default 2)
  --out FOLDER     where bench.md, bench.json and bench.svg go (default bench/results)
  --help

npm run bench -- mpi --help: sums over ranks`;

/** --quick without --only. */
const quickWorkloads = [
  ...["growth 10^2", "growth 10^4", "growth 10^6", "XOR 2-2-1", "14-64-32-2", "784-128-10", "784-512-512-10"],
  ...["LeNet-5", "product 64", "product 512"],
];

function fail(message) {
  console.error(`${message}\n\n${usage}`);
  process.exit(2);
}

/** Those of `list` that the option names; all of them without it. "growth" and "product" name all that begin so. */
function chosen(list, option, names) {
  const wanted = names?.split(",").map((name) => name.trim());
  const groups = ["growth", "product"];
  const matches = (entry, name) => entry.name === name || (groups.includes(name) && entry.name.startsWith(`${name} `));
  const unknown = wanted?.find((name) => !list.some((entry) => matches(entry, name)));
  if (unknown !== undefined) {
    fail(`--${option}: there is no "${unknown}"; choose from ${list.map(({ name }) => name).join(", ")}.`);
  }
  return list.filter((entry) => wanted?.some((name) => matches(entry, name)) ?? true);
}

/** { quick, isWhole, workloads, contestants, threads, out }; ends the process with a message where they make no sense. */
export function readOptions() {
  let flags;
  try {
    ({ values: flags } = parseArgs({
      options: {
        quick: { type: "boolean", default: false },
        only: { type: "string" },
        peers: { type: "string" },
        threads: { type: "string", default: String(Math.min(2, availableParallelism())) },
        out: { type: "string", default: join(dirname(fileURLToPath(import.meta.url)), "results") },
        help: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    fail(error.message);
  }
  if (flags.help) {
    console.log(usage);
    process.exit(0);
  }
  const threads = Number(flags.threads);
  if (!Number.isInteger(threads) || threads < 1)
    fail(`--threads: a whole number of at least 1; got "${flags.threads}".`);
  const { quick, out } = flags;
  return {
    ...{ quick, threads, out },
    isWhole: flags.only === undefined && flags.peers === undefined && !quick,
    workloads: chosen(workloads, "only", flags.only ?? (quick ? quickWorkloads.join(",") : undefined)),
    contestants: chosen(contestants(threads), "peers", flags.peers),
  };
}
