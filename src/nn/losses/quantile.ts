// Pinball loss: a quantile of the target instead of its middle (Koenker and Bassett 1978).
import { mean } from "../../ir/stats.ts";
import { lossAt } from "./constant.ts";
import { defineLoss, type Loss, type LossRecord } from "./loss.ts";
import { ofValues } from "./targets.ts";

/** The smallest of the values that at least that share of them do not exceed. */
const empirical =
  (share: number) =>
  (values: ArrayLike<number>): number => {
    const sorted = Float64Array.from(values).sort();
    return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
  };

function quantileNamed(name: string, share: number): LossRecord {
  const perExample: Loss = (prediction, target) => {
    const error = target.sub(prediction);
    return error.mul(share).maximum(error.mul(share - 1));
  };
  return defineLoss({
    name,
    ...ofValues,
    perExample,
    reduction: "mean",
    constantLoss: lossAt(empirical(share), perExample),
    unitPower: 1,
    isOffCentre: share !== 0.5,
    measure(predictions, targets) {
      const errors = Float64Array.from(targets, (target, i) => target - predictions[i]!);
      return {
        pinball: mean(errors, (e) => Math.max(share * e, (share - 1) * e)),
        coverage: mean(errors, (e) => Number(e <= 0)),
      };
    },
    argument: {
      must: "a share above 0 and below 1",
      holds: (value) => value > 0 && value < 1,
      of: quantileAt,
    },
  });
}

/**
 * The pinball loss of a quantile τ in 0 … 1, both excluded: mean of max(τ e, (τ − 1) e), e = target − y. It is least where a share τ of
 * the targets is below y: at τ = 0.9 nine in ten. By name it is "quantile(0.9)".
 *
 * ```ts
 * quantileAt(0.9)(tensor([0, 0]), tensor([1, -1])).item() // 0.5
 * ```
 */
export const quantileAt = (share: number): LossRecord => quantileNamed(`quantile(${share})`, share);

/**
 * The pinball loss of the median, half of `mae`: mean of |target − y| / 2, of a prediction y and a target of one shape. Throws
 * SHAPE_MISMATCH. Of other quantiles: `quantileAt`.
 *
 * ```ts
 * quantile(tensor([1, 2]), tensor([1, 4])).item() // 0.5
 * ```
 */
export const quantile = quantileNamed("quantile", 0.5);
