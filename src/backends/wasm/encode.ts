// Plan → the machine's instructions. One entry per op: an op without one does not compile.
import { conversions } from "../../ir/dtype.ts";
import { ChainruleError } from "../../ir/errors.ts";
import { broadcastStrides, formatType, type Shape, sizeOf, stridesOf, type TensorType } from "../../ir/shape.ts";
import type { Kernel, KernelOpName, OpKernel, Plan, View } from "../../plan/plan.ts";
import { finish } from "../../plan/stages.ts";
import { attentionsFrom, encodeAttentions } from "./encode-attention.ts";
import { encodeConv2d, encodeInputGradient, encodeWeightGradient } from "./encode-convolution.ts";
import { encodeFused } from "./encode-fused.ts";
import { encodeMatmul } from "./encode-matmul.ts";
import { type EncodeOptions, Encoder, kindOf } from "./encoder.ts";
import { floatBits } from "./float-bits.ts";
import { smallSum } from "./generate-small.ts";
import * as code from "./machine/opcodes.ts";

type Encode<N extends KernelOpName> = (kernel: OpKernel<N>, encoder: Encoder) => void;

const product = (list: readonly number[]): number => list.reduce((p, n) => p * n, 1);

/** Above this many elements, a full reduction is cut into chunks, so that threads can share it. */
const CHUNK = 4096;

/** The axis from which on all are reduced, where others are too, not next to these, and it is a vector's worth or more. */
function innermostRun(shape: Shape, axes: readonly number[]): number | undefined {
  let first = shape.length;
  while (first > 0 && (axes.includes(first - 1) || shape[first - 1] === 1)) first--;
  const isApart = axes.some((axis) => axis < first && shape[axis] !== 1);
  return isApart && product(shape.slice(first)) >= 4 ? first : undefined;
}

/** [outer, n, inner] of `shape` reduced over `axes`, and where its elements lie in that order. */
function reducedForm(shape: Shape, axes: readonly number[], address: number, encoder: Encoder) {
  const reduced = axes.filter((axis) => shape[axis] !== 1);
  const kept = shape.map((_, i) => i).filter((i) => !axes.includes(i) && shape[i] !== 1);
  const sizes = (list: readonly number[]) => product(list.map((i) => shape[i]!));
  if (reduced.length === 0) return { x: address, outer: sizes(kept), n: sizes(axes), inner: 1 };
  const [first, last] = [reduced[0]!, reduced.at(-1)!];
  if (!kept.some((i) => i > first && i < last)) {
    return {
      x: address,
      outer: sizes(kept.filter((i) => i < first)),
      n: sizes(reduced),
      inner: sizes(kept.filter((i) => i > first)),
    };
  }
  const order = [...shape.map((_, i) => i).filter((i) => !axes.includes(i)), ...axes];
  return { x: encoder.transposed(address, shape, order), outer: sizes(kept), n: sizes(reduced), inner: 1 };
}

type Reducing = "sum" | "mean" | "max" | "min" | "var" | "logsumexp";

