// Collects the instructions of a plan: words, addresses of buffers, and the scratch space that kernels ask for.
import type { DType } from "../../ir/dtype.ts";
import { type Shape, sizeOf, stridesOf } from "../../ir/shape.ts";
import type { Buffer, Kernel, View } from "../../plan/plan.ts";
import { type CalledFunction, sequenceOf } from "./generate.ts";
import type { InstructionFields, InstructionName } from "./instructions.ts";
import * as code from "./machine/opcodes.ts";
import { casts, type Step, stepOf } from "./step-table.ts";
import { instructionWords, recordWords } from "./words.ts";

/** Nanoseconds of one thread's work below which an instruction is not worth sharing. */
const worthSharing = 5000;

/** Nanoseconds of work below which a piece is not worth taking. */
const worthTaking = 10_000;

/** As the least time of a piece: no pieces, every thread has an even share. */
export const evenShares = Number.MAX_VALUE;

const align = (bytes: number, to: number): number => Math.ceil(bytes / to) * to;

/** What the machine holds for one element of `dtype`: bool is a float, 0 or 1. */
export const kindOf = (dtype: DType): number => (dtype === "int32" ? code.KIND_INT : code.KIND_FLOAT);

/** An axis of a strided walk; strides in elements. */
export interface Axis {
  readonly size: number;
  readonly strides: readonly number[];
}

/** The same walk with fewer axes: size 1 left out, neighbours merged where every stride allows it. */
export function collapse(shape: Shape, ...strides: readonly (readonly number[])[]): Axis[] {
  const axes: Axis[] = [];
  shape.forEach((size, i) => {
    if (size === 1) return;
    const own = strides.map((list) => list[i]!);
    const before = axes.at(-1);
    if (before?.strides.every((stride, j) => stride === own[j]! * size)) {
      axes[axes.length - 1] = { size: before.size * size, strides: own };
    } else {
      axes.push({ size, strides: own });
    }
  });
  return axes;
}

export interface EmitOptions {
  /** What stands behind the fields. */
  readonly records?: readonly number[];
  /** Bytes of scratch space that each thread needs. */
  readonly scratch?: number;
  /** About how long one thread takes; it decides whether threads share the work. Default: always shared. */
  readonly nanoseconds?: number;
  /** How many nanoseconds a piece must take at the least, for threads to come for more when they are done. */
  readonly piece?: number;
  /** Whether its bits depend on how it is cut. */
  readonly isCut?: boolean;
}

/** Lays out the scratch space of one thread. */
export class Scratch {
  #bytes = 0;

  /** Where `bytes` bytes lie from the beginning of the space; 0 where they are not needed. */
  take(bytes: number, isNeeded = true): number {
    if (!isNeeded) return 0;
    const at = this.#bytes;
    this.#bytes += align(bytes, 16);
    return at;
  }

  /** All of it, with a margin: kernels may load vectors that begin before an end. */
  get bytes(): number {
    return this.#bytes + 64;
  }
}

export interface EncodeOptions {
  /** Multiply-adds from which a matrix product goes to a BLAS. Default: none does. */
  readonly blasFrom?: number;
  /** Where in the machine's table the functions generated for this plan will begin. Without it, none are generated. */
  readonly firstFunction?: number;
  /** Whether the machine is the relaxed build. */
  readonly isRelaxed?: boolean;
  /** Whether there are other ranks. */
  readonly hasRanks?: boolean;
}

/** Of a generated function for all its vectors. */
interface Call extends CalledFunction {
  readonly kernel: Kernel | undefined;
}

export class Encoder {
  readonly words: number[] = [];
  /** First word of each instruction, with the kernels it comes from: for messages. */
  readonly origins: { readonly word: number; readonly kernel: Kernel }[] = [];
  /** First word of each instruction, about how many nanoseconds one thread takes for it, and how many a piece must take. */
  readonly #costs: { readonly word: number; readonly nanoseconds: number; readonly piece: number }[] = [];
  /** Bytes that kernels share between their own instructions, one kernel at a time. */
  temporaryBytes = 0;
  /** Bytes of scratch space that each thread needs. */
  scratchBytes = 0;

