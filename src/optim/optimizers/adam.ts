// Adam: momentum divided by a running root mean square, both corrected for their start at 0 (Kingma and Ba 2015).
import { make, nonNegative, type Options, share } from "../../ir/fields.ts";
import type { Tensor } from "../../trace/tensor.ts";
import type { Move, OptimizerRecord, OptimizerSettings, Slots } from "../record.ts";

/** What Adam and its like have in common. */
export interface AdamSettings extends OptimizerSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export interface Adam extends AdamSettings {
  readonly kind: "adam";
}

export const adamFields = {
  learningRate: nonNegative(0.001),
  beta1: share(0.9),
  beta2: share(0.999),
  epsilon: nonNegative(1e-8),
  weightDecay: nonNegative(0),
};

export const adamSlots = () => ({ mean: 0, square: 0 });

/** 1 / (1 − β₁ᵗ) and 1 / √(1 − β₂ᵗ), t = step + 1; by expm1, exact in float32 too, where 1 − 0.999 is not. */
export function adamCorrections({ beta1, beta2 }: AdamSettings, step: Tensor): [Tensor, Tensor] {
  const t = step.add(1).div(1);
  const rest = (beta: number) => t.mul(Math.log(beta)).expm1().neg();
  return [rest(beta1).reciprocal(), rest(beta2).rsqrt()];
}

/** m̂ / (√v̂ + ε) */
export function adamMove(
  { beta1, beta2, epsilon }: AdamSettings,
  g: Tensor,
  slots: Slots,
  [first, second]: readonly Tensor[],
): Move {
  const mean = slots.mean!.mul(beta1).add(g.mul(1 - beta1));
  const square = slots.square!.mul(beta2).add(g.square().mul(1 - beta2));
  return { direction: mean.mul(first!).div(square.sqrt().mul(second!).add(epsilon)), slots: { mean, square } };
}

export const adamRecord: OptimizerRecord<Adam> = {
  kind: "adam",
  fields: adamFields,
  forTables: { learningRate: 0.005 },
  rangeTest: { minimum: 10, divergence: 10 },
  slots: adamSlots,
  corrections: adamCorrections,
  move: adamMove,
};

/**
 * m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; θ ← θ − η m̂ / (√v̂ + ε), m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)
 * (Kingma and Ba 2015). Defaults: η 0.001, β₁ 0.9, β₂ 0.999, ε 1e−8.
 */
export const adam = (options: Options<Adam> = {}): Adam => make(adamRecord, options);
