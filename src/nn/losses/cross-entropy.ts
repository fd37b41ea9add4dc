// Cross entropy of any number of classes, from their logits.
import { arange, where } from "../../trace/create.ts";
import { defineLoss } from "./loss.ts";
import { ofClasses } from "./targets.ts";

/**
 * Cross entropy from logits [..., classes] against class indices int32 [...], mean: −ln softmax(z)[class].
 * Throws SHAPE_MISMATCH, and INDEX_OUT_OF_RANGE for a class outside 0 … classes − 1 where the labels' numbers are known.
 *
 * ```ts
 * crossEntropy(tensor([[0, 0], [0, 0]]), tensor(Int32Array.of(0, 1))).item() // 0.693147
 * ```
 */
export const crossEntropy = defineLoss({
  name: "crossEntropy",
  ...ofClasses,
  isDefault: true,
  perExample: (logits, labels) => {
    const isClass = labels
      .cast("int32")
      .reshape([...labels.shape, 1])
      .equal(arange(logits.shape.at(-1)!));
    return where(isClass, logits.logSoftmax(-1), 0).sum(-1).neg();
  },
  reduction: "mean",
});
