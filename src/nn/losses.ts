// Losses: a prediction and its target become a scalar.
import { ChainruleError } from "../ir/errors.ts";
import { formatShape, sameShape } from "../ir/shape.ts";
import { arange, where } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";

/** (prediction, target) → scalar. */
export type Loss = (prediction: Tensor, target: Tensor) => Tensor;

function assertSameShape(loss: string, prediction: Tensor, target: Tensor): void {
  if (sameShape(prediction.shape, target.shape)) return;
  throw new ChainruleError(
    "SHAPE_MISMATCH",
    `${loss}: prediction and target must have one shape; got ${formatShape(prediction.shape)} and ${formatShape(target.shape)}. Reshape the target to ${formatShape(prediction.shape)}.`,
    { prediction: prediction.shape, target: target.shape },
  );
}

/** E = ½ Σ (target − y)², the tutorial's error. */
export const halfSumOfSquares: Loss = (prediction, target) => {
  assertSameShape("halfSumOfSquares", prediction, target);
  return target.sub(prediction).square().sum().mul(0.5);
};

/** Mean of (y − target)². */
export const mse: Loss = (prediction, target) => {
  assertSameShape("mse", prediction, target);
  return prediction.sub(target).square().mean();
};

/** Mean of |y − target|. */
export const mae: Loss = (prediction, target) => {
  assertSameShape("mae", prediction, target);
  return prediction.sub(target).abs().mean();
};

/** Mean of e²/2 where |e| ≤ δ, δ (|e| − δ/2) elsewhere; δ = 1 (Huber 1964). */
export const huber: Loss = (prediction, target) => {
  assertSameShape("huber", prediction, target);
  const delta = 1;
  const size = prediction.sub(target).abs();
  return where(size.lessEqual(delta), size.square().mul(0.5), size.sub(delta / 2).mul(delta)).mean();
};

/**
 * Binary cross entropy from logits z against targets t in [0, 1], mean: softplus(z) − z t,
 * which is −t ln σ(z) − (1 − t) ln(1 − σ(z)) without its overflow.
 */
export const binaryCrossEntropy: Loss = (logits, target) => {
  assertSameShape("binaryCrossEntropy", logits, target);
  return logits.softplus().sub(logits.mul(target)).mean();
};

/**
 * Cross entropy from logits [..., classes] against class indices int32 [...], mean: −ln softmax(z)[class].
 * Throws SHAPE_MISMATCH, and INDEX_OUT_OF_RANGE for a class outside 0 … classes − 1 where the labels' numbers are known.
 */
export const crossEntropy: Loss = (logits, labels) => {
  const rows = logits.shape.slice(0, -1);
  const classes = logits.shape.at(-1);
  if (classes === undefined || !sameShape(rows, labels.shape)) {
    throw new ChainruleError(
      "SHAPE_MISMATCH",
      `crossEntropy: logits [..., classes] need labels of shape [...]; got ${formatShape(logits.shape)} and ${formatShape(labels.shape)}.`,
      { logits: logits.shape, labels: labels.shape },
    );
  }
  if (labels.symbolic === undefined) assertClasses(labels, classes);
  const isClass = labels
    .cast("int32")
    .reshape([...rows, 1])
    .equal(arange(classes));
  return where(isClass, logits.logSoftmax(-1), 0).sum(-1).neg().mean();
};

function assertClasses(labels: Tensor, classes: number): void {
  const at = labels.data.findIndex((label) => !(label >= 0 && label < classes));
  if (at < 0) return;
  throw new ChainruleError(
    "INDEX_OUT_OF_RANGE",
    `crossEntropy: labels must be class indices from 0 to ${classes - 1}; label ${at} is ${labels.data[at]}.`,
    { index: at, label: labels.data[at], classes },
  );
}

/** Losses by name. */
export const losses = { halfSumOfSquares, mse, mae, huber, binaryCrossEntropy, crossEntropy } satisfies Record<
  string,
  Loss
>;

export type LossName = keyof typeof losses;
export const lossNames = Object.keys(losses) as LossName[];
