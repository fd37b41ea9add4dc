// The sketch of a tensor as the machine gives it, read into named figures.
import { sketchLayout } from "../ops/sketch.ts";

/** Fixed-size statistics of a tensor. Mean, RMS and extremes are those of its finite elements. */
export interface Sketch {
  readonly mean: number;
  /** √ mean x² */
  readonly rms: number;
  readonly min: number;
  readonly max: number;
  /** Number of elements. */
  readonly size: number;
  /** Elements that are NaN or infinite. */
  readonly nonFinite: number;
  readonly zeros: number;
  /** Elements with 0 < |x| < 2⁻¹²⁶. */
  readonly subnormal: number;
  /**
   * The histogram by binary exponent, without its empty ends: the exponent ⌊log₂ |x|⌋ of the first bucket, then the
   * counts of it and the following ones. Exponents end at −47 and 16; what lies beyond is counted there.
   */
  readonly exponents: readonly number[];
}

/** Reads the sketch that begins at `at`. */
export function readSketch(figures: ArrayLike<number>, at: number, size: number): Sketch {
  const { mean, rms, min, max, nonFinite, zeros, subnormal, histogram, buckets, lowestExponent } = sketchLayout;
  const counts = Array.from({ length: buckets }, (_, k) => figures[at + histogram + k]!);
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  return {
    mean: figures[at + mean]!,
    rms: figures[at + rms]!,
    min: figures[at + min]!,
    max: figures[at + max]!,
    size,
    nonFinite: figures[at + nonFinite]!,
    zeros: figures[at + zeros]!,
    subnormal: figures[at + subnormal]!,
    exponents: first < 0 ? [] : [lowestExponent + first, ...counts.slice(first, last + 1)],
  };
}
