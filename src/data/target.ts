// A target column: which task it sets, and its values as class indices or numbers.
import { ChainruleError } from "../ir/errors.ts";
import { type SettingAdvice, settingWords } from "../ir/setting-advice.ts";
import { cellText, labelKey, parseBoolean } from "./cells.ts";
import { valuesAt } from "./column-cells.ts";
import type { columnReader } from "./columns.ts";
import { encodeValues, type OddCells, readValues, typeSetting } from "./encode.ts";
import { type Moments, moments } from "./features.ts";
import type { Inferred } from "./infer-column.ts";
import { missingTest } from "./missing.ts";
import type { NumberNotation } from "./number-notation.ts";
import { naturalOrder } from "./order.ts";
import { prepareDefaults, type TargetScale } from "./prepare-options.ts";
import type { ClassTarget, LabelKind, NumberTarget } from "./preprocessing.ts";
import type { ColumnType } from "./reading.ts";
import { type Column, origin, place, placeOf, type Table } from "./table.ts";
import { valueType } from "./types/index.ts";
import type { DataWarning } from "./warning.ts";
import { count, quote, quoteList } from "./wording.ts";

export const tasks = ["classification", "regression"] as const;
export type Task = (typeof tasks)[number];

/** What takes any target for classes. */
const asClasses: SettingAdvice = { setting: "task", value: "classification" satisfies Task };

/** Integers with at most this many distinct values, each in two rows on average, are taken for class labels. */
const classIntegers = 10;
/** Up to so many integers that follow each other, each in so many rows on average, may be the steps of a scale: it is said how they are taken. */
const scaleSteps = { most: 20, rows: 5 } as const;

/** What one target is by itself. */
export interface Decided {
  readonly task: Task;
  readonly inferred: Inferred;
  readonly warnings: readonly DataWarning[];
}

/**
 * The task that a target sets, when it is "auto": booleans, categories and other text are classes; so are integers with
 * at most 10 distinct values and at least two rows for each on average; other numbers are a regression.
 */
export function decideTask(
  table: Table,
  column: Column,
  task: Task | "auto",
  fewIntegers: Task | undefined,
  given: ColumnType | "ignore" | undefined,
  infer: ReturnType<typeof columnReader>,
): Decided {
  if (given === "ignore") {
    const ignored = typeSetting(column.name, "ignore");
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `The target ${quote(column.name)} cannot be ignored. Choose another target, or drop ${settingWords(ignored)}.`,
      { column: column.name, settings: [ignored] },
    );
  }
  const inferred = infer(column, { isTarget: true, isLenient: task === "classification" });
  const rows = table.rows - inferred.missing;
  if (rows < 2) {
    throw new ChainruleError(
      "TOO_FEW_ROWS",
      `${table.source} has ${count(rows, "row")} with a value in the target column ${quote(column.name)}, and training needs at least 2. Add rows, or choose another target.`,
      { source: table.source, column: column.name, rows },
    );
  }
  if (inferred.distinct === 1) throw singleClass(table, column, inferred);
  if (task !== "auto") return { task, inferred, warnings: [] };
  if (inferred.type === "date") {
    const isMissing = missingTest(inferred.rule);
    const row = column.cells.findRow((cell) => !isMissing(cell));
    throw new ChainruleError(
      "TYPE_MISMATCH",
      `${place(table, row, column.name)}: the target holds dates (${quote(cellText(column.cells.at(row)!))}), which are neither classes nor numbers. Choose another target, or turn the dates into numbers.`,
      { source: table.source, column: column.name },
    );
  }
  if (given === undefined && (inferred.type === "identifier" || inferred.type === "text")) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `${table.source}: the target ${quote(column.name)} holds ${count(inferred.distinct, "different value")} in ${count(rows, "row")}, too many to be classes. Choose another target, or say ${settingWords(asClasses)} if they are.`,
      { source: table.source, column: column.name, rows, distinct: inferred.distinct, settings: [asClasses] },
    );
  }
  if (inferred.type !== "number") return { task: "classification", inferred, warnings: [] };
  const areIntegers = given === undefined && inferred.reason === "integers";
  const areFew = areIntegers && inferred.distinct <= classIntegers && rows >= 2 * inferred.distinct;
  const decided = areFew ? (fewIntegers ?? prepareDefaults.fewIntegers) : "regression";
  const isGuess = areIntegers && fewIntegers === undefined;
  return { task: decided, inferred, warnings: isGuess ? scaleWarning(column, inferred, decided, rows) : [] };
}

