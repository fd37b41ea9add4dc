// Table → training and validation arrays, with the preprocessing fitted on the training rows.
import { ChainruleError } from "../ir/errors.ts";
import { settingWords } from "../ir/setting-advice.ts";
import { checkPrepare } from "./check-prepare.ts";
import { type ColumnDescription, columnReader, targetColumn } from "./columns.ts";
import { type Encoded, encodeCategories, encodeValues, mendCell, typeSetting } from "./encode.ts";
import { fitFeatures, moments, writeFeatures } from "./features.ts";
import { holdOut } from "./held-out.ts";
import type { Inferred } from "./infer-column.ts";
import { missingTest } from "./missing.ts";
import type { NumberNotation } from "./number-notation.ts";
import { type PrepareOptions, prepareDefaults, type TargetScale } from "./prepare-options.ts";
import { type FeatureColumn, featureNames, type Preprocessing, type Target } from "./preprocessing.ts";
import { asMap, isFeatureType } from "./reading.ts";
import { repeatedSubjects } from "./subjects.ts";
import type { Column, Table } from "./table.ts";
import { decideTask, fitClasses, fitNumbers, keptRows, missingTarget, scaleTarget, type Task } from "./target.ts";
import { transform } from "./transform.ts";
import { valueType } from "./types/index.ts";
import type { DataWarning } from "./warning.ts";
import { bytes, count, grouped, quote, quoteList } from "./wording.ts";

/** Rows ready for training. */
export interface Split {
  /** Features, [rows, features], row-major. */
  readonly x: Float32Array;
  /** [rows]: class index (Int32Array), or the target, standardised if the inputs are (Float32Array). */
  readonly y: Float32Array | Int32Array;
  readonly rows: number;
  /** [rows]: which row of the table each one is, counted from 0. */
  readonly rowNumbers: Int32Array;
}

export interface Prepared {
  readonly preprocessing: Preprocessing;
  readonly columns: ColumnDescription[];
  readonly task: Task;
  readonly train: Split;
  readonly validation: Split | undefined;
  /** Of every row of the table, the number by which a person finds it: see Table. */
  readonly tableRows: Int32Array;
  /** The table that the rows for validation are of, where it is another one. */
  readonly validationTable: Table | undefined;
  /** Sentences for a person: what was left out, and what is rare. */
  readonly notes: string[];
  /** What is unusual, with the settings that change it. */
  readonly warnings: readonly DataWarning[];
}

/**
 * Turns a table into arrays: decides what each column is, splits the rows, fits the preprocessing on the training rows
 * alone, and applies it to both parts.
 *
 * @throws ChainruleError UNKNOWN_COLUMN, TYPE_MISMATCH, SINGLE_CLASS, TOO_FEW_ROWS, NO_FEATURES, OUT_OF_MEMORY,
 *   INVALID_ARGUMENT
 * @example
 * const { train, validation, preprocessing } = prepare(await readTable("iris.csv"), { target: "species" });
 * // train.x: Float32Array [120, 4]; train.y: Int32Array [120]; preprocessing.classes: ["setosa", …]
 */
