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
   * counts of it and the following ones. Exponents end at −47 and 16; what lies beyond is counted there. Of more than
   * 65,536 elements a fourth is counted.
   */
  readonly exponents: readonly number[];
}

/** Reads the sketch that begins at `at`. */
export function readSketch(figures: ArrayLike<number>, at: number, size: number): Sketch {
  const { mean, rms, min, max, nonFinite, zeros, subnormal, histogram, buckets, lowestExponent } = sketchLayout;
  // A loop, since a step may be read many thousand times.
  let first = at + histogram;
  let end = first + buckets;
  while (end > first && figures[end - 1] === 0) end--;
  while (first < end && figures[first] === 0) first++;
  const exponents = first === end ? [] : [lowestExponent + first - at - histogram];
  for (let i = first; i < end; i++) exponents.push(figures[i]!);
  return {
    mean: figures[at + mean]!,
    rms: figures[at + rms]!,
    min: figures[at + min]!,
    max: figures[at + max]!,
    size,
    nonFinite: figures[at + nonFinite]!,
    zeros: figures[at + zeros]!,
    subnormal: figures[at + subnormal]!,
    exponents,
  };
}
