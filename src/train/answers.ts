// What the outputs of a table's network are: how many it needs, and numbers of several targets told apart.
import type { Preprocessing, Target } from "../data/preprocessing.ts";
import { classesOf } from "../data/target-kinds.ts";
import { columnOf } from "../ir/columns.ts";
import { type LossName, lossRecord } from "../nn/losses/index.ts";

/** Outputs for each target; all have as many. */
export const outputsPerTarget = (loss: LossName, { targets }: Pick<Preprocessing, "targets">): number =>
  lossRecord(loss).outputs(classesOf(targets[0]!).length);

/** Numbers of an answer for a target: the probability of each class, or one. */
export const answerWidth = ({ targets }: Pick<Preprocessing, "targets">): number =>
  Math.max(1, classesOf(targets[0]!).length);

export interface TargetAnswers {
  readonly target: Target;
  /** None of a number. */
  readonly classes: readonly string[];
  /** Probabilities [rows, classes], row-major, or numbers [rows] in the target's unit. */
  readonly values: Float64Array;
}

/** Predictions, as predictTable gives them, target by target. */
export function answersByTarget(
  preprocessing: Pick<Preprocessing, "targets">,
  predictions: Float64Array,
): TargetAnswers[] {
  const { targets } = preprocessing;
  const width = answerWidth(preprocessing);
  return targets.map((target, t) => ({
    ...{ target, classes: classesOf(target), values: columnOf(predictions, t, targets.length, width) },
  }));
}

/** The first of the classes with the greatest probability, and the probabilities [classes] by their names. */
export function likeliest(
  classes: readonly string[],
  probabilities: Float64Array,
): { prediction: string; probabilities: Record<string, number> } {
  const best = probabilities.reduce((most, value, k) => (value > probabilities[most]! ? k : most), 0);
  const byName = Object.fromEntries(classes.map((name, k) => [name, probabilities[k]!]));
  return { prediction: classes[best]!, probabilities: byName };
}
