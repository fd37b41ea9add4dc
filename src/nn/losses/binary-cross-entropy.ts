// Cross entropy of two classes, from the logit of class 1.
import { checkNames } from "../../ir/fields.ts";
import { tensor } from "../../trace/create.ts";
import { weightedConstant } from "./class-weights.ts";
import { defineLoss, type LossRecord } from "./loss.ts";
import { ofTwoClasses } from "./targets.ts";

export interface BinaryCrossEntropyOptions {
  /**
   * How much a target of class 0 and one of class 1 count in the mean, and those between in proportion; or that of each of several
   * outputs. Default: alike.
   */
  readonly classWeights?: readonly [number, number] | readonly (readonly [number, number])[];
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
  const each = classWeights && (isPair(classWeights) ? [classWeights] : classWeights);
  return defineLoss({
    name: "binaryCrossEntropy",
    ...ofTwoClasses,
    perExample: (logits, target) => logits.softplus().sub(logits.mul(target)),
    reduction: "mean",
    weighted: (all) => binaryCrossEntropyWith({ classWeights: all.map(([zero, one]): Pair => [zero!, one!]) }),
    ...(each && { ...weightedConstant(each[0]!), ...(each.length === 1 ? ofOne(each[0]!) : ofSeveral(each)) }),
  });
}

type Pair = readonly [number, number];

const isPair = (weights: Pair | readonly Pair[]): weights is Pair => typeof weights[0] === "number";

const ofOne = ([zero, one]: Pair): Pick<LossRecord, "weights"> => ({
  weights: (_, target) => target.mul(one - zero).add(zero),
});

/** For targets [..., outputs]. */
const ofSeveral = (each: readonly Pair[]): Pick<LossRecord, "weights" | "ofTarget"> => ({
  weights(_, target) {
    const zeros = tensor(each.map(([zero]) => zero)).cast(target.dtype);
    const steps = tensor(each.map(([zero, one]) => one - zero)).cast(target.dtype);
    return target.mul(steps).add(zeros);
  },
  ofTarget: (index) => binaryCrossEntropyWith({ classWeights: each[index]! }),
});

/**
 * Binary cross entropy from logits z against targets t in [0, 1], mean: softplus(z) − z t,
 * which is −t ln σ(z) − (1 − t) ln(1 − σ(z)) without its overflow. Logits and targets have one shape. Throws SHAPE_MISMATCH.
 *
 * ```ts
 * binaryCrossEntropy(tensor([0, 0]), tensor([0, 1])).item() // 0.693147
 * ```
 */
export const binaryCrossEntropy = binaryCrossEntropyWith({});
