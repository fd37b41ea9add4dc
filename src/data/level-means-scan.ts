// The means of the answers at the levels of a category, from rows that come block by block: as fitLevelMeans has them of all rows.
import { labelKey } from "./cells.ts";
import type { Codes } from "./encode.ts";
import { type Answer, folds, type LevelValues, levelValues } from "./level-means.ts";

/** Levels times answers, for which sums are kept: 15 numbers each. */
export const mostLevelSums = 2 ** 18;

/** Rows, mean and sum of squares of one answer at every level and fold. */
class Sums {
  readonly counts: Float64Array;
  readonly means: Float64Array;
  readonly squares: Float64Array;

  constructor(length: number) {
    [this.counts, this.means, this.squares] = [
      new Float64Array(length),
      new Float64Array(length),
      new Float64Array(length),
    ];
  }

  /** Welford (1962). */
  add(at: number, value: number): void {
    const n = ++this.counts[at]!;
    const apart = value - this.means[at]!;
    this.means[at]! += apart / n;
    this.squares[at]! += apart * (value - this.means[at]!);
  }

  /** What `other` has at `from` joins what is at `at` (Chan, Golub and LeVeque 1979). */
  merge(at: number, other: Sums, from: number): void {
    const [own, more] = [this.counts[at]!, other.counts[from]!];
    if (more === 0) return;
    const apart = other.means[from]! - this.means[at]!;
    this.squares[at]! += other.squares[from]! + (apart ** 2 * own * more) / (own + more);
    this.means[at]! += (apart * more) / (own + more);
    this.counts[at] = own + more;
  }
}

/** As FittedMeans; a row that is trained on has the values of the folds that are not its own. */
export interface StreamedMeans {
  readonly means: readonly { of: string; overall: number; std: number; values: readonly number[] }[];
  /** By the key of a level's text its code. */
  readonly codes: ReadonlyMap<string, number>;
  /** For each answer and fold, the values that rows of the fold have. */
  readonly ofFold: readonly (readonly Pick<LevelValues, "overall" | "values">[])[];
}

export class LevelMeansScan {
  readonly #codes: ReadonlyMap<string, number>;
  readonly #answers: readonly Pick<Answer, "of">[];
  /** For each answer, at (level · folds + fold); of missing cells behind the last level. */
  readonly #sums: readonly Sums[];

  constructor(levels: readonly string[], answers: readonly Pick<Answer, "of">[]) {
    this.#codes = new Map(levels.map((level, code) => [labelKey(level), code]));
    this.#answers = answers;
    this.#sums = answers.map(() => new Sums((levels.length + 1) * folds));
  }

  /** Rows that are trained on, with the fold of each, and the answers by rows. */
  add({ codes, levels }: Codes, rows: Int32Array, foldOf: (row: number) => number, answers: readonly Answer[]): void {
    const none = this.#codes.size;
    const own = levels.map((level) => this.#codes.get(labelKey(level)) ?? none);
    for (const row of rows) {
      const code = codes[row]! < 0 ? none : own[codes[row]!]!;
      const at = code * folds + foldOf(row);
      for (const [a, answer] of answers.entries()) this.#sums[a]!.add(at, answer.at(row));
    }
  }

  /** Undefined where levels do not differ in any of the answers. */
  fit(): StreamedMeans | undefined {
    const levels = this.#codes.size;
    const fitted = this.#sums.map((sums, a) => {
      const all = valuesOf(sums, levels, () => true);
      const ofFold = Array.from({ length: folds }, (_, fold) => valuesOf(sums, levels, (other) => other !== fold));
      let [rows, sum, squares] = [0, 0, 0];
      const each = (use: (n: number, value: number) => void) => {
        for (let code = 0; code <= levels; code++)
          for (const [fold, { overall, values }] of ofFold.entries())
            use(sums.counts[code * folds + fold]!, code === levels ? overall : values[code]!);
      };
      each((n, value) => {
        rows += n;
        sum += n * value;
      });
      each((n, value) => {
        squares += n * (value - sum / rows) ** 2;
      });
      const std = Math.sqrt(squares / rows);
      const { of } = this.#answers[a]!;
      const means = { of, overall: all.overall, std: std > 0 ? std : 1, values: [...all.values] };
      return { means, ofFold, isApart: all.isApart };
    });
    if (!fitted.some(({ isApart }) => isApart)) return undefined;
    return {
      means: fitted.map(({ means }) => means),
      codes: this.#codes,
      ofFold: fitted.map(({ ofFold }) => ofFold),
    };
  }
}

function valuesOf(sums: Sums, levels: number, isCounted: (fold: number) => boolean): LevelValues {
  const own = new Sums(levels + 2);
  for (let code = 0; code <= levels; code++)
    for (let fold = 0; fold < folds; fold++) if (isCounted(fold)) own.merge(code, sums, code * folds + fold);
  // All rows together, those with missing cells too.
  const all = levels + 1;
  for (let code = 0; code <= levels; code++) own.merge(all, own, code);
  const within = own.squares.subarray(0, levels).reduce((sum, each) => sum + each, 0);
  return levelValues(own.counts.subarray(0, levels), own.means.subarray(0, levels), within, own.means[all]!);
}
