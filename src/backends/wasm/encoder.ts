// Collects the instructions of a plan: words, places of buffers, and the scratch space that kernels ask for.
import type { DType } from "../../ir/dtype.ts";
import { ChainruleError } from "../../ir/errors.ts";
import { formatType, type Shape, sizeOf, stridesOf, type TensorType } from "../../ir/shape.ts";
import type { Buffer, Kernel, View } from "../../plan/plan.ts";
import * as code from "./machine/opcodes.ts";
import { casts, type Step, stepOf } from "./steps.ts";

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

export class Encoder {
  readonly words: number[] = [];
  /** First word of each instruction, with the kernel it comes from: for messages. */
  readonly origins: { readonly word: number; readonly kernel: Kernel }[] = [];
  /** First word of each instruction, about how many nanoseconds one thread takes for it, and how many a piece must take. */
  readonly #costs: { readonly word: number; readonly nanoseconds: number; readonly piece: number }[] = [];
  /** Bytes that kernels share between their own instructions, one kernel at a time. */
  temporaryBytes = 0;
  /** Bytes of scratch space that each thread needs. */
  roomBytes = 0;

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

  constructor(buffers: readonly Buffer[], arena: number, temporary: number, blasFrom: number, firstFunction?: number) {
    this.#firstFunction = firstFunction;
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

  /**
   * `nanoseconds`: about how long one thread takes; it decides whether threads share the work. `piece`: how long a piece
   * must take at the least, for threads to come for more when they are done.
   */
  emit(
    opcode: number,
    fields: readonly number[],
    roomBytes = 0,
    nanoseconds = Number.POSITIVE_INFINITY,
    piece = worthTaking,
  ): void {
    if (this.#kernel) this.origins.push({ word: this.words.length, kernel: this.#kernel });
    this.#costs.push({ word: this.words.length, nanoseconds, piece });
    this.words.push(opcode, (fields.length + 2) * 4);
    for (const field of fields) this.words.push(field);
    this.roomBytes = Math.max(this.roomBytes, align(roomBytes, 64));
  }

  /**
   * Ends a program. Marks what one thread does alone and where threads meet: after what they share, and before it where
   * one was alone. Returns about how many nanoseconds of it can be shared.
   */
  end(): number {
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

  /** Calls a generated function for all vectors of `elements`. */
  call(body: Uint8Array, elements: number, nanoseconds: number): void {
    const index = this.#firstFunction! + this.functions.push(body) - 1;
    this.emit(code.CALL, [index, Math.ceil(elements / 4)], 0, nanoseconds);
  }

  /** Elements of `shape` from one strided place to another. */
  copy(from: number, to: number, shape: Shape, fromStrides: readonly number[], toStrides: readonly number[]): void {
    if (sizeOf(shape) === 0) return;
    const axes = collapse(shape, fromStrides, toStrides);
    const inner = axes.pop() ?? { size: 1, strides: [1, 1] };
    const words = (list: readonly Axis[]) => list.flatMap(({ size, strides: [f, t] }) => [size, f! * 4, t! * 4]);
    const across = axes.findIndex(({ size, strides }) => strides[0] === 1 && size >= 4);
    if (inner.strides[1] === 1 && inner.strides[0]! > 1 && inner.size >= 4 && across >= 0) {
      const [rows] = axes.splice(across, 1) as [Axis];
      const planes = axes.reduce((product, { size }) => product * size, 1);
      const head = [from, to, planes, axes.length, rows.size, inner.size, inner.strides[0]! * 4, rows.strides[1]! * 4];
      this.emit(code.TRANSPOSE, [...head, ...words(axes)], 0, sizeOf(shape) * 0.3);
      return;
    }
    const rows = axes.reduce((product, { size }) => product * size, 1);
    const head = [from, to, rows, axes.length, inner.size, inner.strides[0]! * 4, inner.strides[1]! * 4];
    this.emit(code.COPY, [...head, ...words(axes)], 0, sizeOf(shape) * 0.2);
  }

  fill(to: number, elements: number, bits: number): void {
    this.emit(code.FILL, [to, elements, bits], 0, elements * 0.1);
  }

  /** One fused step over all elements: how a kernel that needs another element type gets it. */
  convert(from: number, to: number, elements: number, step: Step): void {
    const slots = [code.SLOT_DIRECT, from, code.SLOT_DIRECT, to];
    const steps = [step.number, code.SLOT_BYTES, 0, 0, 0];
    this.emit(code.FUSED, [elements, 0, 2, 1, ...slots, ...steps], code.SLOT_BYTES * 2, elements * 0.2);
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

export function unsupported(op: string, types: readonly TensorType[], reason: string): ChainruleError {
  const list = types.map(formatType).join(", ");
  return new ChainruleError(
    "UNSUPPORTED_BY_BACKEND",
    `${op}(${list}): ${reason} Use the reference backend (backend: "reference"), or float32 values.`,
    { op, types: types.map(({ shape, dtype }) => ({ shape, dtype })), backend: "wasm" },
  );
}
