// Rows of a prepared table that networks are trained and asked on by turns: a sample, its parts, and the features of some columns.

import type { Prepared, Split } from "../../data/index.ts";
import { type FeatureColumn, featureNames } from "../../data/preprocessing.ts";
import { permutation } from "../../data/random.ts";
import { classesOf } from "../../data/target-kinds.ts";

/** Rows with one target. */
export interface Sample {
  readonly prepared: Prepared;
  /** [rows, features], row-major, with one target; `rowNumbers` are rows of the table. */
  readonly split: Split;
  /** Of the split's rows those that are for validation. */
  readonly forValidation: readonly number[];
  readonly features: number;
  /** 0 where the target is a number. */
  readonly classes: number;
  /** Indices of the rows by turns: row order[i] belongs to fold i modulo their number. Of classes each fold has its share. */
  readonly order: Int32Array;
  readonly seed: number;
}

/** The table with one of its targets alone. */
export function withTarget(prepared: Prepared, t: number): Prepared {
  const { preprocessing, train, validation } = prepared;
  const { targets } = preprocessing;
  if (targets.length === 1) return prepared;
  // y is [rows, targets]
  const own = (split: Split): Split => ({ ...split, y: split.y.filter((_, i) => i % targets.length === t) });
  return {
    ...prepared,
    preprocessing: { ...preprocessing, targets: [targets[t]!] },
    train: own(train),
    ...(validation && { validation: own(validation) }),
  };
}

/** Rows for validation that are of another table are left alone. At most `most`, drawn from the seed. */
export function sampleOf(prepared: Prepared, seed: number, most: number): Sample {
  const { train, validation, validationTable, preprocessing } = prepared;
  const features = preprocessing.features.length;
  const splits = [train, ...(validation && validationTable === undefined ? [validation] : [])];
  const total = splits.reduce((sum, { rows }) => sum + rows, 0);
  const chosen = permutation(total, seed).slice(0, most);
  const x = new Float32Array(chosen.length * features);
  const y = train.y instanceof Int32Array ? new Int32Array(chosen.length) : new Float32Array(chosen.length);
  const rowNumbers = new Int32Array(chosen.length);
  chosen.forEach((at, i) => {
    const isOther = at >= train.rows;
    const [from, row] = isOther ? [splits[1]!, at - train.rows] : [train, at];
    x.set(from.x.subarray(row * features, (row + 1) * features), i * features);
    y[i] = from.y[row]!;
    rowNumbers[i] = from.rowNumbers[row]!;
  });
  const classes = classesOf(preprocessing.targets[0]!).length;
  const order = Int32Array.from(y.keys());
  if (classes > 0) order.sort((a, b) => y[a]! - y[b]! || a - b);
  const forValidation = [...chosen.keys()].filter((i) => chosen[i]! >= train.rows);
  return { prepared, split: { x, y, rows: chosen.length, rowNumbers }, forValidation, features, classes, order, seed };
}

/** Those rows of a split. */
export function rowsOf({ x, y, rows, rowNumbers }: Split, chosen: readonly number[]): Split {
  const width = x.length / rows;
  const own = new Float32Array(chosen.length * width);
  for (const [i, row] of chosen.entries()) own.set(x.subarray(row * width, (row + 1) * width), i * width);
  const pick = <A extends Int32Array | Float32Array>(values: A, empty: A): A => {
    for (const [i, row] of chosen.entries()) empty[i] = values[row]!;
    return empty;
  };
  return {
    x: own,
    y: y instanceof Int32Array ? pick(y, new Int32Array(chosen.length)) : pick(y, new Float32Array(chosen.length)),
    rows: chosen.length,
    rowNumbers: pick(rowNumbers, new Int32Array(chosen.length)),
  };
}

export interface ColumnFeatures {
  readonly column: FeatureColumn;
  /** Its features are those from … to − 1. */
  readonly from: number;
  readonly to: number;
}

export function columnFeatures({ preprocessing }: Prepared): readonly ColumnFeatures[] {
  let from = 0;
  return preprocessing.columns.map((column) => {
    const to = from + featureNames(column).length;
    const own = { column, from, to };
    from = to;
    return own;
  });
}

/** Without those columns. */
export function withoutColumns(sample: Sample, names: ReadonlySet<string>): Sample {
  const { prepared, split, features } = sample;
  const kept = columnFeatures(prepared).filter(({ column }) => !names.has(column.name));
  const positions = kept.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
  const x = new Float32Array(split.rows * positions.length);
  for (let row = 0; row < split.rows; row++)
    for (const [i, position] of positions.entries())
      x[row * positions.length + i] = split.x[row * features + position]!;
  const preprocessing = {
    ...prepared.preprocessing,
    columns: kept.map(({ column }) => column),
    features: positions.map((position) => prepared.preprocessing.features[position]!),
  };
  return { ...sample, prepared: { ...prepared, preprocessing }, split: { ...split, x }, features: positions.length };
}
