// What a thread of the machine runs: it sleeps until there is a job, does its share, and sleeps again. Bundled as text.
import { type BlasLibrary, loadGemm } from "../blas/gemm.ts";
import { instantiate } from "./instance.ts";
import * as code from "./machine/opcodes.ts";

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
  /** Functions of the fused kernels. */
  readonly generated: WebAssembly.Module | undefined;
}

/** Said by the last thread to end a job that was to be announced: its number. */
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
  generated,
}: ThreadStart): void {
  const words = new Int32Array(memory.buffer, control, code.CONTROL_WORDS);
  const machine = instantiate(module, memory, blas && loadGemm(blas, memory), generated);
  for (let job = 0; ; ) {
    Atomics.wait(words, code.CONTROL_JOB, job);
    job = Atomics.load(words, code.CONTROL_JOB);
    const program = words[code.CONTROL_PROGRAM]!;
    if (program === 0) return;
    const end = (): void => {
      Atomics.store(words, code.CONTROL_DONE, job);
      Atomics.notify(words, code.CONTROL_DONE);
      if (words[code.CONTROL_ANNOUNCE] !== 0) port.postMessage(job);
    };
    try {
      machine.run(program, words[code.CONTROL_TIMES]!, thread, threads, scratch + thread * scratchBytes);
    } catch (error) {
      Atomics.store(words, code.CONTROL_STATUS, code.STATUS_LOST);
      end();
      throw error;
    }
    if (Atomics.sub(words, code.CONTROL_RUNNING, 1) === 1) end();
  }
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
