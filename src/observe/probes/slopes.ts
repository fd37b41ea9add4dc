// How far the units of an activation are from answering: the slopes φ′(z) of a batch.
import { vjp } from "../../grad/transforms.ts";
import { isElementwise } from "../../ir/op.ts";
import type { Shape } from "../../ir/shape.ts";
import { type Activation, noVariables } from "../../nn/layer.ts";
import { apply } from "../../nn/model.ts";
import { recordOf } from "../../ops/index.ts";
import { ones, tensor, where } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { trace } from "../../trace/trace.ts";

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

const φ = (layer: Activation, z: Tensor): Tensor => apply(layer, noVariables, z);

/** Whether a = φ(z) element by element: softmax is not, so that its units have no slopes of their own. */
export function hasSlopes(layer: Activation): boolean {
  const { graph } = trace([{ name: "z", shape: [2, 3], dtype: "float64" }], ([z]) => [φ(layer, z!)]);
  return graph.nodes.every(({ op, inputs }) => inputs.length === 0 || isElementwise(recordOf(op)));
}

/** The largest |φ′(z)| for z = −10 … 10. */
export function steepest(layer: Activation): number {
  const z = tensor(Array.from({ length: 801 }, (_, i) => (i - 400) / 40));
  return vjp((x: Tensor) => φ(layer, x), z)
    .pullback(ones(z.shape))[0]
    .abs()
    .max()
    .item();
}

/** Whether φ is flat on both sides: |φ′| at ±20 under a twentieth of the steepest. */
export function isBounded(layer: Activation): boolean {
  const z = tensor([-20, 20]);
  const ends = vjp((x: Tensor) => φ(layer, x), z)
    .pullback(ones([2]))[0]
    .abs();
  return ends.max().item() < saturatedBelow * steepest(layer);
}

/** `z` is [batch, units] or [batch, channels, …]: a channel is a unit. */
export function slopes(layer: Activation, z: Tensor): Slopes {
  const { pullback } = vjp((x: Tensor) => φ(layer, x), z);
  const share = pullback(ones(z.shape).cast(z.dtype))[0]
    .abs()
    .mul(1 / steepest(layer));
  const axes = z.shape.flatMap((_, axis) => (axis === unitAxis(z.shape) ? [] : [axis]));
  return {
    saturated: where(share.less(saturatedBelow), 1, 0).cast(z.dtype).mean(),
    alive: where(share.max(axes).greater(deadBelow), 1, 0).cast(z.dtype),
  };
}

/** Channels of images, the last dimension of all else. */
const unitAxis = (shape: Shape): number => (shape.length === 4 ? 1 : shape.length - 1);

export const unitsOf = (shape: Shape): number => shape[unitAxis(shape)]!;
