// Table → training and validation arrays, with the preprocessing fitted on the training rows.
import { ChainruleError } from "../ir/errors.ts";
import { settingWords } from "../ir/setting-advice.ts";
import type { Buckets } from "./buckets.ts";
import { checkPrepare } from "./check-prepare.ts";
import { type ColumnDescription, columnReader } from "./columns.ts";
import { type Encoded, encodeCategories, encodeValues, mendCell, typeSetting } from "./encode.ts";
import { type FittedColumn, featureMatrix, fitFeatures, type Goal } from "./features.ts";
import { holdOut } from "./held-out.ts";
import type { Inferred } from "./infer-column.ts";
import { leftOutNotes, noFeatures } from "./left-out.ts";
import { answersOf } from "./level-means.ts";
import { missingTest } from "./missing.ts";
import { type PrepareOptions, prepareDefaults } from "./prepare-options.ts";
import { featureNames, featureWords, type Preprocessing, type Target } from "./preprocessing.ts";
import { asMap, isFeatureType } from "./reading.ts";
import { strataOf } from "./strata.ts";
import { repeatedSubjects } from "./subjects.ts";
import type { Column, Table } from "./table.ts";
import type { Task } from "./target.ts";
import { encodeTargets, kindOf } from "./target-kinds.ts";
import { missingTargets, type ReadTarget, rareClasses, readTargets } from "./targets.ts";
import { totalRows } from "./totals.ts";
import { transform } from "./transform.ts";
import { valueType } from "./types/index.ts";
import type { DataWarning } from "./warning.ts";
import { bytes, count, grouped, quote } from "./wording.ts";

/** Rows ready for training. */
export interface Split {
  /** Features, [rows, features], row-major. */
  readonly x: Float32Array;
  /** [rows, targets], row-major: class index (Int32Array), or the target, standardised if the inputs are (Float32Array). */
  readonly y: Float32Array | Int32Array;
  readonly rows: number;
  /** Of shape [rows]: which row of the table each one is, counted from 0. */
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
  /** Where the table is larger than memory: all rows that are trained on, of which `train` is the first bucket. */
  readonly buckets?: Buckets;
}

/**
 * Turns a table into arrays: decides what each column is, splits the rows, fits the preprocessing on the training rows
 * alone, and applies it to both parts.
 *
 * @throws ChainruleError UNKNOWN_COLUMN, TYPE_MISMATCH, SINGLE_CLASS, TOO_FEW_ROWS, NO_FEATURES, OUT_OF_MEMORY,
 *   INVALID_ARGUMENT
 * @example
 * const { train, validation, preprocessing } = prepare(await readTable("iris.csv"), { target: "species" });
 * // train.x: Float32Array [120, 4]; train.y: Int32Array [120]; preprocessing.targets[0].classes: ["setosa", …]
 */
export function prepare(table: Table, options: PrepareOptions): Prepared {
  checkPrepare(table, options);
  const { standardize = prepareDefaults.standardize, memoryLimit = prepareDefaults.memoryLimit } = options;
  const infer = columnReader(table, options);
  const read = readTargets(table, options, infer);
  const { task, kept } = read;
  const columns = read.targets.map(({ column }) => column);
  const values = read.targets.map((target) => target.values);

  const heldOut = holdOut(table, kept, options, task === "classification" ? strataOf(values, kept) : undefined, infer);
  const { train: trainRows, validation: validationRows } = heldOut;
  const targets = read.targets.map(({ fitted: of }) => of(trainRows));

  const goal = { answers: answersOf(targets, values), seed: options.seed ?? prepareDefaults.seed };
  const { descriptions, fitted, warnings } = fitColumns(table, options, read.targets, targets, infer, trainRows, goal);
  const features = fitted.flatMap(({ column }) => featureNames(column));
  if (features.length === 0) throw noFeatures(table, descriptions);
  checkMemory(table, kept.length, features.length, descriptions, memoryLimit);

  const unanswered = missingTargets(table, columns, targets, values);
  const preprocessing: Preprocessing = {
    version: 2,
    standardize,
    columns: fitted.map(({ column }) => column),
    features,
    targets,
  };

  const part = (rows: Int32Array, isTrained: boolean): Split => {
    const own = isTrained ? fitted : fitted.map(({ column, encoded }) => ({ column, encoded }));
    const x = featureMatrix(own, standardize, rows, features.length);
    return { x, y: encodeTargets(targets, values, rows), rows: rows.length, rowNumbers: rows };
  };
  const given = read.targets.map(({ column, inferred: { encoded } }) => ({ column, encoded }));
  for (const one of totalRows(table, [...given, ...fitted])) warnings.push(one);
  if (isShuffled(options)) for (const one of repeatedSubjects(fitted, targets, values, kept)) warnings.push(one);
  const own = options.validationTable && transformed(preprocessing, options.validationTable);
  return {
    preprocessing,
    columns: descriptions,
    task,
    train: part(trainRows, true),
    validation: own?.split ?? (validationRows.length > 0 ? part(validationRows, false) : undefined),
    tableRows: table.rowNumbers,
    validationTable: options.validationTable,
    notes: [
      ...table.notes,
      ...unanswered.notes,
      ...heldOut.notes,
      ...(own?.notes ?? []),
      ...targets.flatMap((target, t) => rareClasses(target, values[t]!)),
      ...leftOutNotes(descriptions),
    ],
    warnings: [...table.warnings, ...read.warnings, ...unanswered.warnings, ...heldOut.warnings, ...warnings],
  };
}

