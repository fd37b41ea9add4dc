// Which rows of a table are for training and which for validation, and what is said of it.
import { ChainruleError } from "../ir/errors.ts";
import { type SettingAdvice, settingWords } from "../ir/setting-advice.ts";
import { cellText, labelKey } from "./cells.ts";
import type { columnReader } from "./columns.ts";
import { missingTest } from "./missing.ts";
import { type PrepareOptions, prepareDefaults } from "./prepare-options.ts";
import { isValueType, ruleOf, unknownColumn } from "./reading.ts";
import { split } from "./split.ts";
import { type Parts, splitByGroups, splitByTime } from "./split-by.ts";
import { type Column, findColumn, origin, type Table } from "./table.ts";
import { valueType } from "./types/index.ts";
import type { DataWarning } from "./warning.ts";
import { count, quote } from "./wording.ts";

export interface HeldOut extends Parts {
  readonly notes: readonly string[];
  readonly warnings: readonly DataWarning[];
}

/** Of fewer rows none are held back by default: the two or three that it would be tell nothing. */
export const fewestRows = 10;

/**
 * Splits the rows `kept` (of the table) for training and validation, as the options say. `own`: the stratum of each of
 * them, for a classification.
 *
 * @throws ChainruleError INVALID_ARGUMENT, UNKNOWN_COLUMN, TYPE_MISMATCH, TOO_FEW_ROWS
 */
export function holdOut(
  table: Table,
  kept: Int32Array,
  options: PrepareOptions,
  own: Int32Array | undefined,
  infer: ReturnType<typeof columnReader>,
): HeldOut {
  checkTogether(options);
  const { group, time, validationTable, seed = prepareDefaults.seed } = options;
  const targets = [options.target].flat();
  const groups = group === undefined ? undefined : splitColumn(table, "group", group, targets);
  const times = time === undefined ? undefined : splitColumn(table, "time", time, targets);
  const isTiny = kept.length < fewestRows && options.validation === undefined && !groups && !times;
  const share = validationTable || isTiny ? 0 : (options.validation ?? prepareDefaults.validation);
  const shuffled = split(kept.length, share, seed, own);
  const ofTable = ({ train, validation }: Parts): Parts => ({
    train: train.map((i) => kept[i]!),
    validation: validation.map((i) => kept[i]!),
  });
  const notes: string[] = [];
  const warnings = isTiny && !validationTable ? [tooFew(kept.length)] : [];
  if (share === 0 || !(groups || times)) return { ...ofTable(shuffled), notes, warnings };
  if (groups) {
    const codes = codesOf(groups, kept, options);
    const parts = splitByGroups(codes, share, seed, own);
    if (parts === undefined) throw oneValue(table, "group", groups, "two groups");
    const held = new Set(parts.validation.map((i) => codes[i]!)).size;
    const all = new Set(codes).size;
    notes.push(
      `Validation has ${held} of the ${count(all, "value")} of ${quote(groups.name)}, with all of their rows: ${parts.validation.length} of ${kept.length}.`,
    );
    return { ...ofTable(parts), notes, warnings };
  }
  const moments = timesOf(table, times!, kept, infer);
  const parts = splitByTime(moments, share, seed);
  if (parts === undefined) throw oneValue(table, "time", times!, "two different moments");
  const first = times!.cells.at(kept[moments.indexOf(parts.from)]!)!;
  notes.push(
    `Validation has the last ${count(parts.validation.length, "row")} by ${quote(times!.name)}, from ${quote(cellText(first))} on.`,
  );
  return { ...ofTable(parts), notes, warnings };
}

export function checkTogether({ group, time, validation, validationTable }: PrepareOptions): void {
  const given = [
    group !== undefined && "group",
    time !== undefined && "time",
    validationTable !== undefined && "validationData",
  ].filter((one) => one !== false);
  if (validationTable !== undefined && validation !== undefined) given.push("validation");
  if (given.length < 2) return;
  const settings = given.map((setting): SettingAdvice => ({ setting }));
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `Rows for validation are chosen in one way, and ${settings.map(settingWords).join(" and ")} are given. Leave out all but one.`,
    { settings },
  );
}

function splitColumn(table: Table, setting: "group" | "time", name: string, targets: readonly string[]): Column {
  const column = findColumn(table, name);
  if (column === undefined)
    throw unknownColumn(table, name, setting === "group" ? "Rows are grouped by" : "Rows are split by the time in");
  if (!targets.includes(name)) return column;
  const advice = { setting, value: name };
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `${quote(name)} is ${targets.length === 1 ? "the" : "a"} target, and new rows come without it: ${settingWords(advice)} must name another column.`,
    { column: name, settings: [advice] },
  );
}

/** A number for each value of a column, −1 where it is missing; labels that mean the same are one. */
function codesOf(column: Column, kept: Int32Array, options: PrepareOptions): Int32Array {
  const isMissing = missingTest(ruleOf(column.name, options), true);
  const known = new Map<string, number>();
  return kept.map((row) => {
    const cell = column.cells.at(row)!;
    if (isMissing(cell)) return -1;
    const key = labelKey(cellText(cell));
    const code = known.get(key) ?? known.size;
    known.set(key, code);
    return code;
  });
}

/** Dates and numbers of a column, NaN where they are missing. */
function timesOf(table: Table, column: Column, kept: Int32Array, infer: ReturnType<typeof columnReader>): Float64Array {
  const { type, notation, rule, encoded } = infer(column);
  if (encoded && "values" in encoded) return Float64Array.from(kept, (row) => encoded.values[row]!);
  const isValue = isValueType(type);
  const read = valueType(isValue ? type : "number").reader(isValue ? notation : valueType("number").usual);
  const isMissing = missingTest(rule);
  return Float64Array.from(kept, (row) => {
    const cell = column.cells.at(row)!;
    const value = isMissing(cell) ? Number.NaN : read(cell);
    if (!Number.isNaN(value) || isMissing(cell)) return value;
    const at = origin(table, row);
    throw new ChainruleError(
      "TYPE_MISMATCH",
      `${at.source} cannot be split by the time in ${quote(column.name)}: it must hold dates or numbers, and row ${at.row} holds ${quote(cellText(cell))}. Name another column, or mend the cell.`,
      { ...at, column: column.name, cell: cellText(cell) },
    );
  });
}

function oneValue(table: Table, setting: "group" | "time", { name }: Column, needed: string): ChainruleError {
  const none = { setting: "validation", value: 0 };
  return new ChainruleError(
    "TOO_FEW_ROWS",
    `${table.source} cannot be split by ${quote(name)}: that needs ${needed}, and all rows have one. Name another column, or train without validation (${settingWords(none)}).`,
    { source: table.source, column: name, settings: [none, { setting }] },
  );
}

export const tooFew = (rows: number): DataWarning => ({
  message: `${count(rows, "row")} are too few to hold some back: all are trained on, and nothing tells how the network does on others.`,
  settings: [{ setting: "validation", value: prepareDefaults.validation, does: "holds some back all the same" }],
});
