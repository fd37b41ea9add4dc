// Cross entropy of any number of classes, from their logits.
import { sameShape } from "../../ir/shape.ts";
import { arange, where } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { defineLoss, type LossRecord } from "./loss.ts";
import { classesOr, ofClasses } from "./targets.ts";

export interface CrossEntropyOptions {
  /** A label of rows that are in no loss and in no metric, padding for example. Default: none. */
  readonly ignoreIndex?: number;
}

/**
 * Cross entropy with options: a loss to call, or to give to `train`. With `ignoreIndex` the mean is over the other rows, and 0
 * where there are none.
 *
 * ```ts
 * const loss = crossEntropyWith({ ignoreIndex: -100 });
 * loss(tensor([[0, 0], [9, 0]]), tensor(Int32Array.of(0, -100))).item() // 0.693147
 * ```
 */
export function crossEntropyWith({ ignoreIndex }: CrossEntropyOptions): LossRecord {
  return defineLoss({
    name: "crossEntropy",
    ...ofClasses,
    isDefault: true,
    perExample: (logits, labels) => {
      if (sameShape(labels.shape, logits.shape)) return logits.logSoftmax(-1).mul(labels).sum(-1).neg();
      const isClass = indices(labels).equal(arange(logits.shape.at(-1)!));
      return where(isClass, logits.logSoftmax(-1), 0).sum(-1).neg();
    },
    reduction: "mean",
    ...(ignoreIndex !== undefined && {
      targets: classesOr(ignoreIndex),
      ignoreIndex,
      weights: (logits: Tensor, labels: Tensor) =>
        sameShape(labels.shape, logits.shape) ? undefined : where(labels.cast("int32").equal(ignoreIndex), 0, 1),
    }),
  });
}

/** Labels [...] as int32 [..., 1]. */
const indices = (labels: Tensor): Tensor => labels.cast("int32").reshape([...labels.shape, 1]);

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
