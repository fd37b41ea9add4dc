// The WebAssembly backend: lays a plan out in one linear memory and has the machine run its programs.
import { convert, type DType, type TypedArray } from "../../ir/dtype.ts";
import { ChainruleError } from "../../ir/errors.ts";
import type { OpName } from "../../ir/graph.ts";
import { formatType, sizeOf } from "../../ir/shape.ts";
import { recordOf } from "../../ops/index.ts";
import type { Plan, View } from "../../plan/plan.ts";
import { finish } from "../../plan/stages.ts";
import type { Backend, Machine } from "../backend.ts";
import { type BlasLibrary, loadGemm } from "../blas/gemm.ts";
import { loadAllReduce } from "../mpi/all-reduce.ts";
import type { Communicator, MpiLibrary } from "../mpi/communicator.ts";
import { programOf, requireAlive, requireSize } from "../requirements.ts";
import { type Encoded, encoding } from "./encode.ts";
import { functionsModule } from "./generate.ts";
import { instantiate, type MachineExports } from "./instance.ts";
import * as code from "./machine/opcodes.ts";
import { type Build, basesOf, fastestBuild, moduleOf, sharedMemory } from "./module.ts";
import { inSlices, ThreadChoice } from "./thread-choice.ts";
import { Threads } from "./threads.ts";
import { availableThreads, canWait } from "./worker.ts";

const PAGE = 65536;
/** wasm32: 4 GiB. */
const MAX_PAGES = 65536;

/** Nanoseconds of work in a program for which one more thread is worth waking. */
const workPerThread = 100_000;

const align = (bytes: number): number => Math.ceil(bytes / 64) * 64;
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

export interface WasmOptions {
  /** Most threads that a program may use. Default: as many as the machine has use for. */
  readonly threads?: number | undefined;
  /** Whether programs that are worth it always use all threads, for tests and measurements. Default: as many as prove best while they run. */
  readonly always?: boolean | undefined;
  /** Default: the fastest that this JavaScript engine can run. */
  readonly build?: Build | undefined;
  /** The BLAS for a plan whose largest matrix product has so many multiply-adds, and from how many on it is used. */
  readonly blas?:
    | ((largest: number) => { readonly library: BlasLibrary; readonly from: number } | undefined)
    | undefined;
  /** Those of a training that has several. Default: one, which has nobody to speak to. */
  readonly ranks?: Pick<Communicator, "library" | "size"> | undefined;
}

function allocate(bytes: number, arena: number): WebAssembly.Memory {
  const fail = (cause?: unknown): never => {
    throw new ChainruleError(
      "OUT_OF_MEMORY",
      `This plan needs ${mebibytes(bytes)} of WebAssembly memory (${mebibytes(arena)} of it for values); ${
        cause ? "this machine did not give it" : `a WebAssembly memory ends at ${mebibytes(MAX_PAGES * PAGE)}`
      }. Use a smaller batch or a smaller model.`,
      { bytes, arenaBytes: arena, limit: MAX_PAGES * PAGE },
      { cause },
    );
  };
  const pages = Math.ceil(bytes / PAGE);
  if (pages > MAX_PAGES) return fail();
  try {
    return sharedMemory(pages);
  } catch (cause) {
    return fail(cause);
  }
}

/** What a machine is made of. */
interface Prepared {
  readonly threads: number | undefined;
  readonly always: boolean;
  readonly blas: { readonly library: BlasLibrary } | undefined;
  readonly mpi: MpiLibrary | undefined;
  readonly build: Build;
  /** Address of the plan's values. */
  readonly arena: number;
  readonly encoded: Encoded;
}

class WasmMachine implements Machine {
  readonly threads: number;
  readonly blas: string | undefined;
  readonly #plan: Plan;
  readonly #encoded: Encoded;
  readonly #arena: number;
  readonly #scratch: number;
  readonly #instructions: number;
  readonly #control: number;
  readonly #join: () => Threads;
  readonly #always: boolean;
  /** For programs that are run without a promise, by first word: this thread alone, or all of the machine's. */
  readonly #choices = new Map<number, ThreadChoice>();
  #threads: Threads | undefined;
  #machine: MachineExports | undefined;
  #floats: Float32Array;
  #ints: Int32Array;

