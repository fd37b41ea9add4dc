// For this folder's tests: plans written by hand, one buffer per value, and float64 loops to compare with.
import { allocate, type DType, type TypedArray } from "../../ir/dtype.ts";
import type { ElementwiseOpName, OpAttributes } from "../../ir/graph.ts";
import { broadcastStrides, type Shape, sizeOf } from "../../ir/shape.ts";
import type { Buffer, FusedArgument, FusedStep, Kernel, KernelOpName, OpKernel, Plan, View } from "../../plan/plan.ts";
import { encode } from "./encode.ts";
import { functionsModule } from "./generate.ts";
import { instantiate } from "./instance.ts";
import { END } from "./machine/opcodes.ts";
import { basesOf, moduleOf, sharedMemory } from "./module.ts";
import { wasm } from "./wasm.ts";

export class TestPlan {
  readonly buffers: Buffer[] = [];
  readonly kernels: Kernel[] = [];
  readonly data = new Map<View, TypedArray>();
  #bytes = 0;

  value(shape: Shape, dtype: DType = "float32", data?: ArrayLike<number>): View {
    const id = this.buffers.length;
    const bytes = Math.ceil((sizeOf(shape) * 4) / 16) * 16;
    this.buffers.push({ id, role: "state", name: `v${id}`, shape, dtype, offset: this.#bytes, bytes });
    this.#bytes += bytes;
    const view = { buffer: id, shape, dtype };
    if (data) {
      const own = allocate(dtype, data.length);
      own.set(data);
      this.data.set(view, own);
    }
    return view;
  }

  op<N extends KernelOpName>(op: N, attributes: OpAttributes[N], inputs: readonly View[], output: View): View {
    this.kernels.push({ kind: "op", op, attributes, inputs, output } as OpKernel);
    return output;
  }

  fused(shape: Shape, inputs: readonly View[], steps: readonly FusedStep[], outputs: Record<number, View>): void {
    const list = Object.entries(outputs).map(([step, view]) => ({ step: Number(step), view }));
    this.kernels.push({ kind: "fused", shape, inputs, steps, outputs: list });
  }

  plan(): Plan {
    return {
      buffers: this.buffers,
      states: {},
      setup: [],
      programs: { main: { kernels: this.kernels, inputs: {}, outputs: {} } },
      arena: { bytes: this.#bytes, bytesWithoutReuse: this.#bytes },
    };
  }

  /** Loads, writes the data, runs once. */
  run(): (view: View) => number[] {
    const machine = wasm.load(this.plan());
    for (const [view, data] of this.data) machine.write(view, data);
    machine.run("main", 1);
    return (view) => Array.from(machine.read(view));
  }

  /**
   * The bits of all values after each instruction was run as `threads` shares, one after the other. `generates`: with fused
   * kernels as functions of their own, not interpreted.
   */
  words(threads: number, generates = false): Int32Array {
    const plan = this.plan();
    const bases = basesOf("plain");
    const temporary = bases.memory + plan.arena.bytes;
    const encoded = encode(plan, bases.memory, temporary, generates ? { firstFunction: bases.table } : {});
    const scratch = temporary + encoded.temporaryBytes;
    const start = scratch + encoded.scratchBytes * threads;
    const memory = sharedMemory(Math.ceil((start + encoded.words.byteLength) / 65536) + 1);
    const functions = new WebAssembly.Module(functionsModule(encoded.functions));
    const machine = instantiate(moduleOf("plain"), memory, { generated: functions });
    const ints = new Int32Array(memory.buffer);
    ints.set(encoded.words, start / 4);
    for (const [view, data] of this.data) {
      const first = (bases.memory + plan.buffers[view.buffer]!.offset) / 4;
      if (view.dtype === "int32") ints.set(data, first);
      else new Float32Array(memory.buffer).set(data, first);
    }
    for (let p = start + encoded.programs.get("main")!.word * 4; (ints[p / 4]! & 255) !== END; p += ints[p / 4 + 1]!) {
      for (let thread = 0; thread < threads; thread++) {
        machine.runOne(p, thread, threads, scratch + thread * encoded.scratchBytes);
      }
    }
    // Bytes past the elements of a buffer are nobody's: only elements count.
    return Int32Array.from(
      plan.buffers.flatMap(({ offset, shape }) => {
        const first = (bases.memory + offset) / 4;
        return Array.from(ints.subarray(first, first + sizeOf(shape)));
      }),
    );
  }
}

export const step = <N extends ElementwiseOpName>(
  op: N,
  args: readonly FusedArgument[],
  dtype: DType = "float32",
  attributes: object = {},
): FusedStep => ({ op, attributes, arguments: args, dtype }) as FusedStep;
export const input = (index: number): FusedArgument => ({ kind: "input", index });
export const earlier = (index: number): FusedArgument => ({ kind: "step", index });
export const number = (value: number): FusedArgument => ({ kind: "number", value });

/** Values of a fixed linear congruential sequence, as float32, in [low, high). */
export function samples(n: number, low = -2, high = 2, seed = 1): number[] {
  let state = seed;
  return Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.fround(low + ((state >>> 0) / 2 ** 32) * (high - low));
  });
}

/** Every index of `shape`, in row-major order. */
export function* indices(shape: Shape): Generator<number[]> {
  const total = sizeOf(shape);
  for (let flat = 0; flat < total; flat++) {
    let rest = flat;
    const index = shape.map(() => 0);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    yield index;
  }
}

/** `data` of `from` repeated to `shape`. */
export function broadcast(data: readonly number[], from: Shape, shape: Shape): number[] {
  const strides = broadcastStrides(from, shape);
  return Array.from(indices(shape), (index) => data[index.reduce((at, i, axis) => at + i * strides[axis]!, 0)]!);
}

/** Largest |a − b| / (scale + |b|); values that are equal, both NaN or the same infinity, count as no error. */
export function largestError(actual: readonly number[], expected: readonly number[], scale = 0): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  return expected.reduce((worst, b, i) => {
    const a = actual[i]!;
    if (Object.is(a, b) || a === b) return worst;
    const error = Math.abs(a - b) / (scale + Math.abs(b));
    return Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
  }, 0);
}
