// Indices of elements: row-major, along each axis, and what broadcasting makes of them.
import { type Shape, sizeOf, stridesOf, unravelIndex } from "../ir/shape.ts";

/** Index along each axis → row-major index. */
export const ravelIndex = (indices: readonly number[], shape: Shape): number =>
  indices.reduce((sum, index, axis) => sum * shape[axis]! + index, 0);

/** For each element of the broadcast shape, its index in an operand of shape `from`. */
export function broadcastIndices(from: Shape, to: Shape): number[] {
  const lead = to.length - from.length;
  const own = stridesOf(from);
  const strides = to.map((_, axis) => (axis < lead || from[axis - lead] === 1 ? 0 : own[axis - lead]!));
  return Array.from({ length: sizeOf(to) }, (_, at) =>
    unravelIndex(at, to).reduce((sum, index, axis) => sum + index * strides[axis]!, 0),
  );
}
