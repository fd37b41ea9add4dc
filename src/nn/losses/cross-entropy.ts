// Cross entropy of any number of classes, from their logits.
import { checkNames } from "../../ir/fields.ts";
import { sameShape } from "../../ir/shape.ts";
import { arange, where } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { weightedConstant, weightTensor } from "./class-weights.ts";
import { defineLoss, type LossRecord } from "./loss.ts";
import { classesOr, ofClasses } from "./targets.ts";

export interface CrossEntropyOptions {
  /** A label of rows that are in no loss and in no metric, padding for example. Default: none. */
  readonly ignoreIndex?: number;
  /** How much rows of each class count in the mean; a row of probabilities counts as much as they weigh. Default: all alike. */
  readonly classWeights?: readonly number[];
}

/**
 * Cross entropy with options: a loss to call, or to give to `train`. With `ignoreIndex` the mean is over the other rows, with
 * `classWeights` w it is Σ w[class] loss / Σ w[class], as PyTorch's `weight`; 0 where no row counts. Throws INVALID_ARGUMENT for weights
 * that are not as many as the logits.
 *
 * ```ts
 * const loss = crossEntropyWith({ ignoreIndex: -100 });
 * loss(tensor([[0, 0], [9, 0]]), tensor(Int32Array.of(0, -100))).item() // 0.693147
 * ```
 */
export function crossEntropyWith(options: CrossEntropyOptions): LossRecord {
  checkNames("crossEntropyWith", ["ignoreIndex", "classWeights"], options);
  const { ignoreIndex, classWeights } = options;
  const weights = (logits: Tensor, labels: Tensor): Tensor | undefined => {
    const isSoft = sameShape(labels.shape, logits.shape);
    const own = classWeights && weightTensor("crossEntropy", classWeights, logits);
    const weighed = own && (isSoft ? labels.mul(own).sum(-1) : where(isClass(labels, own), own, 0).sum(-1));
    if (ignoreIndex === undefined || isSoft) return weighed;
    return where(labels.cast("int32").equal(ignoreIndex), 0, weighed ?? 1);
  };
  return defineLoss({
    name: "crossEntropy",
    ...ofClasses,
    isDefault: true,
    perExample: (logits, labels) => {
      if (sameShape(labels.shape, logits.shape)) return logits.logSoftmax(-1).mul(labels).sum(-1).neg();
      return where(isClass(labels, logits), logits.logSoftmax(-1), 0).sum(-1).neg();
    },
    reduction: "mean",
    weighted: (classWeights) => crossEntropyWith({ ...(ignoreIndex !== undefined && { ignoreIndex }), classWeights }),
    ...((ignoreIndex !== undefined || classWeights !== undefined) && { weights }),
    ...(classWeights && weightedConstant(classWeights)),
    ...(ignoreIndex !== undefined && { targets: classesOr(ignoreIndex), ignoreIndex }),
  });
}

/** Whether each of the classes is that of the example: labels [...] → [..., classes]. */
const isClass = (labels: Tensor, { shape }: Tensor): Tensor =>
  labels
    .cast("int32")
    .reshape([...labels.shape, 1])
    .equal(arange(shape.at(-1)!));

/**
 * Cross entropy from logits [..., classes] against class indices [...], mean: −ln softmax(z)[class]; or against
 * probabilities t [..., classes]: −Σ t ln softmax(z). Throws SHAPE_MISMATCH, and INDEX_OUT_OF_RANGE for a class outside
 * 0 … classes − 1 where the labels' numbers are known.
 *
 * ```ts
 * crossEntropy(tensor([[0, 0], [0, 0]]), tensor(Int32Array.of(0, 1))).item() // 0.693147
 * ```
 */
export const crossEntropy = crossEntropyWith({});
