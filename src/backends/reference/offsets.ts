// Places of elements: every way of reading an array in another order is a list of offsets into it.
import { type Shape, sizeOf } from "../../ir/shape.ts";

/** base + Σ index · stride for every index of `shape`, row-major. */
export function offsetsOf(shape: Shape, strides: readonly number[], base = 0): Int32Array {
  const offsets = new Int32Array(sizeOf(shape));
  if (offsets.length === 0) return offsets;
  offsets[0] = base;
  let filled = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    for (let i = 1; i < shape[axis]!; i++) {
      const shift = i * strides[axis]!;
      for (let j = 0; j < filled; j++) offsets[i * filled + j] = offsets[j]! + shift;
    }
    filled *= shape[axis]!;
  }
  return offsets;
}

/** Σ index · stride. */
export const dot = (index: readonly number[], strides: readonly number[]): number =>
  index.reduce((sum, i, axis) => sum + i * strides[axis]!, 0);
