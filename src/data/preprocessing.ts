// The fitted preprocessing as plain JSON: what each column became, and the target.
import { ChainruleError } from "../ir/errors.ts";
import { excerpt, isRecord } from "../ir/json.ts";
import { type Cycle, cycles } from "./cycles.ts";
import type { DateNotation } from "./dates.ts";
import type { LevelMeans } from "./level-means.ts";
import type { MissingRule } from "./missing.ts";
import type { NumberNotation } from "./number-notation.ts";
import { type ValueTypeName, valueType, valueTypeNames } from "./types/index.ts";

/** How the cells of a column of each type are written. */
interface Notations {
  number: NumberNotation;
  boolean: null;
  date: DateNotation;
  time: null;
  duration: null;
}

/**
 * A column of values. Features: x, scaled to (x − mean) / std where its type is scaled, then a pair for each cycle; a missing
 * cell takes the mean.
 */
export interface ValueColumn<T extends ValueTypeName = ValueTypeName> extends MissingRule {
  readonly type: T;
  readonly name: string;
  readonly notation: Notations[T];
  /** Mean and standard deviation (population) over the training rows. */
  readonly mean: number;
  readonly std: number;
  readonly cycles: readonly Cycle[];
  /** Whether a feature "… is missing" follows: cells were missing in training. */
  readonly missing: boolean;
}

/**
 * Features: one per level, 1 where the cell is that level. `other`: one more for rare levels, which new ones join.
 * Without rare levels in training a new level is all zeros: a feature that is 0 in every training row never has a
 * gradient, and its weights would stay at their random start.
 */
export interface CategoryColumn extends MissingRule {
  readonly type: "category";
  readonly name: string;
  readonly levels: readonly string[];
  /** Whether case tells levels apart: so in models of older versions. */
  readonly isExact: boolean;
  readonly other: boolean;
  readonly missing: boolean;
  /** Levels that have no feature of their own, since they are many and have few rows, and their features: the means of the target at them. */
  readonly rare?: { readonly levels: readonly string[]; readonly means: readonly LevelMeans[] };
}

export type FeatureColumn = { [T in ValueTypeName]: ValueColumn<T> }[ValueTypeName] | CategoryColumn;

/** What tells class labels apart: their numbers, yes from no, their text whatever its case, or their very text. */
export const labelKinds = ["number", "boolean", "text", "exact"] as const;
export type LabelKind = (typeof labelKinds)[number];

export interface ClassTarget extends MissingRule {
  readonly name: string;
  readonly kind: "classification";
  readonly labels: LabelKind;
  /** In natural order; class index i is classes[i]. */
  readonly classes: readonly string[];
}

/**
 * y is (target − mean) / std; where it was divided by its mean, mean is 0 and std that mean; without standardisation mean is 0
 * and std 1.
 */
export interface NumberTarget extends MissingRule {
  readonly name: string;
  readonly kind: "regression";
  readonly notation: NumberNotation;
  readonly mean: number;
  readonly std: number;
}

export type Target = ClassTarget | NumberTarget;

/** Everything needed to turn raw rows into features, and outputs back into labels or values. Plain JSON. */
export interface Preprocessing {
  readonly version: 2;
  readonly standardize: boolean;
  readonly columns: readonly FeatureColumn[];
  /** Feature names, in the order of the columns of x. */
  readonly features: readonly string[];
  /** The columns that are predicted, at least one, all of one kind; of several with classes each has two. */
  readonly targets: readonly Target[];
}

/** The features from … to − 1 of every category with at least two levels that are features, among those of all columns. */
export function categoryRanges(columns: readonly FeatureColumn[]): { name: string; from: number; to: number }[] {
  const ranges: { name: string; from: number; to: number }[] = [];
  let from = 0;
  for (const column of columns) {
    if (column.type === "category") {
      const to = from + column.levels.length + Number(column.other);
      if (to - from > 1) ranges.push({ name: column.name, from, to });
    }
    from += featureNames(column).length;
  }
  return ranges;
}

