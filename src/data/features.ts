// A feature column: fitted on training rows, then written into the matrix x.
import { valuesAt } from "./column-cells.ts";
import type { Codes, Encoded, Values } from "./encode.ts";
import { type Answer, type FittedMeans, fitLevelMeans } from "./level-means.ts";
import type { MissingRule } from "./missing.ts";
import { naturalOrder } from "./order.ts";
import { type CategoryColumn, type FeatureColumn, featureNames } from "./preprocessing.ts";
import { type ValueTypeName, valueType } from "./types/index.ts";
import { categoryFeatures, valueFeatures } from "./write-features.ts";

/**
 * With more levels than this, those with fewer than `rareRows` training rows have no feature of their own: they share the means of the target
 * at them. Where these do not differ, or there are more than `manyLevels` answers, those with fewer than `fewRows` rows share one feature.
 */
const manyLevels = 20;
const rareRows = 20;
const fewRows = 5;

export type FeatureType = FeatureColumn["type"];

/** How a column is read: its type, its notation, what is missing in it. */
export interface Reading {
  readonly name: string;
  readonly type: FeatureType;
  readonly notation: unknown;
  readonly rule: MissingRule;
}

export interface FittedColumn {
  readonly column: FeatureColumn;
  /** Where training rows have other values than new rows with the same cells: those of the training rows, for each feature. */
  readonly outOfFold?: readonly Float64Array[];
}

/** What is predicted, and the seed of what is drawn. */
export interface Goal {
  readonly answers: readonly Answer[];
  readonly seed: number;
}

/** Fits a column on the training rows; a string is the reason why it makes no feature. `scratch` [rows] is written over. */
export function fitFeatures(
  { name, type, notation, rule }: Reading,
  encoded: Encoded,
  rows: Int32Array,
  goal: Goal,
  scratch: Float64Array,
): FittedColumn | string {
  if (type === "category") {
    const fitted = fitCategory(name, encoded as Codes, rows, goal);
    return typeof fitted === "string" ? fitted : { ...fitted, column: { ...fitted.column, ...rule } };
  }
  const values = valuesAt((encoded as Values).values, rows, scratch);
  const present = (): Float64Array => values.filter((value) => !Number.isNaN(value));
  const column = valueColumn({ name, type, notation, rule }, moments(values), rows.length, present);
  return typeof column === "string" ? column : { column };
}

export interface Moments {
  /** How many values there are; the others say nothing where there is none. */
  readonly present: number;
  readonly mean: number;
  /** Of the population. */
  readonly std: number;
  readonly min: number;
  readonly max: number;
}

/** A column of values by the moments of its training rows, of which there are `rows`; `values` are those by which its cycles are known. */
export function valueColumn(
  { name, type, notation, rule }: Reading,
  { present, min, max, mean, std }: Moments,
  rows: number,
  values: () => Float64Array,
): FeatureColumn | string {
  if (present === 0) return "no value in the training rows";
  if (min === max) return "constant in the training rows";
  const record = valueType(type as ValueTypeName);
  const cycles = record.cycles(values, max - min);
  const missing = present < rows;
  const scale = record.isScaled ? std : 1;
  return { type, name, notation, mean, std: scale, cycles, missing, ...rule } as FeatureColumn;
}

function fitCategory(
  name: string,
  { codes, levels }: Codes,
  rows: Int32Array,
  { answers, seed }: Goal,
): { readonly column: CategoryColumn; readonly outOfFold?: readonly Float64Array[] } | string {
  const counts = new Int32Array(levels.length);
  let missing = false;
  for (const row of rows) {
    if (codes[row]! < 0) missing = true;
    else counts[codes[row]!]!++;
  }
  const fit = () => fitLevelMeans(codes, levels.length, rows, answers, seed);
  const found = categoryColumn(name, { levels, counts, missing }, answers.length, fit);
  if (typeof found === "string") return found;
  return { column: found.column, ...(found.fitted && { outOfFold: found.fitted.outOfFold }) };
}

/** Levels of a category, with the training rows of each, and whether cells are missing in some. */
export interface LevelCounts {
  readonly levels: readonly string[];
  readonly counts: ArrayLike<number>;
  readonly missing: boolean;
}

/** A category by the counts of its levels; `fitMeans` gives means of the answers at all levels, where these are wanted of rare ones. */
export function categoryColumn<F extends Pick<FittedMeans, "means">>(
  name: string,
  { levels, counts, missing }: LevelCounts,
  answers: number,
  fitMeans: () => F | undefined,
): { readonly column: CategoryColumn; readonly fitted?: F } | string {
  const seen = levels.filter((_, code) => counts[code]! > 0).length;
  if (seen === 0) return "no value in the training rows";
  if (seen === 1) return "constant in the training rows";
  const column = { type: "category", name, isExact: false, missing } as const;
  const codesOf = (least: number, most = Number.POSITIVE_INFINITY) =>
    [...levels.keys()]
      .filter((code) => counts[code]! >= least && counts[code]! < most)
      .sort((a, b) => naturalOrder(levels[a]!, levels[b]!));
  const textsOf = (some: readonly number[]) => some.map((code) => levels[code]!);
  const rare = codesOf(1, rareRows);
  if (seen > manyLevels && rare.length > 0 && answers <= manyLevels) {
    const fitted = fitMeans();
    if (fitted) {
      const means = fitted.means.map((each) => ({ ...each, values: rare.map((code) => each.values[code]!) }));
      const own = { levels: textsOf(codesOf(rareRows)), other: false, rare: { levels: textsOf(rare), means } };
      return { column: { ...column, ...own }, fitted };
    }
  }
  const kept = codesOf(seen > manyLevels ? fewRows : 1);
  if (kept.length === 0) return `no category has ${fewRows} training rows`;
  return { column: { ...column, levels: textsOf(kept), other: kept.length < seen } };
}

