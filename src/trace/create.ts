// Ways to make tensors, and functions of several tensors.
import type { Value } from "../ir/builder.ts";
import { allocate, conversions, type DType, type TypedArray } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import { excerpt } from "../ir/json.ts";
import { formatShape, normalizeAxis, type Shape, sizeOf } from "../ir/shape.ts";
import { Tensor } from "./tensor.ts";
import type { NestedArray } from "./tensor-options.ts";
import { build, innermost } from "./trace.ts";

export interface TensorOptions {
  /** Default: that of a typed array; bool for booleans; float64 for other numbers. */
  readonly dtype?: DType;
  /** For flat arrays: the shape that their elements are read in, row-major. */
  readonly shape?: Shape;
}

/**
 * A tensor of the given numbers: a number, nested arrays of equal lengths, or a typed array. The values are copied.
 * Throws INVALID_ARGUMENT for uneven rows, SHAPE_MISMATCH where `shape` does not hold as many elements.
 *
 * ```ts
 * tensor([[1, 2], [3, 4]]).shape // [2, 2]
 * ```
 */
export function tensor(values: NestedArray | TypedArray, options: TensorOptions = {}): Tensor {
  const { flat, shape } = ArrayBuffer.isView(values) ? { flat: values, shape: [values.length] } : flattenNested(values);
  const dtype =
    options.dtype ?? (ArrayBuffer.isView(values) ? undefined : typeof flat[0] === "boolean" ? "bool" : "float64");
  const result = options.shape ?? shape;
  if (sizeOf(result) !== flat.length) {
    throw new ChainruleError(
      "SHAPE_MISMATCH",
      `tensor: shape ${formatShape(result)} holds ${sizeOf(result)} elements; got ${flat.length}.`,
      { shape: result, elements: flat.length },
    );
  }
  if (dtype === undefined) return Tensor.concrete((values as TypedArray).slice(), result);
  const data = allocate(dtype, flat.length);
  for (let i = 0; i < flat.length; i++) data[i] = conversions[dtype](Number(flat[i]));
  return Tensor.concrete(data, result);
}

/** As in NumPy. */
const mostDimensions = 64;

function flattenNested(values: NestedArray): { flat: (number | boolean)[]; shape: number[] } {
  const shape: number[] = [];
  for (let level: NestedArray | undefined = values; Array.isArray(level); level = level[0]) {
    if (shape.length === mostDimensions)
      throw new ChainruleError(
        "INVALID_ARGUMENT",
        `tensor: arrays may be nested at most ${mostDimensions} deep, one level per dimension; these are deeper.`,
      );
    shape.push(level.length);
  }
  const flat: (number | boolean)[] = [];
  const walk = (value: NestedArray, axis: number, path: string): void => {
    if (!Array.isArray(value)) {
      if (axis !== shape.length) throw uneven(path, shape, axis, "a number");
      if (typeof value !== "number" && typeof value !== "boolean") {
        throw new ChainruleError(
          "INVALID_ARGUMENT",
          `tensor: elements must be numbers or booleans; got ${value === undefined ? value : excerpt(value)} at values${path}.`,
        );
      }
      flat.push(value);
      return;
    }
    if (axis >= shape.length || value.length !== shape[axis]) throw uneven(path, shape, axis, entries(value.length));
    value.forEach((child, i) => {
      walk(child, axis + 1, `${path}[${i}]`);
    });
  };
  walk(values, 0, "");
  return { flat, shape };
}

const entries = (n: number): string => `${n} ${n === 1 ? "entry" : "entries"}`;

const uneven = (path: string, shape: Shape, axis: number, came: string) =>
  new ChainruleError(
    "INVALID_ARGUMENT",
    `tensor: nested arrays must be even: values${path} has ${came}, ${axis < shape.length ? `where its first neighbour has ${entries(shape[axis]!)}` : "where its first neighbour is a number"}.`,
    { path, shape },
  );

/** Throws INVALID_ARGUMENT unless all sizes are whole numbers of at least 0. */
function requireSizes(op: string, shape: Shape): void {
  if (shape.every((n) => Number.isInteger(n) && n >= 0)) return;
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `${op}: sizes must be whole numbers of at least 0; got ${formatShape(shape)}.`,
    { op, shape },
  );
}

/** All elements equal to `value`. Throws INVALID_ARGUMENT for sizes that are not whole numbers of at least 0. */
export function full(shape: Shape, value: number, dtype: DType = "float64"): Tensor {
  requireSizes("full", shape);
  return Tensor.concrete(allocate(dtype, sizeOf(shape)).fill(conversions[dtype](value)), shape);
}

export const zeros = (shape: Shape, dtype: DType = "float64"): Tensor => full(shape, 0, dtype);
export const ones = (shape: Shape, dtype: DType = "float64"): Tensor => full(shape, 1, dtype);

