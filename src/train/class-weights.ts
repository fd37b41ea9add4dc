// Weights of the classes in the loss of a table's training.
import type { Prepared } from "../data/index.ts";
import { classesOf, kindOf } from "../data/target-kinds.ts";
import { quote, quoteList } from "../data/wording.ts";
import { ChainruleError } from "../ir/errors.ts";
import { type LossName, type LossRecord, lossRecord } from "../nn/losses/index.ts";
import { type ClassWeight, namedWeights } from "./settings/class-weight.ts";

/** The part of a prepared table that they follow from. */
type Rows = Pick<Prepared, "preprocessing"> & { readonly train: { readonly y: ArrayLike<number> } };

/**
 * A weight for each class; undefined where all weigh alike. "balanced": n / (classes · rows of the class), over the training rows
 * (scikit-learn), and 1 for a class without any. Throws INVALID_ARGUMENT for numbers, and for a class that there is not.
 */
export function classWeightsOf(
  { preprocessing, train }: Rows,
  given: ClassWeight | undefined,
): readonly number[] | undefined {
  if (given === undefined) return undefined;
  const { targets } = preprocessing;
  const target = targets[0]!;
  const classes = classesOf(target);
  if (classes.length === 0) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `classWeight is for classes, and ${quote(target.name)} is a number. Leave it out, or classify (task: "classification").`,
      { setting: "classWeight", settings: [{ setting: "classWeight" }, { setting: "task", value: "classification" }] },
    );
  }
  if (targets.length > 1) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `classWeight weighs the classes of one target, and there are ${targets.length}: ${quoteList(targets.map(({ name }) => name))}. Leave it out, or train a network for each target.`,
      { setting: "classWeight", settings: [{ setting: "classWeight" }] },
    );
  }
  if (given === "balanced") {
    const counts = new Float64Array(classes.length);
    for (let row = 0; row < train.y.length; row++) counts[train.y[row]!]!++;
    return Array.from(counts, (count) => (count === 0 ? 1 : train.y.length / (classes.length * count)));
  }
  const weights = classes.map(() => 1);
  const indexOf = kindOf(target).classFinder(target);
  for (const [name, weight] of namedWeights(given)) {
    const index = indexOf(name);
    if (index === undefined) {
      throw new ChainruleError(
        "INVALID_ARGUMENT",
        `classWeight names ${quote(name)}, which is no class of ${quote(target.name)}. Its classes: ${quoteList(classes, 30)}.`,
        { setting: "classWeight", class: name, classes, settings: [{ setting: "classWeight" }] },
      );
    }
    weights[index] = weight;
  }
  return weights;
}

/** The loss of a name, with the weights of the classes where they are given. */
export function tableLoss(rows: Rows, loss: LossName, given: ClassWeight | undefined): LossRecord {
  const weights = classWeightsOf(rows, given);
  const record = lossRecord(loss);
  return weights === undefined ? record : record.weighted!(weights);
}