function encodeReduction<N extends Reducing>(
  kind: number,
  parameter: (kernel: OpKernel<N>, n: number) => number,
): Encode<N> {
  return (kernel, encoder) => {
    const { inputs, output, attributes } = kernel as OpKernel<Reducing>;
    const view = inputs[0]!;
    if (sizeOf(output.shape) === 0) return;
    const element = output.dtype === "int32" ? "int32" : "float32";
    const kindWord = kindOf(element);
    const { axes } = attributes;
    let address = encoder.addressAs(view, element);
    let shape = view.shape;
    const run = kind <= code.REDUCE_MIN ? innermostRun(shape, axes) : undefined;
    if (run) {
      // Of [n, channels, height, width] to [channels]: each plane first, in place of a copy with the channels in front.
      const elements = product(shape.slice(run));
      shape = shape.map((size, axis) => (axis < run ? size : 1));
      const partial = encoder.temporary(sizeOf(shape));
      const sizes = { outer: sizeOf(shape), n: elements, inner: 1, lastN: elements };
      const fields = { kind, element: kindWord, x: address, z: partial, ...sizes, parameter: 1 };
      encoder.emit("reduce", fields, { nanoseconds: sizeOf(view.shape) * 0.15 });
      address = partial;
    }
    const { x, outer, n, inner } = reducedForm(shape, axes, address, encoder);
    const z = encoder.address(output);
    const ownParameter = parameter(kernel, product(axes.map((axis) => view.shape[axis]!)));
    if (outer * inner === 1 && n > 4 * CHUNK && kind <= code.REDUCE_MIN) {
      const chunks = Math.ceil(n / CHUNK);
      const partial = encoder.temporary(chunks);
      const last = n - (chunks - 1) * CHUNK;
      const [first, second] = [
        { x, z: partial, outer: chunks, n: CHUNK, inner: 1, parameter: 1, lastN: last },
        { x: partial, z, outer: 1, n: chunks, inner: 1, parameter: ownParameter, lastN: chunks },
      ];
      encoder.emit("reduce", { kind, element: kindWord, ...first }, { nanoseconds: n * 0.15 });
      encoder.emit("reduce", { kind, element: kindWord, ...second }, { nanoseconds: chunks * 0.15 });
    } else {
      const cost = kind === code.REDUCE_VAR ? 0.4 : kind === code.REDUCE_LOGSUMEXP ? 2 : 0.15;
      const nanoseconds = outer * n * inner * cost;
      const isSum = encoder.generates && kind === code.REDUCE_SUM && element === "float32";
      const small = isSum ? smallSum({ x, z, outer, n, inner, scale: ownParameter }) : undefined;
      if (small) return encoder.call(small, 1, nanoseconds);
      const fields = { kind, element: kindWord, x, z, outer, n, inner, parameter: ownParameter, lastN: n };
      encoder.emit("reduce", fields, { nanoseconds });
    }
  };
}

function encodeSoftmax<N extends "softmax" | "logSoftmax">(logarithm: 0 | 1): Encode<N> {
  return (kernel, encoder) => {
    const { inputs, output, attributes } = kernel as OpKernel<"softmax" | "logSoftmax">;
    if (sizeOf(output.shape) === 0) return;
    const x = encoder.addressAs(inputs[0]!, "float32");
    const { axis } = attributes;
    const outer = product(output.shape.slice(0, axis));
    const inner = product(output.shape.slice(axis + 1));
    const n = output.shape[axis]!;
    const fields = { isLogarithm: logarithm, x, y: encoder.address(output), outer, n, inner };
    encoder.emit("softmax", fields, { nanoseconds: outer * n * inner * 3 });
  };
}

function encodeRandom<N extends "randomUniform" | "randomNormal">(distribution: number): Encode<N> {
  return (kernel, encoder) => {
    const { inputs, output, attributes } = kernel as OpKernel<"randomUniform" | "randomNormal">;
    const elements = sizeOf(output.shape);
    if (elements === 0) return;
    const key = encoder.address(inputs[0]!);
    const { stream, block = 0 } = attributes;
    const fields = { distribution, key, y: encoder.address(output), elements, stream, block };
    encoder.emit("random", fields, { nanoseconds: elements * 5 });
  };
}

function encodePooling(
  kernel: OpKernel<"maxPool2d" | "maxPool2dGradient" | "maxPool2dGather" | "avgPool2d" | "avgPool2dGradient">,
  encoder: Encoder,
  wide: Shape,
  narrow: Shape,
): void {
  const { inputs, output, attributes } = kernel;
  if (sizeOf(output.shape) === 0) return;
  const [first, second = 0] = inputs.map((view) => encoder.addressAs(view, "float32"));
  const [kh, kw] = attributes.kernel;
  const [strideH, strideW] = attributes.stride;
  const [paddingH, paddingW] = attributes.padding;
  const [planes, height, width, oh, ow] = [wide[0]! * wide[1]!, wide[2]!, wide[3]!, narrow[2]!, narrow[3]!];
  const addresses = { x: first!, second, y: encoder.address(output) };
  const geometry = { kh, kw, strideH, strideW, paddingH, paddingW };
  const fields = { ...addresses, planes, height, width, oh, ow, ...geometry };
  encoder.emit(kernel.op, fields, { nanoseconds: sizeOf(wide) * 2 });
}

