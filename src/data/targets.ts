// The target columns of a table together: one task for all of them, the rows that have them all, and what is said of the others.
import { ChainruleError } from "../ir/errors.ts";
import { type SettingAdvice, settingWords } from "../ir/setting-advice.ts";
import { cellText } from "./cells.ts";
import { type columnReader, targetColumns } from "./columns.ts";
import type { Inferred } from "./infer-column.ts";
import { missingTest } from "./missing.ts";
import { type PrepareOptions, prepareDefaults, type TargetScale } from "./prepare-options.ts";
import type { ClassTarget, Target } from "./preprocessing.ts";
import { asMap } from "./reading.ts";
import type { Column, Table } from "./table.ts";
import { type Decided, decideTask, fitClasses, fitNumbers, type Task } from "./target.ts";
import { classesOf, kindOf, type TargetValues } from "./target-kinds.ts";
import type { DataWarning } from "./warning.ts";
import { count, enumeration, quote, quoteList } from "./wording.ts";

/** A target before it is known which rows are trained on. */
export interface ReadTarget {
  readonly column: Column;
  readonly inferred: Inferred;
  /** Of every row of the table. */
  readonly values: TargetValues;
  readonly fitted: (trainRows: Int32Array) => Target;
}

export interface ReadTargets {
  readonly task: Task;
  readonly targets: readonly ReadTarget[];
  /** The rows that have a value of each. */
  readonly kept: Int32Array;
  readonly warnings: readonly DataWarning[];
}

/**
 * The targets of a table: all numbers, or classes; of several each has two.
 *
 * @throws ChainruleError UNKNOWN_COLUMN, TYPE_MISMATCH, SINGLE_CLASS, TOO_FEW_ROWS, INVALID_ARGUMENT
 */
export function readTargets(
  table: Table,
  options: PrepareOptions,
  infer: ReturnType<typeof columnReader>,
): ReadTargets {
  const scale = scaleWanted(options);
  const { task, columns, decided } = decideTargets(table, options, infer);
  const targets = columns.map((column, t): ReadTarget => {
    const { inferred } = decided[t]!;
    if (task === "regression") return { column, inferred, ...fitNumbers(table, column, inferred, scale) };
    const { target, values } = fitClasses(table, column, inferred);
    requireTwoClasses(columns, target, inferred);
    return { column, inferred, values, fitted: () => target };
  });
  const kept = keptRows(
    table.rows,
    targets.map(({ values }) => values),
  );
  if (kept.length < 2) throw tooFewRows(table, columns, kept.length);
  return { task, targets, kept, warnings: decided.flatMap(({ warnings }) => warnings) };
}

/** How a target of numbers is scaled; undefined where it is not. */
export const scaleWanted = ({
  standardize = prepareDefaults.standardize,
  targetScale = prepareDefaults.targetScale,
}: PrepareOptions): TargetScale | undefined => (standardize ? targetScale : undefined);

/** What each target is, and the task that they have in common. */
export function decideTargets(
  table: Table,
  options: PrepareOptions,
  infer: ReturnType<typeof columnReader>,
): { readonly task: Task; readonly columns: readonly Column[]; readonly decided: readonly Decided[] } {
  const { task: wanted = prepareDefaults.task, fewIntegers } = options;
  const types = asMap(options.columnTypes);
  const columns = targetColumns(table, options.target);
  const isFree = wanted === "auto" && fewIntegers === undefined;
  const alone = columns.map((column) => decideTask(table, column, wanted, fewIntegers, types.get(column.name), infer));
  const decided = isFree ? asNumbers(columns, alone) : alone;
  const { task } = decided[0]!;
  if (decided.some((one) => one.task !== task)) throw mixed(columns, decided);
  return { task, columns, decided };
}

/** Throws INVALID_ARGUMENT for one of several targets that has more classes. */
export function requireTwoClasses(columns: readonly Column[], target: ClassTarget, inferred: Inferred): void {
  if (columns.length > 1 && target.classes.length !== 2) throw notOfTwoClasses(columns, target, inferred);
}