  constructor(plan: Plan, { threads, always, blas, mpi, build, arena, encoded }: Prepared) {
    this.#plan = plan;
    this.#always = always;
    this.blas = blas?.library.name;
    this.#arena = arena;
    this.#encoded = encoded;
    let largest = 0;
    for (const { shared } of encoded.programs.values()) largest = Math.max(largest, shared);
    this.threads = Math.max(1, Math.min(availableThreads(threads), Math.floor(largest / workPerThread)));
    const scratchBytes = align(encoded.scratchBytes);
    this.#scratch = arena + align(plan.arena.bytes) + align(encoded.temporaryBytes);
    this.#instructions = this.#scratch + scratchBytes * this.threads;
    // The margin: kernels may load a vector that begins at the last word.
    const memory = allocate(this.#instructions + encoded.words.byteLength + 64, plan.arena.bytes);
    const module = moduleOf(build);
    const { functions } = encoded;
    const generated = functions.length > 0 ? new WebAssembly.Module(functionsModule(functions)) : undefined;
    this.#machine = instantiate(module, memory, {
      gemm: blas && loadGemm(blas.library, memory),
      allReduce: mpi && loadAllReduce(mpi, memory),
      generated,
    });
    this.#control = this.#machine.controlAddress();
    this.#join = () =>
      new Threads({
        ...{ module, memory, control: this.#control, threads: this.threads },
        ...{ scratch: this.#scratch, scratchBytes, blas: blas?.library, mpi, generated },
      });
    this.#floats = new Float32Array(memory.buffer);
    this.#ints = new Int32Array(memory.buffer);
    this.#ints.set(encoded.words, this.#instructions / 4);
    this.#writeConstants();
    this.#runAlone(encoded.setup.word, 1, 1);
  }

  write(view: View, data: TypedArray): void {
    this.#idle();
    requireSize(view, data);
    (view.dtype === "int32" ? this.#ints : this.#floats).set(convert(data, view.dtype), this.#firstWord(view));
  }

  read(view: View): TypedArray {
    this.#idle();
    const first = this.#firstWord(view);
    return this.#readers[view.dtype](first, first + sizeOf(view.shape));
  }

  run(program: string, times: number): void {
    this.#idle();
    const { word, shared } = programOf(this.#encoded.programs, program);
    const all = canWait && this.#isWorthThreads(shared) ? this.threads : 1;
    if (all === 1) this.#runAlone(word, times, 1);
    else if (this.#always) this.#runTogether(word, times);
    else
      inSlices(this.#choiceOf(word), times, ({ threads, steps }) => {
        if (threads === 1) this.#runAlone(word, steps, all);
        else this.#runTogether(word, steps);
        return true;
      });
  }

  start(program: string, times: number): number | Promise<number> {
    this.#idle();
    const { word, shared } = programOf(this.#encoded.programs, program);
    if (times === 0) return 0;
    if (!this.#isWorthThreads(shared)) {
      this.#runAlone(word, times, 1);
      return times;
    }
    return this.#started()
      .start(this.#instructions + word * 4, times, !this.#always)
      .then(() => {
        this.#check();
        return this.#word(code.CONTROL_COMPLETED);
      });
  }

  stop(): void {
    this.#threads?.stop();
  }

  waited(): number {
    return (this.#word(code.CONTROL_WAITED) >>> 0) / 1000;
  }

  dispose(): void {
    this.#threads?.dispose();
    this.#threads = undefined;
    this.#machine = undefined;
    this.#floats = new Float32Array(0);
    this.#ints = new Int32Array(0);
  }

  readonly #readers: Record<DType, (start: number, end: number) => TypedArray> = {
    float32: (start, end) => this.#floats.slice(start, end),
    float64: (start, end) => Float64Array.from(this.#floats.subarray(start, end)),
    int32: (start, end) => this.#ints.slice(start, end),
    bool: (start, end) => Uint8Array.from(this.#floats.subarray(start, end)),
  };

  #isWorthThreads(shared: number): boolean {
    return this.threads > 1 && shared >= 2 * workPerThread;
  }

  #started(): Threads {
    return (this.#threads ??= this.#join());
  }

  #word(index: number): number {
    return this.#ints[this.#control / 4 + index]!;
  }

  #choiceOf(word: number): ThreadChoice {
    const choice = this.#choices.get(word) ?? new ThreadChoice(this.threads);
    this.#choices.set(word, choice);
    return choice;
  }

  #runTogether(word: number, times: number): void {
    this.#started().run(this.#instructions + word * 4, times);
    this.#check();
  }

  /** `all`: threads that the program is worth. */
  #runAlone(word: number, times: number, all: number): void {
    const control = this.#control / 4;
    this.#ints[control + code.CONTROL_STATUS] = code.STATUS_OK;
    this.#ints[control + code.CONTROL_STOP] = 0;
    requireAlive(this.#machine).run(this.#instructions + word * 4, times, 0, 1, all, this.#scratch);
    this.#check();
  }

  #idle(): void {
    requireAlive(this.#machine);
    if (!this.#threads?.isBusy) return;
    throw new ChainruleError("BUSY", "This machine is running a program: await what start() gave, or stop it.");
  }

  #firstWord(view: View): number {
    return (this.#arena + this.#plan.buffers[view.buffer]!.offset) / 4;
  }

  #check(): void {
    if (this.#word(code.CONTROL_STATUS) === code.STATUS_OK) return;
    const [index, bound] = [this.#word(code.CONTROL_INDEX), this.#word(code.CONTROL_BOUND)];
    const instruction = this.#word(code.CONTROL_INSTRUCTION);
    const word = ((instruction >>> 0) - this.#instructions) / 4;
    const kernel = this.#encoded.origins.find((origin) => origin.word === word)?.kernel;
    const op = kernel?.kind === "op" ? kernel.op : "fused";
    const types = (kernel?.inputs ?? []).map(formatType).join(", ");
    throw new ChainruleError(
      "INDEX_OUT_OF_RANGE",
      `${op}(${types}): indices must be from 0 to ${bound - 1}; got ${index}.`,
      { op, index, bound },
    );
  }

  #writeConstants(): void {
    for (const { role, data, offset, shape, dtype } of this.#plan.buffers) {
      if (role !== "constant" || !data) continue;
      const words = dtype === "int32" ? this.#ints : this.#floats;
      const values = convert(data, dtype);
      const first = (this.#arena + offset) / 4;
      if (data.length === 1) words.fill(values[0]!, first, first + sizeOf(shape));
      else words.set(values, first);
    }
  }
}

/** Multiply-adds of the largest matrix product of a plan. */
function largestProduct({ programs }: Plan): number {
  let largest = 0;
  for (const { kernels } of Object.values(programs)) {
    for (const kernel of kernels) {
      if (kernel.kind !== "op") continue;
      const sums = recordOf<OpName>(kernel).sums?.(kernel.inputs, kernel.attributes) ?? 0;
      largest = Math.max(largest, sizeOf(kernel.output.shape) * sums);
    }
  }
  return largest;
}

function* loading(
  plan: Plan,
  { threads, always = false, build = fastestBuild(), blas: findBlas, ranks }: WasmOptions,
): Generator<void, WasmMachine> {
  const blas = findBlas?.(largestProduct(plan));
  const hasRanks = ranks !== undefined && ranks.size > 1;
  const base = basesOf(build);
  const arena = align(base.memory);
  const encoded = yield* encoding(plan, arena, arena + align(plan.arena.bytes), {
    ...(blas && { blasFrom: blas.from }),
    firstFunction: base.table,
    isRelaxed: build === "relaxed",
    hasRanks,
  });
  return new WasmMachine(plan, {
    threads,
    always,
    blas,
    mpi: hasRanks ? ranks?.library : undefined,
    build,
    arena,
    encoded,
  });
}

export const wasmBackend = (options: WasmOptions = {}): Backend => ({
  name: "wasm",
  float: "float32",
  bytesPerElement: { float32: 4, float64: 4, int32: 4, bool: 4 },
  load: (plan) => finish(loading(plan, options)),
  loading: (plan) => loading(plan, options),
});

export const wasm: Backend = wasmBackend();
