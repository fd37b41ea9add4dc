// A contestant: a peer in a child process of its own, asked by lines of JSON.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parametersOf, valuesOf } from "./workloads.mjs";

const peers = join(dirname(fileURLToPath(import.meta.url)), "peers");
const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Who takes part; `module` is a file of peers/. */
export const contestants = (threads) => [
  { name: "chainrule", host: "js", module: "chainrule", options: { threads } },
  { name: "chainrule on 1 thread", host: "js", module: "chainrule", options: { threads: 1 } },
  { name: "chainrule + BLAS", host: "js", module: "chainrule", options: { threads, blas: true } },
  { name: "plain JavaScript", host: "js", module: "plain", options: {} },
  { name: "tfjs wasm", host: "js", module: "tfjs", options: { backend: "wasm", threads } },
  { name: "tfjs cpu", host: "js", module: "tfjs", options: { backend: "cpu" } },
  { name: "jax-js", host: "js", module: "jax-js", options: {} },
  { name: "brain.js", host: "js", module: "brain", options: {} },
  { name: "PyTorch", host: "python", module: "torch_peer", options: { threads } },
  {
    name: "PyTorch compiled",
    host: "python",
    module: "torch_peer",
    options: { threads, compiled: true },
    slowStart: true,
  },
  { name: "JAX", host: "python", module: "jax_peer", options: { threads } },
  { name: "scikit-learn", host: "python", module: "sklearn_peer", options: { threads } },
];

export class Peer {
  #child;
  #answers = [];
  #waiting;
  #gone;

  constructor({ name, host, module, options }, python) {
    this.name = name;
    this.host = host;
    const threads = String(options.threads ?? 1);
    const [command, script] = host === "js" ? [process.execPath, "host.mjs"] : [python, "host.py"];
    this.#child = spawn(command, [join(peers, script), module, JSON.stringify(options)], {
      stdio: ["pipe", "pipe", "ignore"],
      env: { ...process.env, OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads, TF_CPP_MIN_LOG_LEVEL: "3" },
    });
    running.add(this.#child);
    const answer = (value) => {
      if (this.#waiting) this.#waiting(value);
      else this.#answers.push(value);
    };
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      if (line.startsWith("@")) answer(JSON.parse(line.slice(1)));
    });
    const end = (reason) => {
      running.delete(this.#child);
      this.#gone ??= { error: reason };
      answer(this.#gone);
    };
    this.#child.on("error", (error) => end(error.message));
    this.#child.on("exit", (code, signal) => end(`its process ended (${signal ?? code})`));
    this.#child.stdin.on("error", () => {});
  }

  /** The next answer, or { error } after so many seconds; then the peer is given up. */
  async answer(seconds) {
    if (this.#answers.length > 0) return this.#answers.shift();
    if (this.#gone) return this.#gone;
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(() => {
        this.#gone = { error: `no answer in ${seconds} s` };
        this.stop();
        resolve(this.#gone);
      }, seconds * 1000);
    });
    const answered = new Promise((resolve) => {
      this.#waiting = resolve;
    });
    const result = await Promise.race([answered, late]);
    clearTimeout(timer);
    this.#waiting = undefined;
    return result;
  }

  ask(message, seconds) {
    if (!this.#gone) this.#child.stdin.write(`${JSON.stringify(message)}\n`);
    return this.answer(seconds);
  }

  load(workload, seconds) {
    if (this.host === "js") return this.ask({ load: workload.name }, seconds);
    const values =
      workload.kind === "product"
        ? {}
        : (({ x, y }) => ({ x: [...x], y: [...y], parameters: parametersOf(workload) }))(valuesOf(workload));
    return this.ask({ load: workload.name, workload, values }, seconds);
  }

  stop() {
    this.#child.kill("SIGKILL");
    running.delete(this.#child);
  }
}
