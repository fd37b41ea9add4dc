// Mean absolute error.
import { upperMedian } from "../../ir/stats.ts";
import { lossAt } from "./constant.ts";
import { defineLoss, type Loss } from "./loss.ts";
import { ofValues } from "./targets.ts";

const perExample: Loss = (prediction, target) => prediction.sub(target).abs();

/**
 * Mean of |y − target|, of a prediction y and a target of one shape. Throws SHAPE_MISMATCH.
 *
 * ```ts
 * mae(tensor([1, 2]), tensor([1, 4])).item() // 1
 * ```
 */
export const mae = defineLoss({
  name: "mae",
  ...ofValues,
  perExample,
  reduction: "mean",
  constantLoss: lossAt(upperMedian, perExample),
  unitPower: 1,
});