/** What the features of a column are, where there is not one for each of its values. */
export function featureWords(column: FeatureColumn): string | undefined {
  if (column.type !== "category" || column.rare === undefined) return undefined;
  const [mean, ...others] = column.rare.means;
  const of = others.length === 0 ? mean!.of : "share of each class";
  return `${of} at each${column.levels.length > 0 ? " rare one" : ""}`;
}

/** Names of the features that a column makes, in order. */
export function featureNames(column: FeatureColumn): string[] {
  const names: string[] = [];
  if (column.type === "category") {
    for (const level of column.levels) names.push(`${column.name}=${level}`);
    if (column.other) names.push(`${column.name}=(other)`);
    for (const { of } of column.rare?.means ?? []) names.push(`${of} by ${column.name}`);
  } else {
    names.push(valueType(column.type).featureName(column.name));
    for (const cycle of column.cycles) names.push(`sin ${cycle} of ${column.name}`, `cos ${cycle} of ${column.name}`);
  }
  if (column.missing) names.push(`${column.name} is missing`);
  return names;
}

/**
 * Checks a preprocessing read from a file, and returns a copy with the known fields only.
 *
 * @throws ChainruleError INVALID_RUN naming the field, what it must be and what it is
 * @example
 * const preprocessing = parsePreprocessing(JSON.parse(text));
 */
export function parsePreprocessing(json: unknown): Preprocessing {
  const root = record(json, "preprocessing");
  if (root.version !== 1 && root.version !== 2) throw invalid("preprocessing.version", "1 or 2", root.version);
  const columns = list(root.columns, "preprocessing.columns").map(column);
  const features = texts(root.features, "preprocessing.features");
  const expected = columns.flatMap(featureNames);
  if (features.length !== expected.length || features.some((name, i) => name !== expected[i])) {
    throw invalid("preprocessing.features", "the names that its columns make", features);
  }
  const standardize = boolean(root.standardize, "preprocessing.standardize");
  return { version: 2, standardize, columns, features, targets: targets(root) };
}

/** Those of version 1 have one target, and its classes beside it. */
function targets(root: Record<string, unknown>): readonly Target[] {
  const at = "preprocessing.targets";
  if (root.version === 1) return [target(root.target, "preprocessing.target", root.classes, "preprocessing.classes")];
  const all = list(root.targets, at).map((one, i) => target(one, `${at}[${i}]`));
  const names = all.map(({ name }) => name);
  if (all.length === 0 || new Set(names).size < names.length)
    throw invalid(at, "at least one target, each named once", names);
  if (new Set(all.map(({ kind }) => kind)).size > 1) throw invalid(at, "all of one kind", root.targets);
  if (all.length > 1 && all.some((one) => one.kind === "classification" && one.classes.length !== 2))
    throw invalid(at, "numbers, or of two classes each, where they are several", names);
  return all;
}

function column(json: unknown, index: number): FeatureColumn {
  const at = `preprocessing.columns[${index}]`;
  const fields = record(json, at);
  const name = text(fields.name, `${at}.name`);
  const common = { name, missing: boolean(fields.missing, `${at}.missing`), ...missingRule(fields, at) };
  if (fields.type === "category") {
    const levels = texts(fields.levels, `${at}.levels`);
    if (new Set(levels).size !== levels.length) throw invalid(`${at}.levels`, "all different", levels);
    const isExact = fields.isExact === undefined || boolean(fields.isExact, `${at}.isExact`);
    const rare = fields.rare === undefined ? undefined : rareLevels(fields.rare, levels, `${at}.rare`);
    const other = boolean(fields.other, `${at}.other`);
    return { type: "category", levels, isExact, other, ...(rare && { rare }), ...common };
  }
  const type = valueTypeNames.find((each) => each === fields.type);
  if (type === undefined) throw invalid(`${at}.type`, `category, ${valueTypeNames.join(", ")}`, fields.type);
  const ofType = valueType(type);
  // Dates of older versions have their order beside them.
  const written = fields.notation ?? (fields.order === undefined ? undefined : { order: fields.order });
  const notation = ofType.parse(written, (must) => invalid(`${at}.notation`, must, written));
  const found = list(fields.cycles ?? [], `${at}.cycles`).map((cycle, i) => oneOf(cycle, cycles, `${at}.cycles[${i}]`));
  const mean = finite(fields.mean, `${at}.mean`);
  const std = ofType.isScaled ? positive(fields.std, `${at}.std`) : 1;
  return { type, notation, mean, std, cycles: found, ...common } as FeatureColumn;
}

