// Cross entropy of two classes, from the logit of class 1.
import { checkNames } from "../../ir/fields.ts";
import { weightedConstant } from "./class-weights.ts";
import { defineLoss, type LossRecord } from "./loss.ts";
import { ofTwoClasses } from "./targets.ts";

export interface BinaryCrossEntropyOptions {
  /** How much a target of class 0 and one of class 1 count in the mean, and those between in proportion. Default: alike. */
  readonly classWeights?: readonly [number, number];
}

/**
 * Binary cross entropy with weights w of the classes: Σ w loss / Σ w, where a target t has w = w₀ + (w₁ − w₀) t. A loss to call, or to give
 * to `train`.
 *
 * ```ts
 * const loss = binaryCrossEntropyWith({ classWeights: [1, 3] });
 * loss(tensor([0, 1]), tensor([0, 1])).item() // 0.408233
 * ```
 */
export function binaryCrossEntropyWith(options: BinaryCrossEntropyOptions): LossRecord {
  checkNames("binaryCrossEntropyWith", ["classWeights"], options);
  const { classWeights } = options;
  return defineLoss({
    name: "binaryCrossEntropy",
    ...ofTwoClasses,
    perExample: (logits, target) => logits.softplus().sub(logits.mul(target)),
    reduction: "mean",
    weighted: ([zero, one]) => binaryCrossEntropyWith({ classWeights: [zero!, one!] }),
    ...(classWeights && {
      weights: (_, target) => target.mul(classWeights[1] - classWeights[0]).add(classWeights[0]),
      ...weightedConstant(classWeights),
    }),
  });
}

/**
 * Binary cross entropy from logits z against targets t in [0, 1], mean: softplus(z) − z t,
 * which is −t ln σ(z) − (1 − t) ln(1 − σ(z)) without its overflow. Logits and targets have one shape. Throws SHAPE_MISMATCH.
 *
 * ```ts
 * binaryCrossEntropy(tensor([0, 0]), tensor([0, 1])).item() // 0.693147
 * ```
 */
export const binaryCrossEntropy = binaryCrossEntropyWith({});
