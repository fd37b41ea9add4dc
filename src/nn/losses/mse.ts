// Mean squared error.
import { mean } from "../../ir/stats.ts";
import { lossAt } from "./constant.ts";
import { defineLoss, type Loss } from "./loss.ts";
import { ofValues } from "./targets.ts";

const perExample: Loss = (prediction, target) => prediction.sub(target).square();

/**
 * Mean of (y − target)², of a prediction y and a target of one shape. Throws SHAPE_MISMATCH.
 *
 * ```ts
 * mse(tensor([1, 2]), tensor([1, 4])).item() // 2
 * ```
 */
export const mse = defineLoss({
  name: "mse",
  ...ofValues,
  isDefault: true,
  perExample,
  reduction: "mean",
  constantLoss: lossAt(mean, perExample),
  unitPower: 2,
});
