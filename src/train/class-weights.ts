// Weights of the classes in the loss of a table's training.
import type { Prepared, Target } from "../data/index.ts";
import { classesOf, kindOf } from "../data/target-kinds.ts";
import { quote, quoteList } from "../data/wording.ts";
import { ChainruleError } from "../ir/errors.ts";
import { type LossName, type LossRecord, lossRecord } from "../nn/losses/index.ts";
import { type ClassWeight, namedWeights } from "./settings/class-weight.ts";

/** The part of a prepared table that they follow from. */
type Rows = Pick<Prepared, "preprocessing"> & { readonly train: { readonly y: ArrayLike<number> } };

/**
 * A weight for each class of each target; undefined where all weigh alike. "balanced": n / (classes · rows of the class), over the
 * training rows (scikit-learn), and 1 for a class without any. A class that is named has its weight in every target that has it.
 * Throws INVALID_ARGUMENT for numbers, and for a class that there is not.
 */
export function classWeightsOf(
  { preprocessing, train }: Rows,
  given: ClassWeight | undefined,
): readonly (readonly number[])[] | undefined {
  if (given === undefined) return undefined;
  const { targets } = preprocessing;
  const all = targets.map(classesOf);
  if (all[0]!.length === 0) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `classWeight is for classes, and ${quote(targets[0]!.name)} is a number. Leave it out, or classify (task: "classification").`,
      { setting: "classWeight", settings: [{ setting: "classWeight" }, { setting: "task", value: "classification" }] },
    );
  }
  if (given === "balanced") return all.map((classes, t) => balanced(train.y, classes.length, t, targets.length));
  const weights = all.map((classes) => classes.map(() => 1));
  const finders = targets.map((target) => kindOf(target).classFinder(target));
  for (const [name, weight] of namedWeights(given)) {
    const found = finders.map((indexOf) => indexOf(name));
    if (found.every((index) => index === undefined)) throw unknownClass(name, targets);
    found.forEach((index, t) => {
      if (index !== undefined) weights[t]![index] = weight;
    });
  }
  return weights;
}

function balanced(y: ArrayLike<number>, classes: number, t: number, targets: number): readonly number[] {
  const counts = new Float64Array(classes);
  for (let at = t; at < y.length; at += targets) counts[y[at]!]!++;
  return Array.from(counts, (count) => (count === 0 ? 1 : y.length / targets / (classes * count)));
}

function unknownClass(name: string, targets: readonly Target[]): ChainruleError {
  const classes = [...new Set(targets.flatMap(classesOf))];
  const [of, whose] = targets.length === 1 ? [quote(targets[0]!.name), "Its"] : ["any target", "Their"];
  return new ChainruleError(
    "INVALID_ARGUMENT",
    `classWeight names ${quote(name)}, which is no class of ${of}. ${whose} classes: ${quoteList(classes, 30)}.`,
    { setting: "classWeight", class: name, classes, settings: [{ setting: "classWeight" }] },
  );
}

/** The weights by the names of the classes; of several targets with that of the target before it: "late=yes". */
export function namedClassWeights(
  rows: Rows,
  given: ClassWeight | undefined,
): Readonly<Record<string, number>> | undefined {
  const { targets } = rows.preprocessing;
  const named = (target: Target, label: string) => (targets.length === 1 ? label : `${target.name}=${label}`);
  const weights = classWeightsOf(rows, given);
  return (
    weights &&
    Object.fromEntries(
      targets.flatMap((target, t) => classesOf(target).map((label, c) => [named(target, label), weights[t]![c]!])),
    )
  );
}

/** The loss of a name, with the weights of the classes where they are given. */
export function tableLoss(rows: Rows, loss: LossName, given: ClassWeight | undefined): LossRecord {
  const weights = classWeightsOf(rows, given);
  const record = lossRecord(loss);
  return weights === undefined ? record : record.weighted!(weights);
}