  readonly #buffers: readonly Buffer[];
  readonly #arena: number;
  readonly #temporary: number;
  #kernel: Kernel | undefined;
  #taken = 0;

  /** Multiply-adds from which a matrix product goes to a BLAS. */
  readonly blasFrom: number;
  /** Bodies of generated functions, and the table index of the first. */
  readonly functions: Uint8Array[] = [];
  readonly #firstFunction: number | undefined;
  /** Calls of short functions that have no instruction yet, and about how many nanoseconds they take. */
  #calls: Call[] = [];
  #callsTake = 0;
  /** Whether generated functions multiply and add in one rounding. */
  readonly isRelaxed: boolean;
  readonly hasRanks: boolean;

  constructor(
    buffers: readonly Buffer[],
    arena: number,
    temporary: number,
    { blasFrom = Number.POSITIVE_INFINITY, firstFunction, isRelaxed = false, hasRanks = false }: EncodeOptions,
  ) {
    this.#firstFunction = firstFunction;
    this.isRelaxed = isRelaxed;
    this.hasRanks = hasRanks;
    this.#buffers = buffers;
    this.#arena = arena;
    this.#temporary = temporary;
    this.blasFrom = blasFrom;
  }

  begin(kernel: Kernel): void {
    this.#kernel = kernel;
    this.#taken = 0;
  }

  address(view: View): number {
    return this.#arena + this.#buffers[view.buffer]!.offset;
  }

  /** Scratch space until the end of this kernel. */
  temporary(elements: number): number {
    const address = this.#temporary + this.#taken;
    this.#taken += align(elements * 4, 16);
    this.temporaryBytes = Math.max(this.temporaryBytes, this.#taken);
    return address;
  }

  emit<N extends InstructionName>(name: N, fields: InstructionFields<N>, options: EmitOptions = {}): void {
    this.#join();
    this.#put(name, fields, this.#kernel ? [this.#kernel] : [], options);
  }

  #put<N extends InstructionName>(
    name: N,
    fields: InstructionFields<N>,
    kernels: readonly Kernel[],
    {
      records = [],
      scratch = 0,
      nanoseconds = Number.POSITIVE_INFINITY,
      piece = worthTaking,
      isCut = false,
    }: EmitOptions,
  ): void {
    const word = this.words.length;
    for (const kernel of kernels) this.origins.push({ word, kernel });
    this.#costs.push({ word, nanoseconds, piece });
    const cut = isCut ? code.CUT << 8 : 0;
    const [opcode, ...own] = instructionWords(name, fields) as [number, ...number[]];
    this.words.push(opcode | cut, (own.length + records.length + 2) * 4);
    for (const field of own) this.words.push(field);
    for (const field of records) this.words.push(field);
    this.scratchBytes = Math.max(this.scratchBytes, align(scratch, 64));
  }

  /**
   * Ends a program. Marks what one thread does alone and where threads meet: after what they share, and before it where
   * one was alone. Returns about how many nanoseconds of it can be shared.
   */
  end(): number {
    this.#join();
    const costs = this.#costs.splice(0);
    const isShared = costs.map(({ nanoseconds }) => nanoseconds >= worthSharing);
    costs.forEach(({ word, nanoseconds, piece }, i) => {
      const flags = isShared[i] ? code.MEET : code.SOLO | (isShared[i + 1] ? code.MEET : 0);
      const pieces = Math.min(255, Math.floor(nanoseconds / piece));
      this.words[word]! |= (pieces << 16) | (flags << 8);
    });
    this.words.push(code.END, 8);
    return costs.reduce((sum, { nanoseconds }, i) => sum + (isShared[i] ? nanoseconds : 0), 0);
  }

  get generates(): boolean {
    return this.#firstFunction !== undefined;
  }