const table: { readonly [N in KernelOpName]: Encode<N> } = {
  matmul: encodeMatmul,
  sum: encodeReduction(code.REDUCE_SUM, () => 1),
  mean: encodeReduction(code.REDUCE_SUM, (_, n) => 1 / n),
  max: encodeReduction(code.REDUCE_MAX, () => 1),
  min: encodeReduction(code.REDUCE_MIN, () => 1),
  var: encodeReduction(code.REDUCE_VAR, (kernel) => kernel.attributes.correction),
  logsumexp: encodeReduction(code.REDUCE_LOGSUMEXP, () => 1),
  argmax(kernel, encoder) {
    const [view] = kernel.inputs as [View];
    if (sizeOf(kernel.output.shape) === 0) return;
    const { x, outer, n, inner } = reducedForm(view.shape, [kernel.attributes.axis], encoder.address(view), encoder);
    const z = encoder.address(kernel.output);
    const sizes = { outer, n, inner, parameter: 0, lastN: n };
    const fields = { kind: code.REDUCE_ARGMAX, element: kindOf(view.dtype), x, z, ...sizes };
    encoder.emit("reduce", fields, { nanoseconds: outer * n * inner });
  },
  softmax: encodeSoftmax(0),
  logSoftmax: encodeSoftmax(1),
  attentionWeights: (kernel, encoder) => encodeAttentions([kernel], encoder),
  attentionScoresGradient: (kernel, encoder) => encodeAttentions([kernel], encoder),
  attentionProduct: (kernel, encoder) => encodeAttentions([kernel], encoder),
  reshape(kernel, encoder) {
    const [view] = kernel.inputs as [View];
    encoder.copy(encoder.address(view), encoder.address(kernel.output), [sizeOf(view.shape)], [1], [1]);
  },
  custom({ inputs, output }, encoder) {
    encoder.copy(encoder.address(inputs.at(-1)!), encoder.address(output), [sizeOf(output.shape)], [1], [1]);
  },
  transpose(kernel, encoder) {
    const [view] = kernel.inputs as [View];
    const strides = stridesOf(view.shape);
    const { shape } = kernel.output;
    const from = kernel.attributes.permutation.map((axis) => strides[axis]!);
    encoder.copy(encoder.address(view), encoder.address(kernel.output), shape, from, stridesOf(shape));
  },
  broadcast(kernel, encoder) {
    const [view] = kernel.inputs as [View];
    const { shape } = kernel.output;
    const from = broadcastStrides(view.shape, shape);
    encoder.copy(encoder.address(view), encoder.address(kernel.output), shape, from, stridesOf(shape));
  },
  slice(kernel, encoder) {
    const [view] = kernel.inputs as [View];
    const { shape } = kernel.output;
    const strides = stridesOf(view.shape);
    const first = kernel.attributes.start.reduce((sum, start, i) => sum + start * strides[i]!, 0);
    encoder.copy(encoder.address(view) + first * 4, encoder.address(kernel.output), shape, strides, stridesOf(shape));
  },
  pad(kernel, encoder) {
    const [view] = kernel.inputs as [View];
    const { output, attributes } = kernel;
    const to = encoder.address(output);
    if (sizeOf(output.shape) === 0) return;
    const value = conversions[output.dtype](attributes.value);
    encoder.fill(to, sizeOf(output.shape), output.dtype === "int32" ? value : floatBits(value));
    const strides = stridesOf(output.shape);
    const first = attributes.before.reduce((sum, before, i) => sum + before * strides[i]!, 0);
    encoder.copy(encoder.address(view), to + first * 4, view.shape, stridesOf(view.shape), strides);
  },
  concat(kernel, encoder) {
    const { output, attributes } = kernel;
    const strides = stridesOf(output.shape);
    let to = encoder.address(output);
    for (const view of kernel.inputs) {
      encoder.copy(encoder.address(view), to, view.shape, stridesOf(view.shape), strides);
      to += view.shape[attributes.axis]! * strides[attributes.axis]! * 4;
    }
  },
  gather(kernel, encoder) {
    const [x, indices] = kernel.inputs as [View, View];
    if (sizeOf(kernel.output.shape) === 0) return;
    const sizes = { count: sizeOf(indices.shape), rows: x.shape[0]!, width: product(x.shape.slice(1)) };
    const y = encoder.address(kernel.output);
    const fields = { x: encoder.address(x), indices: encoder.address(indices), y, ...sizes };
    encoder.emit("gather", fields, { nanoseconds: sizeOf(kernel.output.shape) * 0.3 });
  },
  scatterAdd(kernel, encoder) {
    const [indices, updates] = kernel.inputs as [View, View];
    const { shape, dtype } = kernel.output;
    const sizes = { count: sizeOf(indices.shape), rows: shape[0]!, width: product(shape.slice(1)) };
    const addresses = { indices: encoder.address(indices), updates: encoder.address(updates) };
    const fields = { ...addresses, y: encoder.address(kernel.output), ...sizes, element: kindOf(dtype) };
    encoder.emit("scatterAdd", fields, { nanoseconds: sizeOf(updates.shape) * 0.5 + sizeOf(shape) * 0.1 });
  },
  iota(kernel, encoder) {
    const { shape, dtype } = kernel.output;
    if (sizeOf(shape) === 0) return;
    const { axis } = kernel.attributes;
    const [outer, inner] = [product(shape.slice(0, axis)), product(shape.slice(axis + 1))];
    const fields = { y: encoder.address(kernel.output), outer, n: shape[axis]!, inner, element: kindOf(dtype) };
    encoder.emit("iota", fields, { nanoseconds: sizeOf(shape) });
  },
  randomUniform: encodeRandom(code.UNIFORM),
  randomNormal: encodeRandom(code.NORMAL),
  conv2d: encodeConv2d,
  conv2dInputGradient: encodeInputGradient,
  conv2dWeightGradient: encodeWeightGradient,
  maxPool2d: (kernel, encoder) => encodePooling(kernel, encoder, kernel.inputs[0]!.shape, kernel.output.shape),
  maxPool2dGradient: (kernel, encoder) => encodePooling(kernel, encoder, kernel.output.shape, kernel.inputs[1]!.shape),
  maxPool2dGather: (kernel, encoder) => encodePooling(kernel, encoder, kernel.inputs[0]!.shape, kernel.output.shape),
  avgPool2d: (kernel, encoder) => encodePooling(kernel, encoder, kernel.inputs[0]!.shape, kernel.output.shape),
  avgPool2dGradient: (kernel, encoder) => encodePooling(kernel, encoder, kernel.output.shape, kernel.inputs[0]!.shape),
  sketch(kernel, encoder) {
    const view = kernel.inputs[0]!;
    const [elements, z] = [sizeOf(view.shape), encoder.address(kernel.output)];
    if (elements === 0) return encoder.fill(z, sizeOf(kernel.output.shape), 0);
    const pieces = Math.ceil(elements / code.SKETCH_PIECE);
    const partials = encoder.temporary((pieces * code.SKETCH_PARTIAL) / 4);
    const fields = { x: encoder.address(view), n: elements, partials };
    encoder.emit("sketch", fields, { scratch: code.SKETCH_PIECE + 64, nanoseconds: elements * 0.4 });
    // One thread's work: the results of all pieces in their order.
    encoder.emit("sketchEnd", { partials, count: pieces, n: elements, z }, { nanoseconds: 0 });
  },
  allReduce({ inputs, output }, encoder) {
    const [n, y] = [sizeOf(output.shape), encoder.address(output)];
    encoder.copy(encoder.address(inputs[0]!), y, [n], [1], [1]);
    // One thread's work: the others wait where they meet.
    if (encoder.hasRanks && n > 0)
      encoder.emit("allReduce", { y, n, element: kindOf(output.dtype) }, { nanoseconds: 0 });
  },
};