/** That a target which may be the steps of a scale, ratings from 1 to 5, is taken for classes, or for a number; and what changes that. */
function scaleWarning(
  { name }: Column,
  { distinct, range }: Inferred,
  taken: Task,
  rows: number,
): readonly DataWarning[] {
  const { least, most } = range!;
  const isScale = most - least + 1 === distinct && distinct <= scaleSteps.most && rows >= scaleSteps.rows * distinct;
  if (distinct < 3 || !(taken === "classification" || isScale)) return [];
  const words = {
    classification: { as: "classes, of which none is nearer than another", other: "a number" },
    regression: { as: "a number", other: "classes" },
  }[taken];
  return [
    {
      column: name,
      message: `The target ${quote(name)} has ${distinct} different whole numbers, from ${least} to ${most}, and is taken for ${words.as}.`,
      settings: [
        {
          setting: "task",
          value: tasks.find((one) => one !== taken)!,
          does: `takes it for ${words.other}`,
        },
      ],
    },
  ];
}

/** What tells the labels of a column apart. */
const labelKindOf = (type: Inferred["type"]): LabelKind =>
  type === "number" ? "number" : type === "boolean" ? "boolean" : "text";

/** Class index per row (NaN where missing); labels are in natural order, each spelled as most of its cells are. */
export function fitClasses(
  table: Table,
  column: Column,
  inferred: Inferred,
): { readonly target: ClassTarget; readonly values: Float64Array } {
  const kind = labelKindOf(inferred.type);
  const keyOf = labelKeys[kind];
  const isMissing = missingTest(inferred.rule, kind === "text");
  const texts = new Map<string, number>();
  const distinct = column.cells.distinct();
  const keys = distinct.cells.map((cell, i) => {
    if (isMissing(cell)) return undefined;
    const text = cellText(cell);
    texts.set(text, (texts.get(text) ?? 0) + distinct.counts[i]!);
    return keyOf(text);
  });
  const target = classTarget(column.name, inferred, texts);
  if (target === undefined) throw singleClass(table, column, inferred);
  const index = new Map(target.classes.map((text, i) => [keyOf(text), i]));
  const own = Float64Array.from(keys, (key) => (key === undefined ? Number.NaN : index.get(key)!));
  return { target, values: valuesAt(own, distinct.of) };
}

/** A target of classes by its texts, in the order of their first rows, and how many cells have each; undefined where all are one class. */
export function classTarget(
  name: string,
  { type, rule }: Pick<Inferred, "type" | "rule">,
  texts: ReadonlyMap<string, number>,
): ClassTarget | undefined {
  const labels = labelKindOf(type);
  const keyOf = labelKeys[labels];
  const spellings = new Map<string, Map<string, number>>();
  for (const [text, cells] of texts) {
    const key = keyOf(text);
    spellings.set(key, (spellings.get(key) ?? new Map<string, number>()).set(text, cells));
  }
  if (spellings.size === 1) return undefined;
  const classes = [...spellings.values()].map(commonest).sort(naturalOrder);
  return { name, kind: "classification", labels, classes, ...rule };
}

/** The first of those that come most often. */
const commonest = (counts: ReadonlyMap<string, number>): string =>
  [...counts].reduce((best, each) => (each[1] > best[1] ? each : best))[0];

/** The index of the class that a text names, in any of its spellings; undefined where there is none. */
export function classFinder({ labels, classes }: ClassTarget): (text: string) => number | undefined {
  const keyOf = labelKeys[labels];
  const index = new Map(classes.map((label, i) => [keyOf(label), i]));
  return (text) => index.get(keyOf(text));
}

/** Whether words that may mean "missing" are values of it where its rule says so. */
export const isOfWords = ({ labels }: ClassTarget): boolean => labels === "text" || labels === "exact";

