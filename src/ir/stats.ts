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
 * ties counting ½. From the ranks R (equal scores share their mean rank):
 * AUC = (Σ₊ R − n₊(n₊ + 1)/2) / (n₊ n₋). Source: Hanley & McNeil 1982; Mann & Whitney 1947.
 *
 * @returns undefined where there are no positive or no negative rows
 */
export function rocAuc(scores: Numbers, isPositive: (row: number) => boolean): number | undefined {
  const rows = scores.length;
  const order = Uint32Array.from({ length: rows }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < rows; ) {
    let end = start;
    let positivesHere = 0;
    for (; end < rows && scores[order[end]!] === scores[order[start]!]; end++)
      if (isPositive(order[end]!)) positivesHere++;
    // 1-based ranks start + 1 … end share their mean.
    rankSum += positivesHere * ((start + 1 + end) / 2);
    positives += positivesHere;
    start = end;
  }
  const negatives = rows - positives;
  if (positives === 0 || negatives === 0) return undefined;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