function noFloat64(op: string, types: readonly TensorType[]): ChainruleError {
  const list = types.map(formatType).join(", ");
  return new ChainruleError(
    "UNSUPPORTED_BY_BACKEND",
    `${op}(${list}): the WebAssembly machine computes in float32 and has no float64. Use the reference backend (backend: "reference"), or float32 values.`,
    { op, types: types.map(({ shape, dtype }) => ({ shape, dtype })), backend: "wasm" },
  );
}

function encodeKernel(kernel: Kernel, encoder: Encoder): void {
  const views = [
    ...kernel.inputs,
    ...(kernel.kind === "op" ? [kernel.output] : kernel.outputs.map(({ view }) => view)),
  ];
  const steps = kernel.kind === "fused" ? kernel.steps : [];
  const wide = [...views, ...steps].some(({ dtype }) => dtype === "float64");
  if (wide) {
    const op =
      kernel.kind === "op"
        ? kernel.op
        : kernel.steps.flatMap((step) => (step.dtype === "float64" ? [step.op] : [])).join(", ");
    throw noFloat64(op, views);
  }
  encoder.begin(kernel);
  if (kernel.kind === "fused") encodeFused(kernel, encoder);
  // The table's entry for an op takes that op's kernel: a relation that the union types cannot carry.
  else (table[kernel.op] as Encode<KernelOpName>)(kernel, encoder);
}

