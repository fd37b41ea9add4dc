// Huber's loss: squares of small errors, absolute values of large ones (Huber 1964).
import { where } from "../../trace/create.ts";
import { balanceOf, lossAt } from "./constant.ts";
import { defineLoss, type Loss } from "./loss.ts";
import { ofValues } from "./targets.ts";

const delta = 1;

const perExample: Loss = (prediction, target) => {
  const size = prediction.sub(target).abs();
  return where(size.lessEqual(delta), size.square().mul(0.5), size.sub(delta / 2).mul(delta));
};

/**
 * Mean of e²/2 where |e| ≤ δ, δ (|e| − δ/2) elsewhere; δ = 1 (Huber 1964). e = y − target, of a prediction y and a target of
 * one shape. Throws SHAPE_MISMATCH.
 *
 * ```ts
 * huber(tensor([1, 2]), tensor([1, 4])).item() // 0.75
 * ```
 */
export const huber = defineLoss({
  name: "huber",
  ...ofValues,
  perExample,
  reduction: "mean",
  // ∂loss/∂e = max(−δ, min(δ, e))
  constantLoss: lossAt(
    balanceOf((e) => Math.max(-delta, Math.min(delta, e))),
    perExample,
  ),
});
