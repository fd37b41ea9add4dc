// A contestant: a peer in a child process of its own, asked by lines of JSON.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { valuesOf } from "./workloads.mjs";

/**
 * Who takes part. `module` is a file of peers/, whose `start` and `load` are given `options`; `slow` ones are left out of
 * --quick; `note` is printed, and `free` says why its losses are not those of the others.
 */
export const contestants = (threads) => [
  { name: "chainrule", host: "js", module: "chainrule", options: { threads } },
  { name: "chainrule on 1 thread", host: "js", module: "chainrule", options: { threads: 1 } },
  { name: "chainrule + BLAS", host: "js", module: "chainrule", options: { threads, blas: true } },
  {
    name: "BLAS alone",
    host: "js",
    module: "blas",
    options: { threads },
    note: "called directly, with threads of its own",
  },
  { name: "plain JavaScript", host: "js", module: "plain", options: {}, note: "float64, one thread" },
  {
    ...{ name: "tfjs wasm", host: "js", module: "tfjs", options: { backend: "wasm", threads } },
    note: "one thread: it has no more in Node",
  },
  { name: "tfjs cpu", host: "js", module: "tfjs", options: { backend: "cpu" }, slow: true, note: "one thread" },
  { name: "jax-js", host: "js", module: "jax-js", options: {}, note: "one thread" },
  {
    ...{ name: "brain.js", host: "js", module: "brain", options: {}, note: "one thread" },
    free: "it draws its own initial values, updates after every example and has no softmax",
  },
  { name: "PyTorch", host: "python", module: "torch_peer", options: { threads } },
  { name: "PyTorch compiled", host: "python", module: "torch_peer", options: { threads, compiled: true }, slow: true },
  { name: "JAX", host: "python", module: "jax_peer", options: { threads } },
  {
    ...{ name: "scikit-learn", host: "python", module: "sklearn_peer", options: { threads } },
    free: "it draws its own initial values",
  },
];

const folder = join(dirname(fileURLToPath(import.meta.url)), "peers");
const groups = process.platform !== "win32";
const running = new Set();

/** Ends a child, and on POSIX what it started too. */
function kill(child) {
  running.delete(child);
  try {
    if (groups) process.kill(-child.pid, "SIGKILL");
    else child.kill("SIGKILL");
  } catch {
    // It had ended.
  }
}

let temporary;
process.on("exit", () => {
  for (const child of running) kill(child);
  if (temporary) rmSync(temporary, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => process.exit(128 + constants.signals[signal]));
}

/** Where Python peers read a workload's values: all elements of parameters, x and y, four bytes each. */
function valuesFile(workload) {
  temporary ??= mkdtempSync(join(tmpdir(), "chainrule-bench-"));
  const file = join(temporary, "values.bin");
  const { parameters, x, y } = valuesOf(workload);
  const parts = [...parameters.map(({ data }) => data), x, y];
  writeFileSync(file, Buffer.concat(parts.map((part) => new Uint8Array(part.buffer))));
  return { file, parameters: parameters.map(({ shape }) => shape), x: x.length, y: y.length };
}

export class Peer {
  #contestant;
  #python;
  #child;
  #answers = [];
  #waiting;
  #gone;
  #said = "";

  constructor(contestant, python) {
    this.name = contestant.name;
    this.free = contestant.free;
    this.#contestant = contestant;
    this.#python = python;
  }

  /** Starts its process, or a new one; its first answer is { version } or { error }. */
  start(seconds) {
    this.stop();
    const { host, module, options } = this.#contestant;
    const threads = String(options.threads ?? 1);
    const isPython = host === "python";
    const args = [join(folder, isPython ? "host.py" : "host.mjs"), module, JSON.stringify(options)];
    const child = spawn(isPython ? this.#python : process.execPath, args, {
      stdio: ["pipe", "pipe", "pipe"],
      detached: groups,
      env: { ...process.env, OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads, MKL_NUM_THREADS: threads },
    });
    [this.#child, this.#answers, this.#gone, this.#said] = [child, [], undefined, ""];
    running.add(child);
    child.stderr.setEncoding("utf8").on("data", (text) => {
      this.#said = (this.#said + text).slice(-2000);
    });
    const answer = (value) => {
      if (child !== this.#child) return;
      if (this.#waiting) this.#waiting(value);
      else this.#answers.push(value);
    };
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith("@")) answer(JSON.parse(line.slice(1)));
    });
    const end = (reason) => {
      running.delete(child);
      if (child !== this.#child) return;
      this.#gone ??= { error: reason };
      answer(this.#gone);
    };
    child.on("error", (error) => end(error.message));
    child.on("close", (code, signal) => {
      const last = this.#said.trim().split("\n").at(-1).slice(0, 200);
      end(`its process ended (${signal ?? code})${last && `: ${last}`}`);
    });
    child.stdin.on("error", () => {});
    return this.answer(seconds);
  }

  get isRunning() {
    return this.#child !== undefined && this.#gone === undefined;
  }

  /** The next answer, or { error } after so many seconds: then its process is ended. */
  async answer(seconds) {
    if (this.#answers.length > 0) return this.#answers.shift();
    if (this.#gone) return this.#gone;
    const { promise, resolve } = resolvers();
    this.#waiting = resolve;
    const timer = setTimeout(() => {
      this.#gone = { error: `no answer in ${Math.round(seconds)} s` };
      kill(this.#child);
      resolve(this.#gone);
    }, seconds * 1000);
    const result = await promise;
    clearTimeout(timer);
    this.#waiting = undefined;
    return result;
  }

  ask(message, seconds) {
    if (this.isRunning) this.#child.stdin.write(`${JSON.stringify(message)}\n`);
    return this.answer(seconds);
  }

  /** {} if it can run the workload; else { unsupported } or { error }. */
  load(workload, seconds) {
    if (this.#contestant.host === "js") return this.ask({ load: workload.name }, seconds);
    const values = workload.kind === "product" ? undefined : valuesFile(workload);
    return this.ask({ load: workload.name, workload, values }, seconds);
  }

  stop() {
    if (this.#child) kill(this.#child);
    this.#child = undefined;
  }
}

function resolvers() {
  let resolve;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
