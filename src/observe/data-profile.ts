// What the data of a training looks like to the network: scales, classes, and how much a feature tells alone.
import { columnOf } from "../ir/columns.ts";
import { maximum, mean, upperMedian } from "../ir/stats.ts";
import { type LossName, type LossRecord, recordOf } from "../nn/losses/index.ts";
import { levelScore } from "./level-score.ts";
import { univariateScore } from "./univariate-score.ts";

export interface FeatureProfile {
  readonly name: string;
  /** As the network is fed, over the training rows; of the finite values, 0 where there are none. */
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  readonly max: number;
  /** Values that are NaN or infinite. */
  readonly nonFinite: number;
  /**
   * How much of the target this feature tells alone, 0 … 1: fitted on one half of the rows and measured on the other.
   * For numbers R²; for classes the share of the errors of always guessing the most frequent class that it avoids. Of several targets
   * that of the one that it tells most of.
   */
  readonly alone: number;
}

/** A category whose levels are features. */
export interface CategoryProfile {
  readonly name: string;
  readonly features: readonly string[];
  /** How much of the target its levels tell together, as FeatureProfile has it. */
  readonly alone: number;
}

export interface DataProfile {
  readonly rows: number;
  readonly task: "classification" | "regression";
  /** Columns that the features are made of, where they are a table's. */
  readonly columnCount?: number;
  /** Number of features; `features` holds at most 100, those that stand out most. */
  readonly featureCount: number;
  readonly features: readonly FeatureProfile[];
  /** Columns of a table whose levels are at least two of the features. */
  readonly categories?: readonly CategoryProfile[];
  /** Median over the features of √ mean x²: the scale of an ordinary one. */
  readonly typicalRms: number;
  /** Training rows of each class, in the order of the classes; of one target. */
  readonly classes?: readonly ClassRows[];
  /** Loss of the best prediction that is the same for every row. */
  readonly constantLoss: number;
  /** Of each target, where they are several. */
  readonly targets?: readonly TargetProfile[];
}

export interface ClassRows {
  readonly name: string;
  readonly rows: number;
}

/** What a profile says of one of several targets. */
export interface TargetProfile {
  readonly name: string;
  readonly classes?: readonly ClassRows[];
  readonly constantLoss: number;
  /** What each of the profile's features tells of it alone, in their order. */
  readonly alone: readonly number[];
  /** The same of its categories. */
  readonly categoriesAlone?: readonly number[];
}

export interface ProfiledData {
  /** [rows, features], row-major. */
  readonly x: Float32Array;
  /** [rows, targets], row-major: class index, or value. */
  readonly y: Float32Array | Int32Array;
  readonly rows: number;
  readonly features: readonly string[];
  readonly columnCount?: number;
  /** Columns whose levels are the features from … to − 1, at most one of them 1 in a row and all others 0. */
  readonly categories?: readonly { readonly name: string; readonly from: number; readonly to: number }[];
  /** Absent for a regression. */
  readonly classes?: readonly string[] | undefined;
  /** Of several targets: their names, and the classes of each, none for numbers. Default: one, of `classes`. */
  readonly targets?: readonly { readonly name: string; readonly classes: readonly string[] }[];
  readonly loss: LossName | LossRecord;
  readonly batchSize: number;
}

const mostShown = 100;
/** Values of x that are looked at for what features tell of targets alone, and rows of one feature at least and at most. */
const looks = 300_000;
const [fewestRows, mostRows] = [1000, 8192];