/** A column that makes features, with its cells as they were read. */
interface ReadFeatures extends FittedColumn {
  readonly encoded: Encoded;
}

/** Every column's description, and what is fitted of those that make features. */
function fitColumns(
  table: Table,
  options: PrepareOptions,
  read: readonly ReadTarget[],
  targets: readonly Target[],
  infer: (column: Column) => Inferred,
  trainRows: Int32Array,
  goal: Goal,
) {
  const types = asMap(options.columnTypes);
  const descriptions: ColumnDescription[] = [];
  const fitted: ReadFeatures[] = [];
  const warnings = read.flatMap(({ inferred }) => inferred.warnings);
  const scratch = new Float64Array(trainRows.length);
  for (const column of table.columns) {
    const { name } = column;
    const t = read.findIndex((target) => target.column === column);
    if (t >= 0) {
      const { type, missing, distinct } = read[t]!.inferred;
      const reason = kindOf(targets[t]!).describe(targets[t]!);
      descriptions.push({ name, type, role: "target", missing, distinct, features: 0, reason });
    } else if (name === options.group && !types.has(name)) {
      descriptions.push(groupColumn(column, infer(column)));
    } else {
      const found = infer(column);
      for (const warning of found.warnings) warnings.push(warning);
      descriptions.push(fitColumn(table, column, found, trainRows, goal, scratch, fitted));
    }
  }
  return { descriptions, fitted, warnings };
}

/** The column by which rows stay together: what it tells of known groups, it cannot tell of new ones. */
const groupColumn = ({ name }: Column, { type, missing, distinct }: Inferred): ColumnDescription => ({
  ...{ name, type, role: "left out", missing, distinct, features: 0, reason: "keeps rows together in the split" },
});

/** Rows of a table of their own, and what is to be said of them. */
export function transformed(preprocessing: Preprocessing, table: Table): { split: Split; notes: string[] } {
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
  goal: Goal,
  scratch: Float64Array,
  fitted: ReadFeatures[],
): ColumnDescription {
  const { name } = column;
  if (!isFeatureType(type)) return { name, type, role: "left out", missing, distinct, features: 0, reason };
  const isMissing = missingTest(rule, type === "category");
  const encoded =
    read ??
    (type === "category"
      ? encodeCategories(column, isMissing)
      : encodeValues(table, column, valueType(type), notation, isMissing, mendCell(name)));
  const result = fitFeatures({ name, type, notation, rule }, encoded, trainRows, goal, scratch);
  if (typeof result === "string") {
    return { name, type, role: "left out", missing, distinct, features: 0, reason: result };
  }
  fitted.push({ ...result, encoded });
  const names = featureNames(result.column);
  const words = featureWords(result.column);
  const told = { name, type, role: "feature", missing, distinct, features: names.length, reason } as const;
  return words === undefined ? told : { ...told, featureWords: words };
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
