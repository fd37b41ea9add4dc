// Places of elements: row-major numbers, indices along each axis, and what broadcasting makes of them.
import { placeOf, type Shape, sizeOf, stridesOf } from "../ir/shape.ts";

/** Index along each axis → row-major place. */
export const flatIndex = (indices: readonly number[], shape: Shape): number =>
  indices.reduce((sum, index, axis) => sum * shape[axis]! + index, 0);

/** For each element of the broadcast shape, its place in an operand of shape `from`. */
export function broadcastPlaces(from: Shape, to: Shape): number[] {
  const lead = to.length - from.length;
  const own = stridesOf(from);
  const strides = to.map((_, axis) => (axis < lead || from[axis - lead] === 1 ? 0 : own[axis - lead]!));
  return Array.from({ length: sizeOf(to) }, (_, at) =>
    placeOf(at, to).reduce((sum, index, axis) => sum + index * strides[axis]!, 0),
  );
}