/** The rows 0 … rows − 1 that have a value of every target. */
export function keptRows(rows: number, values: readonly TargetValues[]): Int32Array {
  const kept = new Int32Array(rows);
  let n = 0;
  for (let r = 0; r < rows; r++) {
    let lacking = 0;
    for (let t = 0; t < values.length; t++) if (Number.isNaN(values[t]![r]!)) lacking++;
    if (lacking === 0) kept[n++] = r;
  }
  return kept.slice(0, n);
}

/**
 * Whole numbers of few values are classes where every target has two of them; beside other numbers, or where one has more, all
 * are numbers, and it is said.
 */
function asNumbers(columns: readonly Column[], decided: readonly Decided[]): readonly Decided[] {
  const areNumbers = decided.every(({ inferred }) => inferred.type === "number");
  const areFine = decided.every(
    ({ task, inferred }) => task === decided[0]!.task && (task === "regression" || inferred.distinct === 2),
  );
  if (decided.length === 1 || !areNumbers || areFine) return decided;
  return decided.map(({ task, inferred, warnings }, t) => {
    if (task === "regression") return { task, inferred, warnings };
    const { name } = columns[t]!;
    const message = `The target ${quote(name)} has ${inferred.distinct} different whole numbers, and is taken for a number: several targets are of one kind, and not all of these have two classes.`;
    return { task: "regression", inferred, warnings: [{ column: name, message, settings: [] }] };
  });
}

/** In words, what a target is by itself. */
const kindWords = ({ task, inferred: { distinct } }: Decided): string =>
  task === "regression" ? "is a number" : `has ${count(distinct, "class", "classes")}`;

function mixed(columns: readonly Column[], decided: readonly Decided[]): ChainruleError {
  const told = columns.map(({ name }, t) => `${quote(name)} ${kindWords(decided[t]!)}`);
  const groups = (["regression", "classification"] as const).map((task) => names(columns, decided, task));
  const most = groups.reduce((a, b) => (b.length > a.length ? b : a));
  const advice: SettingAdvice = { setting: "target", value: most.length === 1 ? most[0] : most };
  return new ChainruleError(
    "INVALID_ARGUMENT",
    `Several targets must be of one kind, all numbers or all of two classes, and here ${enumeration(told, "and")}. Train a network for each kind, for example with ${settingWords(advice)}.`,
    { targets: columns.map(({ name }) => name), settings: [advice] },
  );
}

const names = (columns: readonly Column[], decided: readonly Decided[], task: Task): string[] =>
  columns.filter((_, t) => decided[t]!.task === task).map(({ name }) => name);

function notOfTwoClasses(
  columns: readonly Column[],
  { name, classes }: ClassTarget,
  { type }: Inferred,
): ChainruleError {
  const alone: SettingAdvice = { setting: "target", value: name };
  const asNumber: SettingAdvice = {
    setting: "task",
    value: "regression" satisfies Task,
    does: "takes all for numbers",
  };
  const settings = type === "number" ? [asNumber, alone] : [alone];
  const mend = type === "number" ? ` If it is a number, ${settingWords(asNumber)}.` : "";
  return new ChainruleError(
    "INVALID_ARGUMENT",
    `Of several targets with classes each must have two, and ${quote(name)} has ${classes.length} (${quoteList(classes, 5)}).${mend} Train a network for it by itself (${settingWords(alone)}).`,
    { targets: columns.map((column) => column.name), column: name, classes, settings },
  );
}

function tooFewRows(table: Table, columns: readonly Column[], rows: number): ChainruleError {
  const targets = columns.map(({ name }) => name);
  return new ChainruleError(
    "TOO_FEW_ROWS",
    `${table.source} has ${count(rows, "row")} with a value in all of the target columns ${quoteList(targets)}, and training needs at least 2. Add rows, or leave out a target.`,
    { source: table.source, targets, rows },
  );
}

/** Above this share of the rows, rows without a target are a warning. */
const fewRows = 0.05;

