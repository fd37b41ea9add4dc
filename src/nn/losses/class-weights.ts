// Weights of classes in a loss: as a tensor, and in the loss of the best constant answer.
import { ChainruleError } from "../../ir/errors.ts";
import { tensor } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { entropy } from "./constant.ts";

/** Weights [classes] beside logits [..., classes], in their type. Throws INVALID_ARGUMENT where they are not as many. */
export function weightTensor(loss: string, weights: readonly number[], logits: Tensor): Tensor {
  const classes = logits.shape.at(-1);
  if (weights.length === classes) return tensor([...weights]).cast(logits.dtype);
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `${loss}: classWeights must have a weight for each class; got ${weights.length} for ${classes} logits.`,
    { weights: weights.length, classes },
  );
}

/** The best constant answer has the classes' shares of the weights as probabilities. */
export const weightedConstant = (weights: readonly number[]) => ({
  constantLoss: (labels: ArrayLike<number>): number => entropy(labels, (label) => weights[label]!),
});