/** Class index per row, NaN where missing. @throws ChainruleError TYPE_MISMATCH for a label that training did not have */
export function readClasses(table: Table, column: Column, target: ClassTarget): Float64Array {
  const isMissing = missingTest(target, isOfWords(target));
  const indexOf = classFinder(target);
  const { classes } = target;
  const distinct = column.cells.distinct();
  const own = Float64Array.from(distinct.cells, (cell, i) => {
    if (isMissing(cell)) return Number.NaN;
    const label = indexOf(cellText(cell));
    if (label !== undefined) return label;
    const row = distinct.firstRows[i]!;
    throw new ChainruleError(
      "TYPE_MISMATCH",
      `${place(table, row, column.name)}: the model knows no class ${quote(cellText(cell))}. Its classes: ${quoteList(classes, 30)}. Mend the cell, leave it empty to leave the row out, or train again with rows of this class.`,
      { ...origin(table, row), column: column.name, cell: cellText(cell), classes },
    );
  });
  return valuesAt(own, distinct.of);
}

/**
 * Number per row, NaN where missing.
 *
 * @throws ChainruleError TYPE_MISMATCH naming the first row with text
 */
export const readNumbers = (table: Table, column: Column, target: NumberTarget, odd: OddCells): Float64Array =>
  encodeValues(table, column, valueType("number"), target.notation, missingTest(target), odd).values;

/**
 * Number per row, NaN where missing, and the target by the rows that are trained on.
 *
 * @throws ChainruleError TYPE_MISMATCH naming the first row with text
 */
export function fitNumbers(
  table: Table,
  column: Column,
  inferred: Inferred,
  scale: TargetScale | undefined,
): { readonly values: Float64Array; readonly fitted: (trainRows: Int32Array) => NumberTarget } {
  const { notation, values } = numbersOf(table, column, inferred);
  const common = { name: column.name, kind: "regression", notation, ...inferred.rule } as const;
  return { values, fitted: (trainRows) => ({ ...common, ...scaleOf(moments(valuesAt(values, trainRows)), scale) }) };
}

/** By what a target of numbers is scaled, by the moments of the rows that are trained on. */
export function scaleOf(
  { mean, std, min, max }: Moments,
  scale: TargetScale | undefined,
): Pick<NumberTarget, "mean" | "std"> {
  if (scale === undefined) return { mean: 0, std: 1 };
  if (scale === "mean") return { mean: 0, std: mean > 0 ? mean : 1 };
  return { mean, std: min === max ? 1 : std };
}

function numbersOf(
  table: Table,
  column: Column,
  inferred: Inferred,
): { notation: NumberNotation; values: Float64Array } {
  const usual = valueType("number").usual as NumberNotation;
  if (inferred.type === "number" && inferred.encoded && "values" in inferred.encoded)
    return { notation: inferred.notation as NumberNotation, values: inferred.encoded.values };
  const isMissing = missingTest(inferred.rule);
  const { values, firstOdd: row } = readValues(column.cells, valueType("number"), usual, isMissing);
  if (row === -1) return { notation: usual, values };
  throw notANumber(origin(table, row), column.name, cellText(column.cells.at(row)!));
}

export const notANumber = (at: ReturnType<typeof origin>, name: string, text: string): ChainruleError =>
  new ChainruleError(
    "TYPE_MISMATCH",
    `${placeOf(at, name)}: a regression needs a number as its target, and the cell holds ${quote(text)}. Mend the cell, or leave it empty to leave the row out; or classify (${settingWords(asClasses)}).`,
    { ...at, column: name, cell: text, settings: [asClasses] },
  );

/** 1, 1.0 and 01 are one label if the labels are numbers; yes, Y and 1 if they are booleans. */
const labelKeys: Readonly<Record<LabelKind, (text: string) => string>> = {
  number: (text) => {
    const value = Number(text);
    return Number.isNaN(value) ? text : String(value);
  },
  boolean: (text) => {
    const value = parseBoolean(text);
    return Number.isNaN(value) ? labelKey(text) : String(value);
  },
  text: labelKey,
  exact: (text) => text,
};

export function singleClass(table: Table, column: Column, { rule, type }: Inferred): ChainruleError {
  const isMissing = missingTest(rule, type === "category");
  const text = cellText(column.cells.at(column.cells.findRow((cell) => !isMissing(cell)))!);
  return new ChainruleError(
    "SINGLE_CLASS",
    `The target ${quote(column.name)} of ${table.source} is ${quote(text)} in every row that has one; there is nothing to learn. Add rows with other values, or choose another target.`,
    { source: table.source, column: column.name, value: text },
  );
}