export function prepare(table: Table, options: PrepareOptions): Prepared {
  checkPrepare(table, options);
  const usual = prepareDefaults;
  const { task: wanted = usual.task, standardize = usual.standardize, memoryLimit = usual.memoryLimit } = options;
  const scale = standardize ? (options.targetScale ?? usual.targetScale) : undefined;
  const targetCells = targetColumn(table, options.target);
  const infer = columnReader(table, options);
  const types = asMap(options.columnTypes);
  const decided = decideTask(table, targetCells, wanted, options.fewIntegers, types.get(options.target), infer);
  const { task, inferred } = decided;

  const classification = task === "classification" ? fitClasses(table, targetCells, inferred) : undefined;
  const regression = classification ? undefined : fitNumbers(table, targetCells, inferred);
  const numbers = regression?.numbers;
  const kept = keptRows(table.rows, (row) =>
    classification ? classification.labels[row]! >= 0 : !Number.isNaN(numbers![row]!),
  );

  const heldOut = holdOut(table, kept, options, classification?.labels, infer);
  const { train: trainRows, validation: validationRows } = heldOut;

  const target: TargetColumn = { column: targetCells, inferred, classes: classification?.classes };
  const { descriptions, fitted, warnings } = fitColumns(table, options, target, infer, trainRows);
  const features = fitted.flatMap(({ column }) => featureNames(column));
  if (features.length === 0) throw noFeatures(table, descriptions);
  checkMemory(table, kept.length, features.length, descriptions, memoryLimit);

  const goal = classification?.target ?? regressionTarget(targetCells.name, inferred, regression!, trainRows, scale);
  const unanswered = missingTarget(table, targetCells, goal, table.rows - kept.length);
  const preprocessing: Preprocessing = {
    version: 1,
    standardize,
    columns: fitted.map(({ column }) => column),
    features,
    target: goal,
    ...(classification && { classes: classification.classes }),
  };

  const part = (rows: Int32Array): Split => {
    const x = new Float32Array(rows.length * features.length);
    let offset = 0;
    for (const { column, encoded } of fitted) {
      writeFeatures(column, encoded, standardize, rows, x, features.length, offset);
      offset += featureNames(column).length;
    }
    const y = classification ? rows.map((row) => classification.labels[row]!) : scaleTarget(goal, numbers!, rows);
    return { x, y, rows: rows.length, rowNumbers: rows };
  };
  if (isShuffled(options)) {
    const answers = classification?.labels ?? numbers!;
    for (const one of repeatedSubjects(fitted, answers, classification?.classes.length ?? 0, kept)) warnings.push(one);
  }
  const own = options.validationTable && transformed(preprocessing, options.validationTable);
  return {
    preprocessing,
    columns: descriptions,
    task,
    train: part(trainRows),
    validation: own?.split ?? (validationRows.length > 0 ? part(validationRows) : undefined),
    tableRows: table.rowNumbers,
    validationTable: options.validationTable,
    notes: [
      ...table.notes,
      ...unanswered.notes,
      ...heldOut.notes,
      ...(own?.notes ?? []),
      ...(classification ? rareClassNotes(classification.classes, classification.sizes) : []),
      ...leftOutNotes(descriptions),
    ],
    warnings: [...table.warnings, ...decided.warnings, ...unanswered.warnings, ...heldOut.warnings, ...warnings],
  };
}

interface TargetColumn {
  readonly column: Column;
  readonly inferred: Inferred;
  /** Of a classification. */
  readonly classes: readonly string[] | undefined;
}

/** Every column's description, and what is fitted of those that make features. */
function fitColumns(
  table: Table,
  options: PrepareOptions,
  target: TargetColumn,
  infer: (column: Column) => Inferred,
  trainRows: Int32Array,
) {
  const types = asMap(options.columnTypes);
  const descriptions: ColumnDescription[] = [];
  const fitted: { column: FeatureColumn; encoded: Encoded }[] = [];
  const warnings = [...target.inferred.warnings];
  for (const column of table.columns) {
    const { name } = column;
    if (column === target.column) {
      const { type, missing, distinct } = target.inferred;
      const reason = target.classes
        ? `classification: ${count(target.classes.length, "class", "classes")}`
        : "regression";
      descriptions.push({ name, type, role: "target", missing, distinct, features: 0, reason });
    } else if (name === options.group && !types.has(name)) {
      descriptions.push(groupColumn(column, infer(column)));
    } else {
      const found = infer(column);
      for (const warning of found.warnings) warnings.push(warning);
      descriptions.push(fitColumn(table, column, found, trainRows, fitted));
    }
  }
  return { descriptions, fitted, warnings };
}

/** The column by which rows stay together: what it tells of known groups, it cannot tell of new ones. */
const groupColumn = ({ name }: Column, { type, missing, distinct }: Inferred): ColumnDescription => ({
  ...{ name, type, role: "left out", missing, distinct, features: 0, reason: "keeps rows together in the split" },
});

/** Rows of a table of their own, and what is to be said of them. */
function transformed(preprocessing: Preprocessing, table: Table): { split: Split; notes: string[] } {
  const { x, y, rows, rowNumbers, notes } = transform(preprocessing, table, { target: "required" });
  const intro = `Validation has the ${count(rows, "row")} of ${table.source}.`;
  return { split: { x, y: y!, rows, rowNumbers }, notes: [intro, ...notes.map((note) => `${table.source}: ${note}`)] };
}

/** Whether any row may be held back, whatever it has in common with others. */
const isShuffled = ({ group, time, validation, validationTable }: PrepareOptions): boolean =>
  group === undefined && time === undefined && validationTable === undefined && validation !== 0;