/** Features of `data` as the network is fed them, and what the loss is without a network. */
export function profileData({
  x,
  y,
  rows,
  features,
  columnCount,
  categories = [],
  classes: own = [],
  targets = [{ name: "target", classes: own }],
  loss,
  batchSize,
}: ProfiledData): DataProfile {
  const width = features.length;
  const sample = Math.min(rows, mostRows, Math.max(fewestRows, Math.floor(looks / (width * targets.length))));
  const positions = Int32Array.from({ length: sample }, (_, i) => Math.floor((i * rows) / sample));
  const columns = targets.map(({ name, classes }, t) => {
    const own = columnOf(y, t, targets.length);
    return { name, classes, y: own, sampled: Float64Array.from(positions, (row) => own[row]!) };
  });
  const moments = momentsOf(x, rows, width);
  const values = new Float32Array(sample);
  const all = features.map((name, column) => {
    for (let i = 0; i < sample; i++) values[i] = x[positions[i]! * width + column]!;
    const told = columns.map(({ sampled, classes }) => univariateScore(values, sampled, classes.length));
    return { name, ...moments(column), alone: maximum(told), told };
  });
  const ofLevels = categories.map(({ name, from, to }) => {
    const level = (row: number) => {
      const at = x.subarray(row * width + from, row * width + to).findIndex((value) => value !== 0);
      return at < 0 ? to - from : at;
    };
    const told = columns.map(({ y, classes }) => levelScore(positions, level, to - from + 1, y, classes.length));
    return { name, features: features.slice(from, to), alone: maximum(told), told };
  });
  const typicalRms = width === 0 ? 0 : upperMedian(all.map(({ rms }) => rms));
  const shown = standingOut(all, typicalRms);
  const { constantLoss, reduction } = recordOf(loss);
  const [isSum, times] = [reduction === "sum", reduction === "sum" ? Math.min(batchSize, rows) : 1];
  const each = columns.map(
    ({ name, y, classes }, t): TargetProfile => ({
      name,
      ...(classes.length > 0 && { classes: classes.map((name, c) => ({ name, rows: countOf(y, c) })) }),
      constantLoss: constantLoss(y) * times,
      alone: shown.map(({ told }) => told[t]!),
      ...(ofLevels.length > 0 && { categoriesAlone: ofLevels.map(({ told }) => told[t]!) }),
    }),
  );
  const losses = each.map((target) => target.constantLoss);
  const [first] = each;
  return {
    rows,
    task: first!.classes ? "classification" : "regression",
    ...(columnCount !== undefined && { columnCount }),
    featureCount: width,
    features: shown.map(({ rms: _, told: __, ...profile }) => profile),
    ...(ofLevels.length > 0 && { categories: ofLevels.map(({ told: _, ...profile }) => profile) }),
    typicalRms,
    ...(each.length === 1 && first!.classes && { classes: first!.classes }),
    constantLoss: mean(losses) * (isSum ? losses.length : 1),
    ...(each.length > 1 && { targets: each }),
  };
}

/** Of the finite values of each column, in two passes over the rows as they lie; large ones do not overflow in float64. */
function momentsOf(x: Float32Array, rows: number, width: number) {
  const counts = new Int32Array(width);
  const means = new Float64Array(width);
  const [least, most] = [new Float64Array(width).fill(Infinity), new Float64Array(width).fill(-Infinity)];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < width; column++) {
      const value = x[row * width + column]!;
      if (!Number.isFinite(value)) continue;
      counts[column]!++;
      means[column]! += value;
      if (value < least[column]!) least[column] = value;
      if (value > most[column]!) most[column] = value;
    }
  }
  for (let column = 0; column < width; column++) means[column]! /= counts[column]!;
  const squares = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < width; column++) {
      const value = x[row * width + column]!;
      if (Number.isFinite(value)) squares[column]! += (value - means[column]!) ** 2;
    }
  }
  return (column: number) => {
    const count = counts[column]!;
    if (count === 0) return { mean: 0, std: 0, min: 0, max: 0, nonFinite: rows, rms: 0 };
    const [mean, min, max] = [means[column]!, least[column]!, most[column]!];
    const variance = squares[column]! / count;
    return { mean, std: Math.sqrt(variance), min, max, nonFinite: rows - count, rms: Math.sqrt(variance + mean ** 2) };
  };
}

/** In their order; where there are too many, those with values that are not finite, that tell most, and of the oddest scales. */
function standingOut<F extends FeatureProfile & { rms: number }>(
  features: readonly F[],
  typical: number,
): readonly F[] {
  if (features.length <= mostShown) return features;
  const oddity = ({ rms }: F): number => (rms > 0 && typical > 0 ? Math.abs(Math.log(rms / typical)) : 0);
  const chosen = new Set<F>();
  const orders: readonly ((f: F) => number)[] = [({ nonFinite }) => nonFinite, ({ alone }) => alone, oddity];
  const ranked = orders.map((by) => features.toSorted((a, b) => by(b) - by(a)));
  for (let i = 0; chosen.size < mostShown; i++) {
    for (const order of ranked) if (chosen.size < mostShown) chosen.add(order[i]!);
  }
  return features.filter((feature) => chosen.has(feature));
}

const countOf = (y: ArrayLike<number>, label: number): number => {
  let count = 0;
  for (let i = 0; i < y.length; i++) if (y[i] === label) count++;
  return count;
};
