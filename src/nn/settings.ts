// Checks of layers' settings.
import { ChainruleError } from "../ir/errors.ts";
import { formatShape } from "../ir/shape.ts";
import type { Tensor } from "../trace/tensor.ts";

/** Throws INVALID_ARGUMENT unless every setting, or both numbers of a pair, is a whole number of at least `lowest`. */
export function whole(layer: string, settings: Readonly<Record<string, number | readonly number[]>>, lowest = 1): void {
  for (const [name, setting] of Object.entries(settings)) {
    for (const value of [setting].flat()) {
      if (Number.isInteger(value) && value >= lowest) continue;
      throw new ChainruleError(
        "INVALID_ARGUMENT",
        `${layer}: ${name} must be a whole number of at least ${lowest}; got ${value}.`,
        { layer, [name]: setting },
      );
    }
  }
}

/** Throws SHAPE_MISMATCH unless dimension `axis` of x is `features`: broadcasting would hide it. */
export function assertFeatures(layer: string, x: Tensor, axis: number, features: number): void {
  if (x.shape.at(axis) === features) return;
  throw new ChainruleError(
    "SHAPE_MISMATCH",
    `${layer}: ${axis < 0 ? "the last dimension" : `dimension ${axis}`} of the input must be ${features}, the layer's features; got shape ${formatShape(x.shape)}.`,
    { layer, shape: x.shape, features },
  );
}

export const pair = (value: number | readonly [number, number]): readonly [number, number] =>
  typeof value === "number" ? [value, value] : value;
