// Raw rows → features (and targets), with a preprocessing fitted before.
import { ChainruleError } from "../ir/errors.ts";
import { settingWords } from "../ir/setting-advice.ts";
import { encodeCategories, encodeValues, type OddCells } from "./encode.ts";
import { writeFeatures } from "./features.ts";
import { missingTest } from "./missing.ts";
import { type FeatureColumn, featureNames, type Preprocessing, type Target } from "./preprocessing.ts";
import { findColumn, type Table } from "./table.ts";
import { encodeTargets, kindOf } from "./target-kinds.ts";
import { keptRows, UnansweredRows } from "./targets.ts";
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
export function transform(preprocessing: Preprocessing, table: Table, options: TransformOptions = {}): Transformed {
  const all = new RowTransform(preprocessing, options);
  const rows = all.take(table);
  return { ...rows, notes: all.notes() };
}

export interface TransformOptions {
  readonly target?: "required" | "none";
  readonly oddCells?: "missing" | "refuse";
}

/** What is to be said of a column. */
interface ColumnNotes {
  odd: number;
  missing: number;
  readonly unknown: UnknownLevels;
}

/** `transform` of a table that comes in blocks: features of each, and notes on all of them. */
export class RowTransform {
  readonly #preprocessing: Preprocessing;
  readonly #isTargetWanted: boolean;
  readonly #odd: OddCells;
  readonly #unanswered: UnansweredRows;
  readonly #columns: readonly ColumnNotes[];
  #rows = 0;
  #source = "";

  constructor(preprocessing: Preprocessing, { target, oddCells }: TransformOptions = {}) {
    this.#preprocessing = preprocessing;
    this.#isTargetWanted = target === "required";
    this.#odd = oddCells === "missing" ? "missing" : { advice: mend, settings: [coerced] };
    this.#unanswered = new UnansweredRows(preprocessing.targets);
    this.#columns = preprocessing.columns.map(() => ({ odd: 0, missing: 0, unknown: new UnknownLevels() }));
  }

  /** The rows of a block; none where all lack a target that is wanted. Throws as `transform`, but for that. */
  take(table: Table): Omit<Transformed, "notes"> {
    const { columns, features, targets, standardize } = this.#preprocessing;
    const names = columns.map(({ name }) => name);
    checkColumns(table, this.#isTargetWanted ? [...names, ...targets.map(({ name }) => name)] : names);
    const byName = new Map(table.columns.map((column) => [column.name, column]));
    if (this.#source === "") this.#source = table.source;
    const answered = this.#isTargetWanted ? this.#answers(table) : undefined;
    const rows = answered?.rows ?? Int32Array.from({ length: table.rows }, (_, r) => r);
    this.#rows += rows.length;
    const x = new Float32Array(rows.length * features.length);
    let offset = 0;
    for (const [c, column] of columns.entries()) {
      if (rows.length === 0) break;
      const notes = this.#columns[c]!;
      const own = byName.get(column.name)!;
      const isMissing = missingTest(column, column.type === "category");
      const encoded =
        column.type === "category"
          ? encodeCategories(own, isMissing, column.isExact)
          : encodeValues(table, own, valueType(column.type), column.notation, isMissing, this.#odd);
      if ("odd" in encoded) notes.odd += encoded.odd;
      const { missing, unknown } = writeFeatures({ column }, encoded, standardize, rows, x, features.length, offset);
      notes.missing += missing;
      notes.unknown.add(unknown);
      offset += featureNames(column).length;
    }
    return { x, ...(answered && { y: answered.y }), rows: rows.length, rowNumbers: rows };
  }

  #answers(table: Table): { y: Float32Array | Int32Array; rows: Int32Array } {
    const { targets } = this.#preprocessing;
    const columns = targets.map(({ name }) => findColumn(table, name)!);
    const values = targets.map((target, t) => kindOf(target).read(table, columns[t]!, target, this.#odd));
    this.#unanswered.add(table, columns, values);
    const rows = keptRows(table.rows, values);
    return { rows, y: encodeTargets(targets, values, rows) };
  }

  /** Sentences on all blocks. @throws ChainruleError TOO_FEW_ROWS where every row lacks a target that is wanted */
  notes(): string[] {
    const { columns, targets } = this.#preprocessing;
    if (this.#isTargetWanted && this.#rows === 0) throw withoutTargets(this.#source, targets);
    const unanswered = this.#unanswered.end(this.#source);
    const ofColumns = columns.flatMap((column, c) => {
      const { odd, missing, unknown } = this.#columns[c]!;
      return [
        ...(odd > 0 ? [oddNote(column, odd)] : []),
        ...(missing > 0 ? [missingNote(column, missing)] : []),
        ...(unknown.cells > 0 ? [unknownNote(column, unknown)] : []),
      ];
    });
    return [...unanswered.notes, ...unanswered.warnings.map(({ message }) => message), ...ofColumns];
  }
}

/** Levels without a feature of their own, and their cells; of very many different ones the first are told apart. */
class UnknownLevels {
  readonly #counts = new Map<string, number>();
  cells = 0;

  add(counts: ReadonlyMap<string, number>): void {
    for (const [level, n] of counts) {
      this.cells += n;
      const before = this.#counts.get(level);
      if (before !== undefined || this.#counts.size < toldApart) this.#counts.set(level, (before ?? 0) + n);
    }
  }

  /** The most frequent ones, and how many more there are. */
  get list(): string {
    const shown = [...this.#counts].sort(([, a], [, b]) => b - a).slice(0, 5);
    const list = shown.map(([level, n]) => `${quote(level)} (${grouped(n)})`).join(", ");
    const least = this.#counts.size === toldApart ? "at least " : "";
    return this.#counts.size > 5 ? `${list} and ${least}${this.#counts.size - 5} more` : list;
  }
}

const toldApart = 100_000;

function withoutTargets(source: string, targets: readonly Target[]): ChainruleError {
  const names = targets.map(({ name }) => name);
  return new ChainruleError(
    "TOO_FEW_ROWS",
    names.length === 1
      ? `The target ${quote(names[0])} is missing in every row of ${source}. Add rows that have one.`
      : `Every row of ${source} lacks one of the targets ${quoteList(names)}. Add rows that have all of them.`,
    { source, column: names[0], targets: names },
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

function missingNote(column: FeatureColumn, missing: number): string {
  const isNone = column.type === "category" && column.rare === undefined;
  const treated = isNone ? "counts as none of its categories" : "takes the training mean";
  const flagged = column.missing ? ` and sets ${quote(`${column.name} is missing`)}` : "";
  return `${quote(column.name)}: ${count(missing, "cell")} missing; a missing cell ${treated}${flagged}.`;
}

function unknownNote(column: FeatureColumn, { cells, list }: UnknownLevels): string {
  if (column.type === "category" && column.rare)
    return `${quote(column.name)}: ${count(cells, "cell")} with new categories, which take the mean of all training rows: ${list}.`;
  const why = column.type === "category" && column.other ? "new or rare in training" : "new";
  return `${quote(column.name)}: ${count(cells, "cell")} with categories that have no feature of their own (${why}), taken as unknown: ${list}.`;
}
