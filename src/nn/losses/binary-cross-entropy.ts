// Cross entropy of two classes, from the logit of class 1.
import { defineLoss } from "./loss.ts";
import { ofTwoClasses } from "./targets.ts";

/**
 * Binary cross entropy from logits z against targets t in [0, 1], mean: softplus(z) − z t,
 * which is −t ln σ(z) − (1 − t) ln(1 − σ(z)) without its overflow. Logits and targets have one shape. Throws SHAPE_MISMATCH.
 *
 * ```ts
 * binaryCrossEntropy(tensor([0, 0]), tensor([0, 1])).item() // 0.693147
 * ```
 */
export const binaryCrossEntropy = defineLoss({
  name: "binaryCrossEntropy",
  ...ofTwoClasses,
  perExample: (logits, target) => logits.softplus().sub(logits.mul(target)),
  reduction: "mean",
});
