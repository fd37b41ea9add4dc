// Checks that layers share.
import { ChainruleError } from "../../ir/errors.ts";
import type { Fail } from "../../ir/fields.ts";
import { formatShape, type TensorType } from "../../ir/shape.ts";
import type { Tensor } from "../../trace/tensor.ts";

/** Throws SHAPE_MISMATCH unless dimension `axis` of x is `features`: broadcasting would hide it. */
export function assertFeatures(layer: string, x: Tensor, axis: number, features: number): void {
  if (x.shape.at(axis) === features) return;
  throw new ChainruleError(
    "SHAPE_MISMATCH",
    `${layer}: ${axis < 0 ? "the last dimension" : `dimension ${axis}`} of the input must be ${features}, the layer's features; got shape ${formatShape(x.shape)}.`,
    { layer, shape: x.shape, features },
  );
}

/** Throws unless x has `size` features, along dimension `axis`. */
export function takes(size: number, { shape }: TensorType, axis: number, fail: Fail): void {
  if (shape.at(axis) !== size)
    throw fail(`a layer takes ${size} ${size === 1 ? "input" : "inputs"} where ${shape.at(axis) ?? "none"} come`);
}

/** Throws SHAPE_MISMATCH unless x is [batch, time, features]: rows of a table would be taken for the places of one sequence. */
export function assertSequences(layer: string, { shape }: Tensor): void {
  if (shape.length === 3) return;
  throw new ChainruleError(
    "SHAPE_MISMATCH",
    `${layer}: the input must be [batch, time, features]; got shape ${formatShape(shape)}.`,
    { layer, shape },
  );
}

/** Throws unless x is [batch, time, features]. */
export function takesSequences(kind: string, { shape }: TensorType, fail: Fail): void {
  if (shape.length !== 3)
    throw fail(`${kind} takes [batch, time, features], and what comes has the shape ${formatShape(shape)}`);
}

/** Throws unless x is [batch, channels, height, width]. */
export function takesImages(kind: string, { shape }: TensorType, fail: Fail): void {
  if (shape.length !== 4)
    throw fail(`${kind} takes [batch, channels, height, width], and what comes has the shape ${formatShape(shape)}`);
}

/** Windows of a kernel along each of two axes, ⌊(size + 2 padding − dilation (kernel − 1) − 1) / stride⌋ + 1. Throws where it does not fit. */
export function windows(
  kind: string,
  sizes: readonly number[],
  settings: Readonly<Record<"kernel" | "stride" | "padding", readonly [number, number]>>,
  dilation: readonly [number, number],
  fail: Fail,
): number[] {
  return sizes.map((size, i) => {
    const [kernel, stride, padding] = [settings.kernel[i]!, settings.stride[i]!, settings.padding[i]!];
    const reach = dilation[i]! * (kernel - 1) + 1;
    if (reach > size + 2 * padding)
      throw fail(`a ${kind} with a reach of ${reach} stands where ${size + 2 * padding} elements come`);
    return Math.floor((size + 2 * padding - reach) / stride) + 1;
  });
}
