// The target column: which task it sets, and its values as class indices or numbers.
import { ChainruleError } from "../ir/errors.ts";
import { cellText, isMissing, parseNumber } from "./cells.ts";
import { type ColumnType, type Inferred, inferColumn } from "./columns.ts";
import { typeFlag } from "./encode.ts";
import { naturalOrder } from "./order.ts";
import type { Target } from "./preprocessing.ts";
import { type Column, place, type Table } from "./table.ts";
import { count, quote, quoteList } from "./wording.ts";

export const tasks = ["classification", "regression"] as const;
export type Task = (typeof tasks)[number];

/** Integers with at most this many distinct values, each in two rows on average, are taken for class labels. */
const classIntegers = 10;

/**
 * The task that a target sets, when it is "auto": booleans, categories and other text are classes; so are integers with
 * at most 10 distinct values and at least two rows for each on average; other numbers are a regression.
 */
export function decideTask(
  table: Table,
  column: Column,
  task: Task | "auto",
  given: ColumnType | "ignore" | undefined,
): { task: Task; inferred: Inferred } {
  if (given === "ignore") {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `The target ${quote(column.name)} cannot be ignored. Choose another target, or drop ${typeFlag(column.name, "ignore")}.`,
      { column: column.name },
    );
  }
  const inferred = inferColumn(table, column, given, task === "classification");
  const rows = table.rows - inferred.missing;
  if (rows < 2) {
    throw new ChainruleError(
      "TOO_FEW_ROWS",
      `${table.source} has ${count(rows, "row")} with a value in the target column ${quote(column.name)}, and training needs at least 2. Add rows, or choose another target.`,
      { source: table.source, column: column.name, rows },
    );
  }
  if (inferred.distinct === 1) throw singleClass(table, column);
  if (task !== "auto") return { task, inferred };
  if (inferred.type === "date") {
    const row = column.cells.findIndex((cell) => !isMissing(cell));
    throw new ChainruleError(
      "TYPE_MISMATCH",
      `${place(table, row, column.name)}: the target holds dates (${quote(cellText(column.cells[row]!))}), which are neither classes nor numbers. Choose another target, or turn the dates into numbers.`,
      { source: table.source, column: column.name },
    );
  }
  if (given === undefined && (inferred.type === "identifier" || inferred.type === "text")) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `${table.source}: the target ${quote(column.name)} holds ${count(inferred.distinct, "different value")} in ${count(rows, "row")}, too many to be classes. Choose another target, or say --task classification if they are.`,
      { source: table.source, column: column.name, rows, distinct: inferred.distinct },
    );
  }
  if (inferred.type !== "number") return { task: "classification", inferred };
  const labels =
    given === undefined &&
    inferred.reason === "integers" &&
    inferred.distinct <= classIntegers &&
    rows >= 2 * inferred.distinct;
  return { task: labels ? "classification" : "regression", inferred };
}

/** Class index per row (−1 where missing) and the labels in natural order; a label keeps the text of its first cell. */
export function fitClasses(
  table: Table,
  column: Column,
  type: ColumnType | "ignore",
): { target: Target; classes: string[]; labels: Int32Array; sizes: Int32Array } {
  const numericLabels = type === "number";
  const texts = new Map<string, string>();
  const keys = column.cells.map((cell) => {
    if (isMissing(cell)) return undefined;
    const key = labelKey(cellText(cell), numericLabels);
    if (!texts.has(key)) texts.set(key, cellText(cell));
    return key;
  });
  if (texts.size === 1) throw singleClass(table, column);
  const sorted = [...texts].sort(([, a], [, b]) => naturalOrder(a, b));
  const index = new Map(sorted.map(([key], i) => [key, i]));
  const labels = new Int32Array(table.rows);
  const sizes = new Int32Array(sorted.length);
  keys.forEach((key, r) => {
    labels[r] = key === undefined ? -1 : index.get(key)!;
    if (labels[r]! >= 0) sizes[labels[r]!]!++;
  });
  const target: Target = { name: column.name, kind: "classification", numericLabels };
  return { target, classes: sorted.map(([, text]) => text), labels, sizes };
}

/** Class index per row, −1 where missing. @throws ChainruleError TYPE_MISMATCH for a label that training did not have */
export function readClasses(table: Table, column: Column, target: Target, classes: readonly string[]): Int32Array {
  const numeric = target.kind === "classification" && target.numericLabels;
  const index = new Map(classes.map((label, i) => [labelKey(label, numeric), i]));
  return Int32Array.from(column.cells, (cell, row) => {
    if (isMissing(cell)) return -1;
    const label = index.get(labelKey(cellText(cell), numeric));
    if (label !== undefined) return label;
    throw new ChainruleError(
      "TYPE_MISMATCH",
      `${place(table, row, column.name)}: the model knows no class ${quote(cellText(cell))}. Its classes: ${quoteList(classes, 30)}. Mend the cell, leave it empty to leave the row out, or train again with rows of this class.`,
      { source: table.source, row: table.rowNumbers[row], column: column.name, cell: cellText(cell), classes },
    );
  });
}

/**
 * Number per row, NaN where missing. `otherwise` adds to what may be done about text.
 *
 * @throws ChainruleError TYPE_MISMATCH naming the first row with text
 */
export function readNumbers(table: Table, column: Column, otherwise: string): Float64Array {
  const values = Float64Array.from(column.cells, parseNumber);
  const row = column.cells.findIndex((cell, r) => Number.isNaN(values[r]!) && !isMissing(cell));
  if (row === -1) return values;
  const text = cellText(column.cells[row]!);
  throw new ChainruleError(
    "TYPE_MISMATCH",
    `${place(table, row, column.name)}: a regression needs a number as its target, and the cell holds ${quote(text)}. Mend the cell, or leave it empty to leave the row out${otherwise}.`,
    { source: table.source, row: table.rowNumbers[row], column: column.name, cell: text },
  );
}

/** A sentence on rows without a target, or none. */
export function missingTargetNote(table: Table, column: Column, missing: number): string[] {
  if (missing === 0) return [];
  const texts = new Set(column.cells.filter(isMissing).map((cell) => (cell === null ? "" : cellText(cell))));
  texts.delete("");
  const written = texts.size === 0 ? "" : ` (written ${quoteList([...texts], 5)})`;
  return [
    `${count(missing, "row")} of ${table.source} ${missing === 1 ? "is" : "are"} left out: the target ${quote(column.name)} is missing there${written}.`,
  ];
}

/** 1, 1.0 and 01 are one label if the labels are numbers. */
function labelKey(text: string, numeric: boolean): string {
  const value = numeric ? Number(text) : Number.NaN;
  return Number.isNaN(value) ? text : String(value);
}

function singleClass(table: Table, column: Column): ChainruleError {
  const text = cellText(column.cells.find((cell) => !isMissing(cell))!);
  return new ChainruleError(
    "SINGLE_CLASS",
    `The target ${quote(column.name)} of ${table.source} is ${quote(text)} in every row that has one; there is nothing to learn. Add rows with other values, or choose another target.`,
    { source: table.source, column: column.name, value: text },
  );
}
