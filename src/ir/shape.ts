// Shapes: sizes, strides, broadcasting and axes, with NumPy's rules.
import { type DType, shortNames } from "./dtype.ts";
import { ChainruleError } from "./errors.ts";

export type Shape = readonly number[];

/** What is known of a value before it is computed. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Number of elements: the product of the dimensions; 1 for a scalar. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, n) => product * n, 1);

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((n, i) => n === b[i]);

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
  return strides;
}

/** Row-major index → index along each axis. */
export const unravelIndex = (at: number, shape: Shape): number[] =>
  stridesOf(shape).map((stride, axis) => Math.floor(at / stride) % shape[axis]!);

/** `[2, 3]`, for messages. */
export const formatShape = (shape: Shape): string => `[${shape.join(", ")}]`;

/** `f32[64,128]`, for printed graphs. */
export const formatType = (type: TensorType): string => `${shortNames[type.dtype]}[${type.shape.join(",")}]`;

/** NumPy broadcasting of any number of shapes, or undefined where they do not fit. */
export function broadcastShapes(...shapes: Shape[]): Shape | undefined {
  const rank = shapes.reduce((most, shape) => Math.max(most, shape.length), 0);
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let i = 0; i < shape.length; i++) {
      const at = rank - shape.length + i;
      const n = shape[i]!;
      if (n === 1 || n === result[at]) continue;
      if (result[at] !== 1) return undefined;
      result[at] = n;
    }
  }
  return result;
}

/** Strides of `shape` read as `target`: 0 along broadcast dimensions. */
export function broadcastStrides(shape: Shape, target: Shape): number[] {
  const strides = stridesOf(shape);
  const lead = target.length - shape.length;
  return target.map((_, i) => (i < lead || shape[i - lead] === 1 ? 0 : strides[i - lead]!));
}

/** A dimension index in 0 … rank−1; negative ones count from the end. Throws INVALID_ARGUMENT. */
export function normalizeAxis(axis: number, shape: Shape, op: string): number {
  const rank = shape.length;
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      rank === 0
        ? `${op}: a scalar has no axes, but axis ${axis} was given.`
        : `${op}: axis must be an integer from ${-rank} to ${rank - 1} for shape ${formatShape(shape)}; got ${axis}.`,
      { op, axis, shape },
    );
  }
  return axis < 0 ? axis + rank : axis;
}

/** Sorted distinct axes; null or undefined means all of them. Throws INVALID_ARGUMENT. */
export function normalizeAxes(axis: number | readonly number[] | null | undefined, shape: Shape, op: string): number[] {
  if (axis === null || axis === undefined) return shape.map((_, i) => i);
  const list = typeof axis === "number" ? [axis] : axis;
  const axes = list.map((a) => normalizeAxis(a, shape, op)).sort((a, b) => a - b);
  if (new Set(axes).size !== axes.length) {
    throw new ChainruleError("INVALID_ARGUMENT", `${op}: each axis may be named once; got ${formatShape(list)}.`, {
      op,
      axis,
      shape,
    });
  }
  return axes;
}

/** `shape`, in which one size may be −1, with the elements of `from`. Throws SHAPE_MISMATCH where no size fits. */
export function completeShape(shape: Shape, from: Shape): Shape {
  const unknown = shape.indexOf(-1);
  if (unknown < 0) return shape;
  const size = sizeOf(from);
  const rest = shape.reduce((product, n) => (n === -1 ? product : product * n), 1);
  if (rest === 0 ? size !== 0 : size % rest !== 0) {
    throw new ChainruleError(
      "SHAPE_MISMATCH",
      `reshape: no size in the place of −1 makes ${formatShape(shape)} hold the ${size} elements of ${formatShape(from)}. Choose other sizes whose product divides ${size}.`,
      { shape: from, target: shape },
    );
  }
  return shape.with(unknown, rest === 0 ? 0 : size / rest);
}

/** Shape after a reduction over `axes`. */
export const reducedShape = (shape: Shape, axes: readonly number[], keepDims: boolean): Shape =>
  keepDims ? shape.map((n, i) => (axes.includes(i) ? 1 : n)) : shape.filter((_, i) => !axes.includes(i));