export interface Unanswered {
  readonly notes: readonly string[];
  readonly warnings: readonly DataWarning[];
}

/**
 * On rows that are left out since they lack a target: a sentence for each target, or a warning where they are many, have another
 * target, or words of the table were taken for marks.
 */
export function missingTargets(
  table: Table,
  columns: readonly Column[],
  targets: readonly Target[],
  values: readonly TargetValues[],
): Unanswered {
  const rows = new UnansweredRows(targets);
  rows.add(table, columns, values);
  return rows.end(table.source);
}

/** The same of a table that comes in blocks. */
export class UnansweredRows {
  readonly #targets: readonly Target[];
  /** Of each target: rows that lack it, those of them with another one, and how missing ones are written. */
  readonly #lacking: { missing: number; partly: number; readonly texts: Set<string> }[];
  #rows = 0;

  constructor(targets: readonly Target[]) {
    this.#targets = targets;
    this.#lacking = targets.map(() => ({ missing: 0, partly: 0, texts: new Set() }));
  }

  add(table: Table, columns: readonly Column[], values: readonly TargetValues[]): void {
    this.#rows += table.rows;
    for (const [t, target] of this.#targets.entries()) {
      const lacking = this.#lacking[t]!;
      const before = lacking.missing;
      for (let row = 0; row < table.rows; row++) {
        if (!Number.isNaN(values[t]![row]!)) continue;
        lacking.missing++;
        if (values.some((of) => !Number.isNaN(of[row]!))) lacking.partly++;
      }
      if (lacking.missing === before) continue;
      const isMissing = missingTest(target, kindOf(target).hasWords(target));
      for (const cell of columns[t]!.cells.distinct().cells)
        if (isMissing(cell)) lacking.texts.add(cell === null ? "" : cellText(cell));
    }
  }

  end(source: string): Unanswered {
    const told = this.#targets.map((target, t) => {
      const lacking = this.#lacking[t]!;
      return lacking.missing === 0
        ? { notes: [], warnings: [] }
        : missingTarget({ source, rows: this.#rows }, target, lacking);
    });
    return { notes: told.flatMap(({ notes }) => notes), warnings: told.flatMap(({ warnings }) => warnings) };
  }
}

/** The same of one target, by how many rows lack it, how many of them have another one, and how its missing cells are written. */
export function missingTarget(
  { source, rows }: Pick<Table, "source" | "rows">,
  target: Target,
  { missing, partly, texts }: { readonly missing: number; readonly partly: number; readonly texts: Iterable<string> },
): Unanswered {
  const { name } = target;
  const marks = [...texts].filter((text) => text !== "");
  const words = marks.filter((text) => /\p{L}|-/u.test(text) && classesOf(target).length > 0);
  const written = marks.length === 0 ? "" : ` (written ${quoteList(marks, 5)})`;
  const message = `${count(missing, "row")} of ${source} ${missing === 1 ? "is" : "are"} left out: the target ${quote(name)} is missing there${written}.`;
  const settings = words.map((word) => ({
    ...{ setting: "values", value: [{ column: name, word }], does: `takes ${quote(word)} as a class` },
  }));
  const isNote = settings.length === 0 && missing < fewRows * rows && partly === 0;
  return isNote ? { notes: [message], warnings: [] } : { notes: [], warnings: [{ column: name, message, settings }] };
}

/** On classes of one row, which is for training. */
export function rareClasses(target: Target, values: TargetValues): string[] {
  const sizes = new Map<number, number>();
  for (const value of values) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  return rareBySize(target, sizes);
}

/** The same by the rows of each class. */
export function rareBySize(target: Target, sizes: ReadonlyMap<number, number>): string[] {
  const single = classesOf(target).filter((_, c) => sizes.get(c) === 1);
  if (single.length === 0) return [];
  return [
    single.length === 1
      ? `The class ${quote(single[0])} has one row: training uses it, and validation cannot check it.`
      : `${count(single.length, "class", "classes")} have one row each (${quoteList(single, 5)}): training uses them, and validation cannot check them.`,
  ];
}
