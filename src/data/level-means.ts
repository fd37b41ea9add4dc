// Rare levels of a category as features: the target's mean at each level, drawn towards the mean of all rows where its rows are few.
import type { Target } from "./preprocessing.ts";
import { permutation } from "./random.ts";

/** What is averaged, by the row of the table: the target, or 1 for rows of one class and 0 for others. */
export interface Answer {
  /** "mean price", "share of yes" */
  readonly of: string;
  readonly at: (row: number) => number;
}

/** The mean of a number; the shares of classes, of two that of the second, which tells both. */
export const answersOf = (targets: readonly Target[], values: readonly ArrayLike<number>[]): readonly Answer[] =>
  targets.flatMap((target, t): Answer[] => {
    const own = values[t]!;
    if (target.kind === "regression") return [{ of: `mean ${target.name}`, at: (row) => own[row]! }];
    const several = targets.length > 1 ? ` of ${target.name}` : "";
    return [...target.classes.keys()].slice(target.classes.length === 2 ? 1 : 0).map((label) => {
      const of = `share of ${target.classes[label]}${several}`;
      return { of, at: (row) => Number(own[row] === label) };
    });
  });

/** A feature: (value of the cell's level − overall) / std. */
export interface LevelMeans {
  readonly of: string;
  /** Over all training rows: the value of a new level, and of a missing cell. */
  readonly overall: number;
  /** Of the values of the training rows. */
  readonly std: number;
  /** For each level. */
  readonly values: readonly number[];
}

export interface FittedMeans {
  readonly means: readonly LevelMeans[];
  /** For each of `means`, the values that the training rows have: of each by the other four fifths of them. */
  readonly outOfFold: readonly Float64Array[];
}

/** As scikit-learn's TargetEncoder has them. */
export const folds = 5;
/** Standard deviations of F by chance, 1 in 100. */
const beyondChance = 2.33;

/**
 * Of a level with n rows whose mean is m, the value is λ m + (1 − λ) m₀ with m₀ the mean of all rows, λ = n τ² / (n τ² + σ²), σ² the
 * variance within levels and τ² that between them (Micci-Barreca 2001, section 3.2; both by the analysis of variance, Searle 1971).
 * A row's own target is in no value that it is trained with: the rows are parted at random, and those of a fold take the values that the other
 * folds have.
 *
 * Undefined where levels do not differ significantly in any of the answers: by F, the mean square between levels by that within, which by
 * chance is 1 with a variance of 2 / (levels − 1) + 2 / (rows − levels).
 *
 * @param codes of each row of the table its level, −1 where the cell is missing
 * @param levels their number
 */
export function fitLevelMeans(
  codes: Int32Array,
  levels: number,
  rows: Int32Array,
  answers: readonly Answer[],
  seed: number,
): FittedMeans | undefined {
  const order = permutation(rows.length, seed);
  const foldOf = new Int32Array(rows.length);
  order.forEach((i, place) => {
    foldOf[i] = place % folds;
  });
  const parts = Array.from({ length: folds }, (_, fold) => rows.filter((_, i) => foldOf[i] !== fold));
  const fitted = answers.map(({ of, at }) => {
    const all = valuesOf(codes, levels, rows, at);
    const others = parts.map((part) => valuesOf(codes, levels, part, at));
    const own = Float64Array.from(rows, (row, i) => {
      const { overall, values } = others[foldOf[i]!]!;
      return codes[row]! < 0 ? overall : values[codes[row]!]!;
    });
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    const std = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length);
    const { overall, values, isApart } = all;
    return { means: { of, overall, std: std > 0 ? std : 1, values: [...values] }, own, isApart };
  });
  if (!fitted.some(({ isApart }) => isApart)) return undefined;
  return { means: fitted.map(({ means }) => means), outOfFold: fitted.map(({ own }) => own) };
}

function valuesOf(codes: Int32Array, levels: number, rows: Int32Array, at: Answer["at"]): LevelValues {
  const [counts, means] = [new Float64Array(levels), new Float64Array(levels)];
  const overall = rows.reduce((sum, row) => sum + at(row), 0) / rows.length;
  for (const row of rows) {
    const code = codes[row]!;
    if (code < 0) continue;
    counts[code]!++;
    means[code]! += (at(row) - means[code]!) / counts[code]!;
  }
  let within = 0;
  for (const row of rows) if (codes[row]! >= 0) within += (at(row) - means[codes[row]!]!) ** 2;
  return levelValues(counts, means, within, overall);
}

export interface LevelValues {
  readonly overall: number;
  /** For each level. */
  readonly values: Float64Array;
  /** Whether levels differ more than by chance. */
  readonly isApart: boolean;
}

/** By the rows of each level, their mean, the sum of squares within levels, and the mean of all rows. */
export function levelValues(counts: Float64Array, means: Float64Array, within: number, overall: number): LevelValues {
  let [between, seen, present, squares] = [0, 0, 0, 0];
  for (const [code, n] of counts.entries()) {
    if (n === 0) continue;
    present++;
    seen += n;
    squares += n * n;
    between += n * (means[code]! - overall) ** 2;
  }
  // Expected: within / (seen − present) is σ², between / (present − 1) is σ² + n₀ τ².
  const variance = within / Math.max(1, seen - present);
  const usual = (seen - squares / seen) / Math.max(1, present - 1);
  const apart = Math.max(0, (between / Math.max(1, present - 1) - variance) / usual) || 0;
  const values = means.map((mean, code) => {
    const n = counts[code]!;
    const share = apart === 0 || n === 0 ? 0 : (n * apart) / (n * apart + variance);
    return share * mean + (1 - share) * overall;
  });
  const f = between / Math.max(1, present - 1) / variance;
  const deviation = Math.sqrt(2 / Math.max(1, present - 1) + 2 / Math.max(1, seen - present));
  return { overall, values, isApart: apart > 0 && f > 1 + beyondChance * deviation };
}