/** Mean and population standard deviation of the values that are present (not NaN), in two passes. */
export function moments(values: Float64Array): Moments {
  let present = 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    present++;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const mean = sum / present;
  // Scaled by a power of two near the range: squares of tiny numbers would vanish, those of huge ones overflow.
  const scale = max > min ? 2 ** Math.floor(Math.log2(max - min)) : 1;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isNaN(value)) squares += ((value - mean) / scale) ** 2;
  }
  return { present, mean, std: Math.sqrt(squares / present) * scale, min, max };
}

/**
 * Writes the features of one column for `rows` into x [rows, width], from feature `offset` on; with `outOfFold` for training rows.
 * Returns the number of cells that were missing and, for categories, the cells per level without a feature of its own.
 */
export function writeFeatures(
  fitted: FittedColumn,
  encoded: Encoded,
  standardize: boolean,
  rows: Int32Array,
  x: Float32Array,
  width: number,
  offset: number,
): { missing: number; unknown: Map<string, number> } {
  const found = { missing: 0, unknown: new Map<string, number>() };
  const write = featureWriter(fitted, encoded, standardize, { x, width, offset }, found);
  for (let i = 0; i < rows.length; i++) write(i, rows[i]!);
  return found;
}

/** Rows of a table that are near each other in memory, and are written one column after the other. */
const blockRows = 1024;

/**
 * Features x [rows, width] of all columns. Rows are written in the order of the table, whatever theirs is in x: what is read of a column lies
 * together, and a row of x is written while it is at hand.
 */
export function featureMatrix(
  columns: readonly (FittedColumn & { readonly encoded: Encoded })[],
  standardize: boolean,
  rows: Int32Array,
  width: number,
): Float32Array {
  const x = new Float32Array(rows.length * width);
  let offset = 0;
  const writers = columns.map(({ encoded, ...fitted }) => {
    const write = featureWriter(fitted, encoded, standardize, { x, width, offset }, { missing: 0, unknown: new Map() });
    offset += featureNames(fitted.column).length;
    return write;
  });
  const order = inTableOrder(rows);
  for (let from = 0; from < order.length; from += blockRows) {
    const to = Math.min(order.length, from + blockRows);
    for (const write of writers) for (let at = from; at < to; at++) write(order[at]!, rows[order[at]!]!);
  }
  return x;
}

/** The places of rows, each of which is there once, by their numbers. */
function inTableOrder(rows: Int32Array): Int32Array {
  const most = rows.reduce((a, b) => Math.max(a, b), -1);
  const places = new Int32Array(most + 1).fill(-1);
  for (let i = 0; i < rows.length; i++) places[rows[i]!] = i;
  return places.filter((place) => place >= 0);
}

interface Place {
  readonly x: Float32Array;
  readonly width: number;
  readonly offset: number;
}

/** Writes row i of x, which is a row of the table; and counts in `found` as `writeFeatures`. */
function featureWriter(
  { column, outOfFold }: FittedColumn,
  encoded: Encoded,
  standardize: boolean,
  { x, width, offset }: Place,
  found: { missing: number; readonly unknown: Map<string, number> },
): (i: number, row: number) => void {
  if (column.type === "category") {
    const { codes, levels } = encoded as Codes;
    const { placeOf, rarePlaceOf, write } = categoryFeatures(column, standardize);
    const cells = levels.map((level) => ({ isMissing: false, place: placeOf(level), rarePlace: rarePlaceOf(level) }));
    return (i, row) => {
      const code = codes[row]!;
      const cell = code < 0 ? noLevel : cells[code]!;
      write(cell, x, i * width + offset, outOfFold && ((m) => outOfFold[m]![i]!));
      if (code < 0) found.missing++;
      else if (cell.place < 0 && cell.rarePlace < 0)
        found.unknown.set(levels[code]!, (found.unknown.get(levels[code]!) ?? 0) + 1);
    };
  }

  const { values } = encoded as Values;
  const write = valueFeatures(column, standardize && valueType(column.type).isScaled);
  return (i, row) => {
    const value = values[row]!;
    if (Number.isNaN(value)) found.missing++;
    write(value, x, i * width + offset);
  };
}

const noLevel = { isMissing: true, place: -1, rarePlace: -1 };
