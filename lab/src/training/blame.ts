// Gradient blame: which columns and which rows the loss pulls on the most, by the weights as they are.
import { classesOf, inverseTarget } from "chainrule/data";
import type { LossName } from "chainrule/nn";
import { type Example, profileExamples } from "chainrule/observe";
import type { HeldTraining } from "chainrule/train";
import type { Opened } from "./open.ts";

export interface Blame {
  readonly step: number;
  /**
   * RMS over the rows of each row's own ∂loss/∂x, over all features that a column makes; the largest first. Features are standardised, mostly:
   * then it is how much the loss changes for one standard deviation of the column.
   */
  readonly columns: readonly { readonly name: string; readonly gradientRms: number }[];
  /** The rows with the longest gradients, the longest first. */
  readonly rows: readonly Example[];
  /** Length of a row's gradient, in the middle of all rows. */
  readonly median: number;
}

/** Rows that the gradients of columns are taken over: an even sample of many. */
const mostRows = 1024;

/** Undefined for what is no table. */
export function blameOf({ prepared, options, model }: Opened, training: HeldTraining): Blame | undefined {
  if (prepared === undefined) return undefined;
  const { preprocessing, train, tableRows } = prepared;
  const { targets } = preprocessing;
  const nameOf = (value: number, t: number): number | string =>
    classesOf(targets[t]!)[value] ?? inverseTarget({ ...preprocessing, targets: [targets[t]!] }, [value])[0]!;
  const { suspects, median } = profileExamples({
    model,
    variables: training.variables(),
    loss: training.started().loss as LossName,
    train,
    targets: targets.map(({ name }) => name),
    name: nameOf,
    tableRow: (row) => tableRows[train.rowNumbers[row]!]!,
    deterministic: true,
    backend: options.backend,
  });
  return { step: training.step, columns: columnsOf(prepared, training), rows: suspects, median };
}

function columnsOf({ columns, train, preprocessing }: NonNullable<Opened["prepared"]>, training: HeldTraining) {
  const count = Math.min(train.rows, mostRows);
  const rows = Array.from({ length: count }, (_, i) => Math.floor((i * train.rows) / count));
  const { data } = training.look(rows).gradients.x!;
  const width = preprocessing.features.length;
  let first = 0;
  return columns
    .flatMap(({ name, features }) => {
      if (features === 0) return [];
      let sum = 0;
      for (let row = 0; row < count; row++)
        for (let f = first; f < first + features; f++) sum += (data[row * width + f]! * count) ** 2;
      first += features;
      return [{ name, gradientRms: Math.sqrt(sum / count) }];
    })
    .sort((a, b) => b.gradientRms - a.gradientRms);
}
