// What a thread of the machine runs: the first sleeps until there is a job, the others until it begins a slice of one with them. Bundled as text.
import { type BlasLibrary, loadGemm } from "../blas/gemm.ts";
import { loadAllReduce } from "../mpi/all-reduce.ts";
import type { MpiLibrary } from "../mpi/communicator.ts";
import { instantiate } from "./instance.ts";
import * as code from "./machine/opcodes.ts";
import { beginSlice } from "./slice.ts";
import { inSlices, ThreadChoice } from "./thread-choice.ts";

/** All that a thread is told when it begins. */
export interface ThreadStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Address of the control words. */
  readonly control: number;
  readonly thread: number;
  readonly threads: number;
  /** Address of the scratch space of the first thread, and bytes from one thread's to the next's. */
  readonly scratch: number;
  readonly scratchBytes: number;
  readonly blas: BlasLibrary | undefined;
  /** What reaches the other ranks, where there are any: the first thread calls it. */
  readonly mpi: MpiLibrary | undefined;
  /** Functions of the fused kernels. */
  readonly generated: WebAssembly.Module | undefined;
}

/** Said at the end of a job that was to be announced: its number. */
export type ThreadMessage = number;

interface Port {
  postMessage(message: ThreadMessage): void;
  addEventListener(type: "message", listen: (event: { data: ThreadStart }) => void, options: { once: true }): void;
  start?(): void;
}

const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
const port = (node?.parentPort ?? globalThis) as Port;

function serve({
  module,
  memory,
  control,
  thread,
  threads,
  scratch,
  scratchBytes,
  blas,
  mpi,
  generated,
}: ThreadStart): void {
  const words = new Int32Array(memory.buffer, control, code.CONTROL_WORDS);
  const machine = instantiate(module, memory, {
    gemm: blas && loadGemm(blas, memory),
    allReduce: mpi && thread === 0 ? loadAllReduce(mpi, memory) : undefined,
    generated,
  });
  const run = (steps: number, by: number): void =>
    machine.run(words[code.CONTROL_PROGRAM]!, steps, thread, by, threads, scratch + thread * scratchBytes);
  if (thread === 0) lead(words, threads, run);
  else follow(words, run, threads);
}

type Run = (steps: number, threads: number) => void;

/** The first thread: begins the slices of a job, alone or with all others. */
function lead(words: Int32Array, threads: number, run: Run): void {
  /** By address of the program. */
  const choices = new Map<number, ThreadChoice>();
  for (let job = 0; ; ) {
    Atomics.wait(words, code.CONTROL_JOB, job);
    job = Atomics.load(words, code.CONTROL_JOB);
    const program = words[code.CONTROL_PROGRAM]!;
    if (program === 0) return;
    guarded(words, () => {
      const times = words[code.CONTROL_TIMES]!;
      // Then the host has begun the slice.
      if (words[code.CONTROL_CHOOSE] === 0) return together(words, threads, times, run);
      const choice = choices.get(program) ?? new ThreadChoice(threads);
      choices.set(program, choice);
      inSlices(choice, times, (slice) => {
        if (slice.threads === 1) run(slice.steps, 1);
        else {
          beginSlice(words, threads, slice.steps);
          together(words, threads, slice.steps, run);
        }
        const isOver = words[code.CONTROL_STATUS] !== code.STATUS_OK || Atomics.load(words, code.CONTROL_STOP) !== 0;
        return !isOver;
      });
    });
    end(words);
  }
}

/** The first thread's part of a slice of all; ends when all have ended theirs. */
function together(words: Int32Array, threads: number, steps: number, run: Run): void {
  run(steps, threads);
  for (;;) {
    const running = Atomics.load(words, code.CONTROL_RUNNING);
    if (running === 0) return;
    awaitChange(words, code.CONTROL_RUNNING, running);
  }
}

/** Looks at a word before a thread goes to sleep: about 0.1 ms. */
const looks = 20_000;

/** Until a word is no more what it was, or a moment before. */
function awaitChange(words: Int32Array, index: number, was: number): void {
  for (let i = 0; i < looks; i++) if (Atomics.load(words, index) !== was) return;
  Atomics.wait(words, index, was);
}

/** A thread that is not the first: its part of each slice. */
function follow(words: Int32Array, run: Run, threads: number): void {
  for (let slice = 0; ; ) {
    awaitChange(words, code.CONTROL_SLICE, slice);
    slice = Atomics.load(words, code.CONTROL_SLICE);
    if (words[code.CONTROL_PROGRAM] === 0) return;
    guarded(words, () => run(words[code.CONTROL_STEPS]!, threads));
    if (Atomics.sub(words, code.CONTROL_RUNNING, 1) === 1) Atomics.notify(words, code.CONTROL_RUNNING);
  }
}

/** Ends the job where something was thrown: the others would wait for this thread for ever. */
function guarded(words: Int32Array, work: () => void): void {
  try {
    work();
  } catch (error) {
    Atomics.store(words, code.CONTROL_STATUS, code.STATUS_LOST);
    end(words);
    throw error;
  }
}

function end(words: Int32Array): void {
  const job = Atomics.load(words, code.CONTROL_JOB);
  Atomics.store(words, code.CONTROL_DONE, job);
  Atomics.notify(words, code.CONTROL_DONE);
  if (words[code.CONTROL_ANNOUNCE] !== 0) port.postMessage(job);
}

port.addEventListener(
  "message",
  ({ data }) => {
    serve(data);
    node?.parentPort?.close();
  },
  { once: true },
);
port.start?.();
