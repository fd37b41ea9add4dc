// Raw rows → features (and targets), with a preprocessing fitted before.
import { ChainruleError } from "../ir/errors.ts";
import { settingWords } from "../ir/setting-advice.ts";
import { encodeCategories, encodeValues, type OddCells } from "./encode.ts";
import { writeFeatures } from "./features.ts";
import { missingTest } from "./missing.ts";
import { type FeatureColumn, featureNames, type Preprocessing, type Target } from "./preprocessing.ts";
import { type Column, findColumn, type Table } from "./table.ts";
import { encodeTargets, kindOf } from "./target-kinds.ts";
import { keptRows, missingTargets } from "./targets.ts";
import { valueType } from "./types/index.ts";
import { closest, count, grouped, quote, quoteList } from "./wording.ts";

/** Features of raw rows, and their targets if they were asked for. Shapes as in Split. */
export interface Transformed {
  readonly x: Float32Array;
  readonly y?: Float32Array | Int32Array;
  readonly rows: number;
  readonly rowNumbers: Int32Array;
  readonly notes: string[];
}

/**
 * Applies a preprocessing to raw rows, in the table's order. Columns may stand in any order, and further ones are
 * ignored. Missing cells take the training mean, new categories count as unknown; both are noted.
 *
 * A cell that holds no value of its column's type is an error, or counts as missing with oddCells "missing".
 *
 * With target "required" the result has y, and rows without a target are left out; with "none" (the default) the
 * target column is not looked at.
 *
 * @throws ChainruleError UNKNOWN_COLUMN (columns that training had and the table lacks), TYPE_MISMATCH (text in a
 *   numeric column, an unknown class)
 * @example
 * const { x, rows } = transform(preprocessing, await readTable("new-flowers.csv")); // x: [rows, features]
 */
export function transform(
  preprocessing: Preprocessing,
  table: Table,
  options: { target?: "required" | "none"; oddCells?: "missing" | "refuse" } = {},
): Transformed {
  const odd: OddCells = options.oddCells === "missing" ? "missing" : { advice: mend, settings: [coerced] };
  const { columns, features, targets, standardize } = preprocessing;
  const wanted = columns.map(({ name }) => name);
  if (options.target === "required") for (const { name } of targets) wanted.push(name);
  checkColumns(table, wanted);

  const notes: string[] = [];
  let rows: Int32Array = Int32Array.from({ length: table.rows }, (_, r) => r);
  let y: Float32Array | Int32Array | undefined;
  if (options.target === "required") {
    const cells = targets.map(({ name }) => findColumn(table, name)!);
    const values = targets.map((target, t) => kindOf(target).read(table, cells[t]!, target, odd));
    rows = keptRows(table.rows, values);
    y = encodeTargets(targets, values, rows);
    const unanswered = missingTargets(table, cells, targets, values);
    for (const note of unanswered.notes) notes.push(note);
    for (const { message } of unanswered.warnings) notes.push(message);
    if (rows.length === 0) throw withoutTargets(table, targets);
  }

  const x = new Float32Array(rows.length * features.length);
  let offset = 0;
  for (const column of columns) {
    const cells = findColumn(table, column.name)!;
    const isMissing = missingTest(column, column.type === "category");
    const encoded =
      column.type === "category"
        ? encodeCategories(cells, isMissing, column.isExact)
        : encodeValues(table, cells, valueType(column.type), column.notation, isMissing, odd);
    if ("odd" in encoded && encoded.odd > 0) notes.push(oddNote(column, encoded.odd));
    const { missing, unknown } = writeFeatures({ column }, encoded, standardize, rows, x, features.length, offset);
    if (missing > 0) notes.push(missingNote(column, cells, missing));
    if (unknown.size > 0) notes.push(unknownNote(column, unknown));
    offset += featureNames(column).length;
  }
  return { x, ...(y && { y }), rows: rows.length, rowNumbers: rows, notes };
}

function withoutTargets(table: Table, targets: readonly Target[]): ChainruleError {
  const names = targets.map(({ name }) => name);
  return new ChainruleError(
    "TOO_FEW_ROWS",
    names.length === 1
      ? `The target ${quote(names[0])} is missing in every row of ${table.source}. Add rows that have one.`
      : `Every row of ${table.source} lacks one of the targets ${quoteList(names)}. Add rows that have all of them.`,
    { source: table.source, column: names[0], targets: names },
  );
}

const coerced = { setting: "oddCells", value: "missing" };
const mend = `Mend the cell, leave it empty if the value is missing, or take all such cells as missing (${settingWords(coerced)}).`;

function oddNote({ name, type }: FeatureColumn, cells: number): string {
  const wanted = type === "category" ? "a category" : valueType(type).wanted;
  return `${quote(name)}: ${count(cells, "cell")} ${cells === 1 ? "does" : "do"} not hold ${wanted}, and ${cells === 1 ? "counts" : "count"} as missing.`;
}

function checkColumns(table: Table, wanted: readonly string[]): void {
  const names = table.columns.map(({ name }) => name);
  const present = new Set(names);
  const lacking = wanted.filter((name) => !present.has(name));
  if (lacking.length === 0) return;
  const unused = names.filter((name) => !wanted.includes(name));
  const hints = lacking.flatMap((name) => {
    const near = closest(name, unused);
    return near === undefined ? [] : [`${quote(near)} may be ${quote(name)}`];
  });
  const hint = hints.length === 0 ? "" : ` ${hints.slice(0, 5).join(", ")}.`;
  throw new ChainruleError(
    "UNKNOWN_COLUMN",
    `${table.source} lacks ${count(lacking.length, "column")} that the model was trained on: ${quoteList(lacking, 30)}.${hint} Add what is missing, or rename columns; cells may be empty. Its columns: ${quoteList(names, 30)}.`,
    { source: table.source, missing: lacking, columns: names },
  );
}

function missingNote(column: FeatureColumn, cells: Column, missing: number): string {
  const isNone = column.type === "category" && column.rare === undefined;
  const treated = isNone ? "counts as none of its categories" : "takes the training mean";
  const flagged = column.missing ? ` and sets ${quote(`${column.name} is missing`)}` : "";
  return `${quote(cells.name)}: ${count(missing, "cell")} missing; a missing cell ${treated}${flagged}.`;
}

function unknownNote(column: FeatureColumn, unknown: ReadonlyMap<string, number>): string {
  const cells = [...unknown.values()].reduce((sum, n) => sum + n, 0);
  const shown = [...unknown].sort(([, a], [, b]) => b - a).slice(0, 5);
  const list = shown.map(([level, n]) => `${quote(level)} (${grouped(n)})`).join(", ");
  const more = unknown.size > 5 ? ` and ${unknown.size - 5} more` : "";
  if (column.type === "category" && column.rare)
    return `${quote(column.name)}: ${count(cells, "cell")} with new categories, which take the mean of all training rows: ${list}${more}.`;
  const why = column.type === "category" && column.other ? "new or rare in training" : "new";
  return `${quote(column.name)}: ${count(cells, "cell")} with categories that have no feature of their own (${why}), taken as unknown: ${list}${more}.`;
}
