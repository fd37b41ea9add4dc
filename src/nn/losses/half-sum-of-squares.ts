// Half the sum of squares, the error of the tutorial on backpropagation.
import { mean } from "../../ir/stats.ts";
import { lossAt } from "./constant.ts";
import { defineLoss, type Loss } from "./loss.ts";
import { ofValues } from "./targets.ts";

const perExample: Loss = (prediction, target) => target.sub(prediction).square().mul(0.5);

/**
 * E = ½ Σ (target − y)², of a prediction y and a target of one shape. Throws SHAPE_MISMATCH.
 *
 * ```ts
 * halfSumOfSquares(tensor([1, 2]), tensor([1, 4])).item() // 2
 * ```
 */
export const halfSumOfSquares = defineLoss({
  name: "halfSumOfSquares",
  ...ofValues,
  perExample,
  reduction: "sum",
  constantLoss: lossAt(mean, perExample),
  unitPower: 2,
});