export interface EncodedProgram {
  /** Its first word. */
  readonly word: number;
  /** About how many nanoseconds of one thread's work in it can be shared. */
  readonly shared: number;
}

export interface Encoded {
  readonly words: Int32Array;
  readonly programs: ReadonlyMap<string, EncodedProgram>;
  readonly setup: EncodedProgram;
  readonly origins: Encoder["origins"];
  /** Bodies of generated functions: see generate.ts. */
  readonly functions: readonly Uint8Array[];
  readonly temporaryBytes: number;
  readonly scratchBytes: number;
}

/** Kernels that are encoded in one stage. */
const kernelsOfStage = 500;

/** Instructions of a plan whose arena begins at address `arena` and is followed by `temporary`. Yields between stages. */
export function* encoding(
  plan: Plan,
  arena: number,
  temporary: number,
  options: EncodeOptions = {},
): Generator<void, Encoded> {
  const encoder = new Encoder(plan.buffers, arena, temporary, options);
  function* program(kernels: readonly Kernel[]): Generator<void, EncodedProgram> {
    const word = encoder.words.length;
    for (let i = 0; i < kernels.length; i++) {
      const joined = attentionsFrom(kernels, i, encoder);
      if (joined > 1) {
        encoder.begin(kernels[i]!);
        encodeAttentions(kernels.slice(i, i + joined), encoder);
        i += joined - 1;
      } else encodeKernel(kernels[i]!, encoder);
      if (i % kernelsOfStage === 0) yield;
    }
    return { word, shared: encoder.end() };
  }
  const setup = yield* program(plan.setup);
  const programs = new Map<string, EncodedProgram>();
  for (const [name, { kernels }] of Object.entries(plan.programs)) programs.set(name, yield* program(kernels));
  const { temporaryBytes, scratchBytes, origins, functions } = encoder;
  // Kernels name their op; this is for values that no kernel touches.
  for (const buffer of plan.buffers) {
    if (buffer.dtype === "float64") {
      const label = buffer.name ?? `buffer ${buffer.id}`;
      throw noFloat64(label, [buffer]);
    }
  }
  return { words: Int32Array.from(encoder.words), programs, setup, origins, functions, temporaryBytes, scratchBytes };
}

export const encode = (...args: Parameters<typeof encoding>): Encoded => finish(encoding(...args));