  /** Calls a generated function for all vectors of `elements`. Calls that are short are one instruction with those behind them. */
  call(body: Uint8Array, elements: number, nanoseconds: number): void {
    const index = this.functions.push(body) - 1;
    if (this.#callsTake + nanoseconds >= worthSharing) this.#join();
    this.#calls.push({ index, vectors: Math.ceil(elements / 4), kernel: this.#kernel });
    this.#callsTake += nanoseconds;
  }

  /** The calls that wait, as one instruction: reading one takes as long as a function for a few elements. */
  #join(): void {
    const [calls, nanoseconds] = [this.#calls, this.#callsTake];
    if (calls.length === 0) return;
    [this.#calls, this.#callsTake] = [[], 0];
    const { index, vectors } =
      calls.length === 1 ? calls[0]! : { index: this.functions.push(sequenceOf(calls)) - 1, vectors: 1 };
    const kernels = calls.flatMap(({ kernel }) => kernel ?? []);
    this.#put("call", { index: this.#firstFunction! + index, vectors }, kernels, { nanoseconds });
  }

  /** Elements of `shape` from one address to another, each with strides of its own. */
  copy(from: number, to: number, shape: Shape, fromStrides: readonly number[], toStrides: readonly number[]): void {
    if (sizeOf(shape) === 0) return;
    const axes = collapse(shape, fromStrides, toStrides);
    const inner = axes.pop() ?? { size: 1, strides: [1, 1] };
    const words = (list: readonly Axis[]) =>
      list.flatMap(({ size, strides: [f, t] }) => recordWords("copyAxis", { size, from: f! * 4, to: t! * 4 }));
    const across = axes.findIndex(({ size, strides }) => strides[0] === 1 && size >= 4);
    if (inner.strides[1] === 1 && inner.strides[0]! > 1 && inner.size >= 4 && across >= 0) {
      const [rows] = axes.splice(across, 1) as [Axis];
      const planes = axes.reduce((product, { size }) => product * size, 1);
      const sizes = { planes, axes: axes.length, rows: rows.size, columns: inner.size };
      const steps = { fromRow: inner.strides[0]! * 4, toRow: rows.strides[1]! * 4 };
      const nanoseconds = sizeOf(shape) * 0.3;
      this.emit("transpose", { from, to, ...sizes, ...steps }, { records: words(axes), nanoseconds });
      return;
    }
    const rows = axes.reduce((product, { size }) => product * size, 1);
    const steps = { fromStep: inner.strides[0]! * 4, toStep: inner.strides[1]! * 4 };
    const fields = { from, to, rows, axes: axes.length, n: inner.size, ...steps };
    this.emit("copy", fields, { records: words(axes), nanoseconds: sizeOf(shape) * 0.2 });
  }

  fill(to: number, elements: number, bits: number): void {
    this.emit("fill", { to, n: elements, bits }, { nanoseconds: elements * 0.1 });
  }

  /** One fused step over all elements: how a kernel that needs another element type gets it. */
  convert(from: number, to: number, elements: number, step: Step): void {
    const records = [
      ...recordWords("operand", { kind: code.SLOT_DIRECT, value: from }),
      ...recordWords("operand", { kind: code.SLOT_DIRECT, value: to }),
      ...recordWords("step", { number: step.number, result: code.SLOT_BYTES, x: 0, y: 0, z: 0 }),
    ];
    const fields = { elements, fixed: 0, moving: 2, steps: 1 };
    this.emit("fused", fields, { records, scratch: code.SLOT_BYTES * 2, nanoseconds: elements * 0.2 });
  }

  /** Address of the view's elements as `dtype` (float32 or int32), converted into scratch space if they are not. */
  addressAs(view: View, dtype: "float32" | "int32"): number {
    const from = this.address(view);
    if (kindOf(view.dtype) === kindOf(dtype)) return from;
    const elements = sizeOf(view.shape);
    const to = this.temporary(elements);
    this.convert(from, to, elements, stepOf(dtype === "int32" ? casts.floatToInt : casts.intToFloat));
    return to;
  }

  /** Address of the view's elements with its axes in another order, in scratch space. */
  transposed(from: number, shape: Shape, order: readonly number[]): number {
    const to = this.temporary(sizeOf(shape));
    const strides = stridesOf(shape);
    const target = order.map((axis) => shape[axis]!);
    const fromStrides = order.map((axis) => strides[axis]!);
    this.copy(from, to, target, fromStrides, stridesOf(target));
    return to;
  }
}
