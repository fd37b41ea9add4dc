// The losses: the only list of them.
import { namesOf } from "../../ir/record-list.ts";
import { binaryCrossEntropy } from "./binary-cross-entropy.ts";
import { type CrossEntropyOptions, crossEntropy, crossEntropyWith } from "./cross-entropy.ts";
import { halfSumOfSquares } from "./half-sum-of-squares.ts";
import { huber } from "./huber.ts";
import type { Loss, LossRecord } from "./loss.ts";
import { mae } from "./mae.ts";
import { mse } from "./mse.ts";

/** Losses by name: each is a function (prediction, target) → scalar, and the record of what is known of it. */
export const losses = {
  crossEntropy,
  binaryCrossEntropy,
  mse,
  mae,
  huber,
  halfSumOfSquares,
} satisfies Record<string, LossRecord>;

export { isLossRecord, type Loss, type LossRecord } from "./loss.ts";
export {
  binaryCrossEntropy,
  type CrossEntropyOptions,
  crossEntropy,
  crossEntropyWith,
  halfSumOfSquares,
  huber,
  mae,
  mse,
};

export type LossName = keyof typeof losses;
export const lossNames = namesOf(losses);

/** Losses that fit a task, in the order of the list. */
export const lossesOf = {
  classification: lossNames.filter((name) => losses[name].task === "classification"),
  regression: lossNames.filter((name) => losses[name].task === "regression"),
} as const satisfies Record<LossRecord["task"], readonly LossName[]>;

/** The loss that a task is given where none is asked for. */
export const defaultLoss = (task: LossRecord["task"]): LossName =>
  lossesOf[task].find((name) => losses[name].isDefault)!;

/** The loss of a name, or the one that is given. */
export const lossOf = (loss: LossName | Loss): Loss => (typeof loss === "function" ? loss : losses[loss]);
