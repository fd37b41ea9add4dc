// Statistics of lists of numbers.

type Numbers = ArrayLike<number>;

/** The mean of f over the values, added up in their order; NaN of none. */
export function mean(values: Numbers, f: (value: number) => number = (value) => value): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += f(values[i]!);
  return sum / values.length;
}

/** mean (x − mean x)ⁿ */
export function moment(values: Numbers, n: number): number {
  const centre = mean(values);
  return mean(values, (value) => (value - centre) ** n);
}

/** Of the population: √ mean (x − mean x)². */
export const deviation = (values: Numbers): number => Math.sqrt(moment(values, 2));

/** The largest; −∞ of none, NaN where one is NaN. Unlike Math.max(...values) it takes any number of values. */
export function maximum(values: Numbers): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i]!);
  return largest;
}

/** The smallest; ∞ of none, NaN where one is NaN. Unlike Math.min(...values) it takes any number of values. */
export function minimum(values: Numbers): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < values.length; i++) smallest = Math.min(smallest, values[i]!);
  return smallest;
}

const sorted = (values: Numbers): Float64Array => Float64Array.from(values).sort();

/** The middle one of an odd number of values, the mean of the two in the middle of an even number; NaN of none. */
export function median(values: Numbers): number {
  const all = sorted(values);
  return (all[(all.length - 1) >> 1]! + all[all.length >> 1]!) / 2;
}

/** The median, but the larger of the two in the middle: one of the values. NaN of none. */
export const upperMedian = (values: Numbers): number => sorted(values)[values.length >> 1] ?? Number.NaN;

/**
 * Coefficient of determination 1 − Σ (y − ŷ)² / Σ (y − ȳ)². Where all targets are equal it is 1 for perfect predictions and
 * 0 otherwise (scikit-learn: r2_score with force_finite=True).
 *
 * @param predictions ŷ [rows]
 * @param targets y [rows]
 */
export function r2(predictions: Numbers, targets: Numbers): number {
  const centre = mean(targets);
  let [squares, spread, isConstant] = [0, 0, true];
  for (let i = 0; i < targets.length; i++) {
    const residual = predictions[i]! - targets[i]!;
    squares += residual * residual;
    spread += (targets[i]! - centre) ** 2;
    isConstant &&= targets[i] === targets[0];
  }
  // Rounding of the mean can make the spread of equal targets non-zero, so equality is tested on the targets.
  return isConstant || spread === 0 ? (squares === 0 ? 1 : 0) : 1 - squares / spread;
}

/**
 * Area under the ROC curve of one positive class: the probability that a positive row scores above a negative one,
 * ties counting ½. Source: Hanley & McNeil 1982; Mann & Whitney 1947.
 *
 * @returns undefined where there are no positive or no negative rows
 */
export function rocAuc(scores: Numbers, isPositive: (row: number) => boolean): number | undefined {
  const rows = scores.length;
  const [positives, negatives] = [new Float64Array(rows), new Float64Array(rows)];
  let [p, n] = [0, 0];
  for (let row = 0; row < rows; row++) {
    if (isPositive(row)) positives[p++] = scores[row]!;
    else negatives[n++] = scores[row]!;
  }
  return rocAucBetween(positives.subarray(0, p), negatives.subarray(0, n));
}

/** The same of the scores of positive rows and of negative ones, both of which are sorted in place. */
export function rocAucBetween(positives: Float64Array, negatives: Float64Array): number | undefined {
  if (positives.length === 0 || negatives.length === 0) return undefined;
  positives.sort();
  negatives.sort();
  // Pairs that are in order, twice: negatives below each positive, and those not above it.
  let [below, upTo, twice] = [0, 0, 0];
  for (const score of positives) {
    while (negatives[below]! < score) below++;
    while (negatives[upTo]! <= score) upTo++;
    twice += below + upTo;
  }
  return twice / 2 / (positives.length * negatives.length);
}
