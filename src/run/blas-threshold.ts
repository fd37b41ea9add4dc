// From which size a BLAS beats the machine's own matrix product: measured once a machine, and remembered in a file.
import type { BlasLibrary } from "../backends/blas/gemm.ts";
import type { Build } from "../backends/wasm/module.ts";
import { wasmBackend } from "../backends/wasm/wasm.ts";
import { traceProgram } from "./program.ts";
import { Session } from "./session.ts";

/** Rows, columns and depth of the products that are timed. */
const sizes = [8, 12, 16, 24, 32, 48, 64, 96, 128];
const rounds = 5;
/** Multiply-adds in one timed call, so that a clock can tell. */
const workPerRound = 4e6;

/** Multiply-adds of the smallest product from which BLAS wins at every larger size too. */
function measureThreshold(library: BlasLibrary, build: Build): number {
  let from = Number.POSITIVE_INFINITY;
  for (const n of sizes.toReversed()) {
    const [own, blas] = secondsOf(n, library, build);
    if (blas > own) break;
    from = n ** 3;
  }
  return from;
}

/** The fastest of a few rounds, one beside the other. */
function secondsOf(n: number, library: BlasLibrary, build: Build): [own: number, blas: number] {
  const matrix = { shape: [n, n], dtype: "float32" as const };
  const state = { x: matrix, y: matrix };
  const program = traceProgram(state, {}, ({ x, y }) => ({ outputs: { z: x!.matmul(y!) } }), "float32");
  const sessions = [undefined, { library, from: 0 }].map(
    (blas) => new Session({ state, programs: { main: program } }, wasmBackend({ threads: 1, build, blas: () => blas })),
  );
  const times = Math.ceil(workPerRound / n ** 3);
  const best = sessions.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    sessions.forEach((session, i) => {
      const began = performance.now();
      session.run("main", times);
      best[i] = Math.min(best[i]!, performance.now() - began);
    });
  }
  for (const session of sessions) session.dispose();
  return best as [number, number];
}

const thresholds = new Map<string, number>();

/** Measured at its first use on a machine, then read from the user's cache folder. */
export function thresholdOf(library: BlasLibrary, build: Build): number {
  const os = process.getBuiltinModule("node:os");
  const key = [library.file, build, process.versions.v8, os.cpus()[0]?.model.trim()].join(" | ");
  let threshold = thresholds.get(key) ?? readCache()[key];
  if (threshold === undefined) {
    threshold = measureThreshold(library, build);
    writeCache(key, threshold);
  }
  thresholds.set(key, threshold);
  return threshold;
}

/** Where thresholds are remembered. */
function cacheFile(): string {
  const { homedir } = process.getBuiltinModule("node:os");
  const { join } = process.getBuiltinModule("node:path");
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "chainrule", "blas.json");
}

/** What is remembered; nothing where the file is missing or is not what was written. */
function readCache(): Readonly<Record<string, number>> {
  try {
    const text = process.getBuiltinModule("node:fs").readFileSync(cacheFile(), "utf8");
    // JSON has no infinity: null stands for "never".
    const entries = Object.entries(JSON.parse(text) as Record<string, unknown>).map(
      ([key, value]) => [key, value === null ? Number.POSITIVE_INFINITY : value] as const,
    );
    return Object.fromEntries(entries.filter((entry): entry is [string, number] => typeof entry[1] === "number"));
  } catch {
    return {};
  }
}

/** A cache that cannot be written costs a measurement at the next start, and nothing else. */
function writeCache(key: string, threshold: number): void {
  const fs = process.getBuiltinModule("node:fs");
  const { dirname } = process.getBuiltinModule("node:path");
  const file = cacheFile();
  try {
    fs.mkdirSync(dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}`;
    fs.writeFileSync(temporary, `${JSON.stringify({ ...readCache(), [key]: threshold }, undefined, 2)}\n`);
    fs.renameSync(temporary, file);
  } catch {}
}