function fitColumn(
  table: Table,
  column: Column,
  { type, notation, rule, missing, distinct, reason, encoded: read }: Inferred,
  trainRows: Int32Array,
  fitted: { column: FeatureColumn; encoded: Encoded }[],
): ColumnDescription {
  const { name } = column;
  if (!isFeatureType(type)) return { name, type, role: "left out", missing, distinct, features: 0, reason };
  const isMissing = missingTest(rule, type === "category");
  const encoded =
    read ??
    (type === "category"
      ? encodeCategories(table, column, isMissing)
      : encodeValues(table, column, valueType(type), notation, isMissing, mendCell(name)));
  const result = fitFeatures({ name, type, notation, rule }, encoded, trainRows);
  if (typeof result === "string") {
    return { name, type, role: "left out", missing, distinct, features: 0, reason: result };
  }
  fitted.push({ column: result, encoded });
  return { name, type, role: "feature", missing, distinct, features: featureNames(result).length, reason };
}

function regressionTarget(
  name: string,
  { rule }: Inferred,
  { notation, numbers }: { notation: NumberNotation; numbers: Float64Array },
  rows: Int32Array,
  scale: TargetScale | undefined,
): Target {
  const common = { name, kind: "regression", notation, ...rule } as const;
  if (scale === undefined) return { ...common, mean: 0, std: 1 };
  const { mean, std, min, max } = moments(numbers, rows);
  if (scale === "mean") return { ...common, mean: 0, std: mean > 0 ? mean : 1 };
  return { ...common, mean, std: min === max ? 1 : std };
}

function rareClassNotes(classes: readonly string[], sizes: Int32Array): string[] {
  const single = classes.filter((_, c) => sizes[c] === 1);
  if (single.length === 0) return [];
  return [
    single.length === 1
      ? `The class ${quote(single[0])} has one row: training uses it, and validation cannot check it.`
      : `${count(single.length, "class", "classes")} have one row each (${quoteList(single, 5)}): training uses them, and validation cannot check them.`,
  ];
}

function leftOutNotes(descriptions: readonly ColumnDescription[]): string[] {
  const out = descriptions.filter(({ role }) => role === "left out");
  if (out.length === 0) return [];
  return [`${count(out.length, "column")} left out: ${reasons(out)}.`];
}

function reasons(descriptions: readonly ColumnDescription[]): string {
  const shown = descriptions.slice(0, 20).map(({ name, type, reason }) => `${quote(name)} (${type}: ${reason})`);
  return `${shown.join("; ")}${descriptions.length > 20 ? `; and ${descriptions.length - 20} more` : ""}`;
}

function noFeatures(table: Table, descriptions: readonly ColumnDescription[]): ChainruleError {
  const out = descriptions.filter(({ role }) => role === "left out");
  const typed = out.length === 0 ? undefined : typeSetting(out[0]!.name, "category");
  const why =
    typed === undefined
      ? "The target is its only column. Add columns to learn from."
      : `Left out: ${reasons(out)}. If one of them should count, set its type, e.g. ${settingWords(typed)}.`;
  return new ChainruleError("NO_FEATURES", `${table.source} has no column to learn from. ${why}`, {
    source: table.source,
    leftOut: out.map(({ name }) => name),
    ...(typed && { settings: [typed] }),
  });
}

function checkMemory(
  table: Table,
  rows: number,
  features: number,
  descriptions: readonly ColumnDescription[],
  limit: number,
): void {
  const needed = rows * features * Float32Array.BYTES_PER_ELEMENT;
  if (needed <= limit) return;
  const widest = descriptions.toSorted((a, b) => b.features - a.features).slice(0, 3);
  const names = widest.filter((d) => d.features > 0).map((d) => `${quote(d.name)} (${grouped(d.features)})`);
  const ignored = typeSetting(widest[0]!.name, "ignore");
  throw new ChainruleError(
    "OUT_OF_MEMORY",
    `The features of ${table.source} would take ${bytes(needed)} (${count(rows, "row")} × ${count(features, "feature")} × 4 bytes), and the limit is ${bytes(limit)}. Most features come from ${names.join(", ")}. Leave such columns out (${settingWords(ignored)}), use fewer rows, or raise memoryLimit.`,
    {
      source: table.source,
      rows,
      features,
      bytes: needed,
      limit,
      columns: widest.map((d) => d.name),
      settings: [ignored],
    },
  );
}
