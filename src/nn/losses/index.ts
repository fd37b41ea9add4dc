// The losses: the only list of them.
import { namesOf } from "../../ir/record-list.ts";
import { type BinaryCrossEntropyOptions, binaryCrossEntropy, binaryCrossEntropyWith } from "./binary-cross-entropy.ts";
import { type CrossEntropyOptions, crossEntropy, crossEntropyWith } from "./cross-entropy.ts";
import { halfSumOfSquares } from "./half-sum-of-squares.ts";
import { huber } from "./huber.ts";
import type { Loss, LossRecord } from "./loss.ts";
import { mae } from "./mae.ts";
import { mse } from "./mse.ts";
import { poisson } from "./poisson.ts";
import { quantile, quantileAt } from "./quantile.ts";

/** Losses by name: each is a function (prediction, target) → scalar, and the record of what is known of it. */
export const losses = {
  crossEntropy,
  binaryCrossEntropy,
  mse,
  mae,
  huber,
  halfSumOfSquares,
  poisson,
  quantile,
} satisfies Record<string, LossRecord>;

export { isLossRecord, type Loss, type LossRecord } from "./loss.ts";
export {
  type BinaryCrossEntropyOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWith,
  type CrossEntropyOptions,
  crossEntropy,
  crossEntropyWith,
  halfSumOfSquares,
  huber,
  mae,
  mse,
  poisson,
  quantile,
  quantileAt,
};

/** One of the list, or one with an argument in brackets. */
export type LossName = keyof typeof losses | `quantile(${number})`;
/** Those of the list. */
export const lossNames = namesOf(losses);

/** The loss of a name as people write it; undefined where there is none. */
export function findLoss(name: string): LossRecord | undefined {
  const [, listed = name, argument] = /^(\w+)\((.+)\)$/.exec(name) ?? [];
  if (!Object.hasOwn(losses, listed)) return undefined;
  const record: LossRecord = losses[listed as keyof typeof losses];
  if (argument === undefined) return record;
  const value = Number(argument);
  return record.argument?.holds(value) ? record.argument.of(value) : undefined;
}

export const isLossName = (name: unknown): name is LossName => typeof name === "string" && findLoss(name) !== undefined;

/** What is known of the loss of a name. */
export const lossRecord = (name: LossName): LossRecord => findLoss(name)!;

/** What is known of a loss that is given by its name, or itself. */
export const recordOf = (loss: LossName | LossRecord): LossRecord =>
  typeof loss === "string" ? lossRecord(loss) : loss;

/** Losses that fit a task, in the order of the list. */
export const lossesOf = {
  classification: lossNames.filter((name) => losses[name].task === "classification"),
  regression: lossNames.filter((name) => losses[name].task === "regression"),
} as const satisfies Record<LossRecord["task"], readonly LossName[]>;

/** Whether a loss is for so many targets a row, of a task. */
export const fits = (loss: LossName, task: LossRecord["task"], targets: number): boolean => {
  const { task: own, targets: kind } = lossRecord(loss);
  return own === task && (targets === 1 || kind.isPerOutput === true);
};

/** Those of the list that are. */
export const lossesFor = (task: LossRecord["task"], targets: number): readonly LossName[] =>
  lossesOf[task].filter((name) => fits(name, task, targets));

/** The loss that a task is given where none is asked for. */
export function defaultLoss(task: LossRecord["task"], targets = 1): LossName {
  const fitting = lossesFor(task, targets);
  return fitting.find((name) => lossRecord(name).isDefault) ?? fitting[0]!;
}

/** The loss of a name, or the one that is given. */
export const lossOf = (loss: LossName | Loss): Loss => (typeof loss === "function" ? loss : lossRecord(loss));
