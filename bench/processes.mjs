// Whole processes: iris from CSV to a saved model beside scikit-learn, and the memory of a million steps.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { duration, median, table } from "./measure.mjs";
import { load } from "./peers/chainrule.mjs";
import { trainings } from "./workloads.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const seeds = 10;

/** Lines of Markdown: start to exit, each seed its own split. */
export function irisProcesses(python) {
  const iris = join(here, "data/iris.csv");
  const runs = mkdtempSync(join(tmpdir(), "chainrule-bench-"));
  const hasPeer = python && spawnSync(python, ["-c", "import sklearn"]).status === 0;
  const contestants = {
    chainrule: (seed) => {
      const out = join(runs, String(seed));
      const args = ["train", iris, "--target", "target", "--seed", String(seed), "--out", out, "--json"];
      const { stdout } = spawnSync(process.execPath, [join(here, "../dist/cli/main.js"), ...args], {
        encoding: "utf8",
      });
      return JSON.parse(stdout.trim().split("\n").at(-1)).metrics.validation.accuracy;
    },
    ...(hasPeer && {
      "scikit-learn": (seed) =>
        Number(spawnSync(python, [join(here, "peers/iris.py"), iris, String(seed)], { encoding: "utf8" }).stdout),
    }),
  };
  const results = Object.entries(contestants).map(([name, start]) => ({ name, start, times: [], accuracies: [] }));
  for (let seed = 0; seed < seeds; seed++) {
    for (const { start, times, accuracies } of results) {
      const from = performance.now();
      accuracies.push(start(seed));
      times.push((performance.now() - from) / 1000);
    }
  }
  rmSync(runs, { recursive: true });
  const rows = results.map(({ name, times, accuracies }) => [
    name,
    duration(median(times)),
    `${duration(Math.min(...times))} … ${duration(Math.max(...times))}`,
    (accuracies.reduce((sum, value) => sum + value, 0) / seeds).toFixed(4),
  ]);
  return [
    "## Iris, the whole process from start to exit",
    "",
    table(["process", "median", "spread", "mean validation accuracy"], rows),
    "",
  ];
}

/** Lines of Markdown: the heap and the process over a million steps of XOR. */
export async function stepMemory() {
  const xor = load(trainings[0], { threads: 1 });
  await xor.run(100_000);
  const rows = [];
  for (const done of [0, 500_000, 1_000_000]) {
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
    rows.push([done.toLocaleString("en"), mebibytes(heapUsed), mebibytes(rss)]);
    await xor.run(500_000);
  }
  xor.dispose();
  return ["## Memory over a million steps of XOR", "", table(["steps", "heap", "process"], rows), ""];
}