function rareLevels(json: unknown, others: readonly string[], at: string): NonNullable<CategoryColumn["rare"]> {
  const fields = record(json, at);
  const levels = texts(fields.levels, `${at}.levels`);
  if (new Set([...levels, ...others]).size < levels.length + others.length)
    throw invalid(`${at}.levels`, "all different, and none that has a feature of its own", levels);
  const means = list(fields.means, `${at}.means`).map((each, i): LevelMeans => {
    const own = `${at}.means[${i}]`;
    const { of, overall, std, values } = record(each, own);
    const all = list(values, `${own}.values`).map((value, l) => finite(value, `${own}.values[${l}]`));
    if (all.length !== levels.length) throw invalid(`${own}.values`, `one for each of ${levels.length} levels`, values);
    const scale = { overall: finite(overall, `${own}.overall`), std: positive(std, `${own}.std`) };
    return { of: text(of, `${own}.of`), ...scale, values: all };
  });
  return { levels, means };
}

function missingRule(fields: Record<string, unknown>, at: string): MissingRule {
  return {
    ...(fields.marks !== undefined && { marks: texts(fields.marks, `${at}.marks`) }),
    ...(fields.values !== undefined && { values: texts(fields.values, `${at}.values`) }),
  };
}

function target(json: unknown, at: string, labels?: unknown, labelsAt = `${at}.classes`): Target {
  const fields = record(json, at);
  const common = { name: text(fields.name, `${at}.name`), ...missingRule(fields, at) };
  const kind = oneOf(fields.kind, ["classification", "regression"] as const, `${at}.kind`);
  if (kind === "classification") {
    const classes = texts(labels ?? fields.classes, labelsAt);
    if (classes.length < 2 || new Set(classes).size !== classes.length)
      throw invalid(labelsAt, "at least two different labels", classes);
    // Older versions say whether labels are numbers.
    const said = fields.labels ?? (boolean(fields.numericLabels, `${at}.labels`) ? "number" : "exact");
    return { ...common, kind, labels: oneOf(said, labelKinds, `${at}.labels`), classes };
  }
  const notation = valueType("number").parse(fields.notation, (must) =>
    invalid(`${at}.notation`, must, fields.notation),
  );
  const [mean, std] = [finite(fields.mean, `${at}.mean`), positive(fields.std, `${at}.std`)];
  return { ...common, kind, notation: notation as NumberNotation, mean, std };
}

function record(value: unknown, at: string): Record<string, unknown> {
  if (!isRecord(value)) throw invalid(at, "an object", value);
  return value;
}

function list(value: unknown, at: string): unknown[] {
  if (!Array.isArray(value)) throw invalid(at, "an array", value);
  return value;
}

function texts(value: unknown, at: string): string[] {
  return list(value, at).map((item, i) => text(item, `${at}[${i}]`));
}

function text(value: unknown, at: string): string {
  if (typeof value !== "string") throw invalid(at, "a string", value);
  return value;
}

function boolean(value: unknown, at: string): boolean {
  if (typeof value !== "boolean") throw invalid(at, "true or false", value);
  return value;
}

function finite(value: unknown, at: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw invalid(at, "a finite number", value);
  return value;
}

function positive(value: unknown, at: string): number {
  const number = finite(value, at);
  if (number <= 0) throw invalid(at, "above 0", value);
  return number;
}

function oneOf<T extends string>(value: unknown, choices: readonly T[], at: string): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw invalid(at, choices.join(" or "), value);
  return found;
}

function invalid(field: string, must: string, value: unknown): ChainruleError {
  const came = value === undefined ? "is missing" : `is ${excerpt(value)}`;
  return new ChainruleError(
    "INVALID_RUN",
    `${field} must be ${must}, and ${came}. The file is damaged or from another version; train again to write a new one.`,
    { field },
  );
}
