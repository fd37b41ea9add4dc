// How far the units of an activation are from answering: the slopes φ′(z) of a batch.
import { vjp } from "../../grad/transforms.ts";
import type { Shape } from "../../ir/shape.ts";
import { type ActivationName, activationRecord } from "../../nn/activation.ts";
import { ones, tensor, where } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";

/** A slope under this share of the steepest one is that of a saturated unit. */
const saturatedBelow = 0.05;
/** A unit whose slopes are all under this share is dead for the batch. */
const deadBelow = 0.001;

export interface Slopes {
  /** Share of (row, unit) pairs that are saturated: a scalar. */
  readonly saturated: Tensor;
  /** 1 where a unit has a slope for some row, 0 where it is dead for the batch: [units]. */
  readonly alive: Tensor;
}

const known = new Map<ActivationName, number>();

/** The largest |φ′(z)| for z = −10 … 10, computed once. */
function steepest(name: ActivationName): number {
  const slope = known.get(name) ?? largestSlope(name);
  known.set(name, slope);
  return slope;
}

function largestSlope(name: ActivationName): number {
  const z = tensor(Array.from({ length: 801 }, (_, i) => (i - 400) / 40));
  return vjp((x: Tensor) => activationRecord(name).apply(x), z)
    .pullback(ones(z.shape))[0]
    .abs()
    .max()
    .item();
}

/** `z` is [batch, units] or [batch, channels, …]: a channel is a unit. */
export function slopes(name: ActivationName, z: Tensor): Slopes {
  const { pullback } = vjp((x: Tensor) => activationRecord(name).apply(x), z);
  const share = pullback(ones(z.shape).cast(z.dtype))[0]
    .abs()
    .mul(1 / steepest(name));
  const axes = z.shape.flatMap((_, axis) => (axis === unitAxis(z.shape) ? [] : [axis]));
  return {
    saturated: where(share.less(saturatedBelow), 1, 0).cast(z.dtype).mean(),
    alive: where(share.max(axes).greater(deadBelow), 1, 0).cast(z.dtype),
  };
}

/** Channels of images, the last dimension of all else. */
const unitAxis = (shape: Shape): number => (shape.length === 4 ? 1 : shape.length - 1);

export const unitsOf = (shape: Shape): number => shape[unitAxis(shape)]!;
