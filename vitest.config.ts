// Vitest: unit tests beside their files, cross-folder tests in test/.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));
const source = (path: string) => fileURLToPath(new URL(`src/${path}`, import.meta.url));

const include = ["src/**/*.test.ts", "test/**/*.test.ts", "examples/**/*.test.ts", "lab/**/*.test.ts"];
/**
 * What is a whole process's: modules in place of others, its environment, flags of the engine. Files with these have a process each, as have those
 * that start processes of their own, which are the longest and begin first (in the order of the projects' names). All others share one process
 * for each core, and load the package once: that halves their time.
 */
const ownProcess =
  /\bvi\.(?:mock|stubEnv)\(|\bprocess\.env\.\w+ = |\bsetFlagsFromString\(|"node:child_process"|from "\.\/[-\w]+\.mjs"/;
const alone = globSync(include, { cwd: root }).filter((file) =>
  ownProcess.test(readFileSync(`${root}${file}`, "utf8")),
);

export default defineConfig({
  resolve: {
    alias: [
      { find: /^chainrule$/, replacement: source("index.ts") },
      { find: /^chainrule\/mpi$/, replacement: source("backends/mpi/index.ts") },
      { find: /^chainrule\/check$/, replacement: source("grad/check.ts") },
      { find: /^chainrule\/(\w+)$/, replacement: `${source("")}$1/index.ts` },
    ],
  },
  test: {
    globalSetup: "./scripts/build-mark.mjs",
    reporters: ["default", "./scripts/summary-reporter.ts"],
    // One for each core. Projects do not hear of the flag.
    ...(!process.argv.some((word) => word.startsWith("--maxWorkers")) && { maxWorkers: availableParallelism() }),
    // What is polled for comes when it comes: no test depends on how fast a machine is.
    expect: { poll: { timeout: 60_000 } },
    testTimeout: 120_000,
    hookTimeout: 180_000,
    projects: [
      { extends: true, test: { name: "alone", include: alone } },
      { extends: true, test: { name: "shared", include, exclude: alone, isolate: false } },
    ],
  },
});