/** 0, 1, … n − 1 as int32 [n]. */
export function arange(n: number): Tensor {
  requireSizes("arange", [n]);
  return Tensor.concrete(
    Int32Array.from({ length: n }, (_, i) => i),
    [n],
  );
}

/** The identity matrix [n, n]. */
export function eye(n: number): Tensor {
  requireSizes("eye", [n, n]);
  const data = new Float64Array(n * n);
  for (let i = 0; i < n; i++) data[i * n + i] = 1;
  return Tensor.concrete(data, [n, n]);
}

/**
 * x where the condition (bool) holds, y elsewhere; all three broadcast. Gradients flow to what is chosen alone, even where the
 * other would have none: see docs/numerics.md.
 *
 * ```ts
 * grad((x) => where(x.greater(0), x.sqrt(), 0).sum())(tensor([-1, 0, 4])) // [0, 0, 0.25]
 * ```
 */
export function where(condition: Tensor, x: Tensor | number, y: Tensor | number): Tensor {
  return build([condition, x, y], (g, values) => g.applyTo("where", values, {}));
}

/** Joined along an axis; the other dimensions must be equal. */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  const first = needOne(tensors, "concat");
  const at = normalizeAxis(axis, first.shape, "concat");
  return build(tensors, (g, values) => g.applyTo("concat", values, { axis: at }));
}

/** Joined along a new axis; all shapes must be equal. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  const first = needOne(tensors, "stack");
  const at = axis < 0 ? axis + first.rank + 1 : axis;
  return concat(
    tensors.map((t) => t.reshape([...t.shape.slice(0, at), 1, ...t.shape.slice(at)])),
    at,
  );
}

function needOne(tensors: readonly Tensor[], op: string): Tensor {
  const first = tensors[0];
  if (first === undefined) throw new ChainruleError("INVALID_ARGUMENT", `${op}: needs at least one tensor; got none.`);
  return first;
}

/** Class indices int32 of any shape → [...shape, classes]: 1 at the class, 0 elsewhere; all 0 outside 0 … classes − 1. */
export function oneHot(indices: Tensor, classes: number): Tensor {
  return build([indices], (g, [index]) => {
    const column = g.reshape(index as Value, [...indices.shape, 1]);
    const iota = g.apply("iota", [], { shape: [classes], dtype: "int32", axis: 0 });
    return g.cast(g.equal(column, iota), g.float);
  });
}

/**
 * A key for random draws: int32[4] of the seed's 64 bits and two free counters (Philox 4x32-10, Salmon et al. 2011).
 * The same key, stream and shape give the same numbers on every backend and number of threads.
 */
export function randomKey(seed: number): Tensor {
  if (!Number.isSafeInteger(seed)) {
    throw new ChainruleError("INVALID_ARGUMENT", `A seed must be a whole number up to 2^53; got ${seed}.`, { seed });
  }
  return Tensor.concrete(Int32Array.of(seed | 0, Math.floor(seed / 2 ** 32) | 0, 0, 0), [4]);
}

/** The key of step `step`: another sequence from the same seed. `step` is an int32 scalar or a whole number. */
export function foldIn(key: Tensor, step: Tensor | number): Tensor {
  const counter = typeof step === "number" ? tensor(Int32Array.of(step)) : step.reshape([1]);
  return concat([key.slice([0], [2]), counter, key.slice([3])]);
}

/**
 * Uniform draws in [0, 1), multiples of 2⁻²⁴. `stream` tells apart several draws with one key. `from`: where the draw is a part of a
 * larger one, row-major, the element of it with which it begins.
 */
export function randomUniform(key: Tensor, shape: Shape, stream = 0, from = 0): Tensor {
  const dtype = innermost([key])?.builder.float ?? "float64";
  if (from === 0) return build([key], (g, values) => g.apply("randomUniform", values, { shape, dtype, stream }));
  // Draws begin with a block of four elements.
  const block = Math.floor(from / 4);
  const [before, size] = [from - 4 * block, sizeOf(shape)];
  const whole = { shape: [before + size], dtype, stream, block };
  const drawn = build([key], (g, values) => g.apply("randomUniform", values, whole));
  return drawn.slice([before]).reshape(shape);
}

/** Σ x over the ranks of a training, on all of them; x itself where there is one. Gradients are summed likewise. */
export function allReduce(x: Tensor): Tensor {
  return build([x], (g, values) => g.apply("allReduce", values, {}));
}

/** Statistics of a float tensor, for observation: [sketchLayout.length], laid out as ops/sketch.ts says. No gradient. */
export function sketch(x: Tensor): Tensor {
  return build([x], (g, values) => g.apply("sketch", values, {}));
}

/** Standard normal draws (Box and Muller 1958). */
export function randomNormal(key: Tensor, shape: Shape, stream = 0): Tensor {
  const dtype = innermost([key])?.builder.float ?? "float64";
  return build([key], (g, values) => g.apply("randomNormal", values, { shape, dtype, stream }));
}
