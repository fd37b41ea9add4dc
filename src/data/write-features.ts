// The features of one cell: what a column was fitted to, written into a row of x. Tables and exported files have it from here.
import { labelKey } from "./cells.ts";
import { type Cycle, periods } from "./cycles.ts";

/** How values become features: see ValueColumn. */
export interface ValueScale {
  readonly mean: number;
  readonly std: number;
  readonly cycles: readonly Cycle[];
  readonly missing: boolean;
}

/** Writes the features of a value at x[at…], where zeros are; NaN is a missing value. */
export type WriteValue = (value: number, x: Float32Array, at: number) => void;

/** (value − mean) / std where it is scaled, then a pair for each cycle, then whether it is missing. */
export function valueFeatures({ mean, std: own, cycles, missing }: ValueScale, isScaled: boolean): WriteValue {
  const shift = isScaled ? mean : 0;
  const std = isScaled ? own : 1;
  const lengths = cycles.map((cycle) => periods[cycle]);
  const missingAt = 1 + 2 * lengths.length;
  return (value, x, at) => {
    if (Number.isNaN(value)) {
      x[at] = (mean - shift) / std;
      if (missing) x[at + missingAt] = 1;
      return;
    }
    x[at] = (value - shift) / std;
    for (let c = 0; c < lengths.length; c++) {
      const angle = 2 * Math.PI * (value / lengths[c]!);
      x[at + 1 + 2 * c] = Math.sin(angle);
      x[at + 2 + 2 * c] = Math.cos(angle);
    }
  };
}

/** Which level of a category has which feature: see CategoryColumn. */
export interface CategoryLevels {
  readonly levels: readonly string[];
  readonly isExact: boolean;
  readonly other: boolean;
  readonly missing: boolean;
  readonly rare?: { readonly levels: readonly string[]; readonly means: readonly LevelScale[] };
}

/** A feature of rare levels: (value of the level − overall) / std. */
interface LevelScale {
  /** What is averaged, in words. */
  readonly of: string;
  readonly overall: number;
  readonly std: number;
  readonly values: readonly number[];
}

export interface CategoryFeatures {
  /** Among the levels with a feature of their own; −1 where it is none of them. */
  placeOf(level: string): number;
  /** Among the rare ones. */
  rarePlaceOf(level: string): number;
  /**
   * Writes the features of a level at x[at…], where zeros are, by its places; `own` are values that a row of the training has in place of those of
   * its level, for each of the means.
   */
  write(
    cell: { readonly isMissing: boolean; readonly place: number; readonly rarePlace: number },
    x: Float32Array,
    at: number,
    own?: (mean: number) => number,
  ): void;
}

export function categoryFeatures(column: CategoryLevels, standardize: boolean): CategoryFeatures {
  const { levels, isExact, other, missing, rare } = column;
  const key = isExact ? (level: string) => level : labelKey;
  const placeAmong = (some: readonly string[]) => {
    const known = new Map(some.map((level, i) => [key(level), i]));
    return (level: string) => known.get(key(level)) ?? -1;
  };
  const otherAt = other ? levels.length : -1;
  const rareAt = levels.length + (other ? 1 : 0);
  const missingAt = rareAt + (rare?.means.length ?? 0);
  return {
    placeOf: placeAmong(levels),
    rarePlaceOf: placeAmong(rare?.levels ?? []),
    write({ isMissing, place, rarePlace }, x, at, own) {
      if (place < 0) {
        // Levels with a feature of their own have 0 here, as the mean of all rows has.
        rare?.means.forEach(({ overall, std, values }, m) => {
          const value = own ? own(m) : rarePlace < 0 ? overall : values[rarePlace]!;
          x[at + rareAt + m] = standardize ? (value - overall) / std : value - overall;
        });
      }
      if (isMissing) {
        if (missing) x[at + missingAt] = 1;
      } else if (place >= 0) x[at + place] = 1;
      else if (rarePlace < 0 && otherAt >= 0) x[at + otherAt] = 1;
    },
  };
}
