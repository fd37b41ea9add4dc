// Rows of a run's table as a batch.
import type { Split } from "../data/index.ts";
import { ChainruleError } from "../ir/errors.ts";
import { lossRecord } from "../nn/index.ts";
import { targetTensor } from "../nn/losses/targets.ts";
import { Tensor } from "../trace/tensor.ts";
import type { Replay } from "./replay.ts";

/** The chosen rows as x [rows, features] and target, in their order. */
export function batchOf(
  { table, prepared, trained }: Pick<Replay, "table" | "prepared" | "trained">,
  rows: readonly number[],
): { x: Tensor; target: Tensor } {
  const features = trained.preprocessing.features.length;
  const isOther = prepared.validationTable !== undefined;
  const splits = [prepared.train, ...(prepared.validation && !isOther ? [prepared.validation] : [])];
  const found = rows.map((row): { split: Split; at: number } => {
    const index = table.rowNumbers.indexOf(row);
    for (const split of splits) {
      const at = index < 0 ? -1 : split.rowNumbers.indexOf(index);
      if (at >= 0) return { split, at };
    }
    const [first, last] = [table.rowNumbers[0], table.rowNumbers.at(-1)];
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      index < 0
        ? `${table.source} has no row ${row}: its rows are ${first} to ${last}.`
        : `Row ${row} of ${table.source} has no target, so it has no loss. Choose another row.`,
      { source: table.source, row },
    );
  });
  const x = new Float64Array(rows.length * features);
  const perRow = trained.preprocessing.targets.length;
  const target = new Float64Array(rows.length * perRow);
  found.forEach(({ split, at }, i) => {
    x.set(split.x.subarray(at * features, (at + 1) * features), i * features);
    target.set(split.y.subarray(at * perRow, (at + 1) * perRow), i * perRow);
  });
  return {
    x: Tensor.concrete(x, [rows.length, features]),
    target: targetTensor(lossRecord(trained.loss).targets, target, "float64", rows.length),
  };
}
