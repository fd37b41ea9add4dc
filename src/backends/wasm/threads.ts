// The machine's threads: workers that share its memory and run each program together. They sleep while there is none.
import { ChainruleError } from "../../ir/errors.ts";
import * as code from "./machine/opcodes.ts";
import { beginSlice } from "./slice.ts";
import type { ThreadMessage, ThreadStart } from "./thread.ts";
import type { Thread } from "./worker.browser.ts";
import { startThread } from "./worker.ts";

/** Milliseconds without any progress after which a job that cannot be watched otherwise is given up. */
const patience = 60_000;

/** Those with a job that is awaited: held, since nothing else may hold what waits. */
const busy = new Set<Threads>();
/** Workers live on by themselves: of threads that nobody refers to any more, they are ended. */
const dropped = new FinalizationRegistry(terminate);

export class Threads {
  readonly #words: Int32Array;
  readonly #threads: Thread[];
  #job = 0;
  #pending: { readonly resolve: () => void; readonly reject: (error: ChainruleError) => void } | undefined;
  #lost: ChainruleError | undefined;

  constructor(start: Omit<ThreadStart, "thread">) {
    this.#words = new Int32Array(start.memory.buffer, start.control, code.CONTROL_WORDS);
    const self = new WeakRef(this);
    const threads = Array.from({ length: start.threads }, (_, i) => {
      const thread = startThread(`chainrule ${i + 1} of ${start.threads}`, {
        message: (job) => self.deref()?.ended(job),
        lost: (reason) => self.deref()?.lose(`Thread ${i + 1} of ${start.threads} was lost: ${reason}.`),
      });
      thread.postMessage({ ...start, thread: i } satisfies ThreadStart);
      return thread;
    });
    this.#threads = threads;
    dropped.register(this, threads);
  }

  /** Runs a program with all threads and blocks until it ends. Throws THREAD_LOST. */
  run(program: number, times: number): void {
    this.#begin(program, times, { announce: false, choose: false });
    const words = this.#words;
    let seen = -1;
    let since = performance.now();
    for (let done = Atomics.load(words, code.CONTROL_DONE); done !== this.#job; ) {
      Atomics.wait(words, code.CONTROL_DONE, done, 1000);
      done = Atomics.load(words, code.CONTROL_DONE);
      const progress = Atomics.load(words, code.CONTROL_MEETING);
      if (progress !== seen) since = performance.now();
      else if (performance.now() - since > patience) this.lose("The threads stood still for a minute.");
      seen = progress;
      if (this.#lost) throw this.#lost;
    }
    this.#check();
  }

  /** Runs a program without blocking, with all threads or with as many as prove best. Rejects with THREAD_LOST. */
  start(program: number, times: number, choose: boolean): Promise<void> {
    this.#begin(program, times, { announce: true, choose });
    for (const thread of this.#threads) thread.keep(true);
    busy.add(this);
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
    });
  }

  get isBusy(): boolean {
    return this.#pending !== undefined;
  }

  /** Asks the job that is going on to end after its step. */
  stop(): void {
    Atomics.store(this.#words, code.CONTROL_STOP, 1);
  }

  dispose(): void {
    this.#lost ??= new ChainruleError("DISPOSED", "This machine was disposed while it was running.");
    this.#settle(this.#lost);
    this.#words[code.CONTROL_PROGRAM] = 0;
    for (const word of [code.CONTROL_JOB, code.CONTROL_SLICE]) {
      Atomics.add(this.#words, word, 1);
      Atomics.notify(this.#words, word);
    }
    terminate(this.#threads);
  }

  #begin(program: number, times: number, { announce, choose }: { announce: boolean; choose: boolean }): void {
    if (this.#lost) throw this.#lost;
    const words = this.#words;
    this.#job++;
    words[code.CONTROL_STATUS] = code.STATUS_OK;
    words[code.CONTROL_STOP] = 0;
    words[code.CONTROL_COMPLETED] = 0;
    words[code.CONTROL_PROGRAM] = program;
    words[code.CONTROL_TIMES] = times;
    words[code.CONTROL_ANNOUNCE] = Number(announce);
    words[code.CONTROL_CHOOSE] = Number(choose);
    // All are woken at once, not one by the other.
    if (!choose) beginSlice(words, this.#threads.length, times);
    Atomics.store(words, code.CONTROL_JOB, this.#job);
    Atomics.notify(words, code.CONTROL_JOB);
  }

  private ended(job: ThreadMessage): void {
    if (job !== this.#job || !this.#pending) return;
    if (this.#words[code.CONTROL_STATUS] === code.STATUS_LOST) this.lose("A thread failed.");
    else this.#settle();
  }

  #check(): void {
    if (this.#words[code.CONTROL_STATUS] !== code.STATUS_LOST) return;
    this.lose("A thread failed.");
    throw this.#lost;
  }

  #settle(error?: ChainruleError): void {
    const pending = this.#pending;
    this.#pending = undefined;
    busy.delete(this);
    for (const thread of this.#threads) thread.keep(false);
    if (error) pending?.reject(error);
    else pending?.resolve();
  }

  /** What is in memory may be half a step: the machine is of no more use. */
  private lose(reason: string): void {
    if (this.#lost) return;
    this.#lost = new ChainruleError(
      "THREAD_LOST",
      `${reason} Its results are incomplete: load it again, or train with threads: 1.`,
      { threads: this.#threads.length },
    );
    this.#settle(this.#lost);
    terminate(this.#threads);
  }
}

function terminate(threads: readonly Thread[]): void {
  for (const thread of threads) thread.terminate();
}
