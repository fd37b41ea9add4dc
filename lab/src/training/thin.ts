// A column as a chart draws it: the points between two steps, neighbours joined where they are more than it has room for, spikes kept.
import type { ColumnData } from "./columns.ts";

/** What a chart shows: the steps from one to another, in so many points at most. */
export interface ColumnView {
  readonly from: number;
  readonly to: number;
  readonly points: number;
}

/**
 * The points of a column in a view, and the next one on either side, so that lines reach the edges. Of points that are joined there is the mean
 * of their means, the lowest low and the highest high.
 */
export function thinned({ name, step, mean, low, high }: ColumnData, { from, to, points }: ColumnView): ColumnData {
  const first = Math.max(0, firstAt(step, from) - 1);
  const end = Math.min(step.length, firstAt(step, to) + 1);
  const perPoint = Math.max(1, Math.ceil((end - first) / points));
  const length = Math.ceil((end - first) / perPoint);
  const made = {
    name,
    step: new Float64Array(length),
    mean: new Float64Array(length),
    low: new Float64Array(length),
    high: new Float64Array(length),
  };
  for (let i = 0; i < length; i++) {
    const begin = first + i * perPoint;
    const stop = Math.min(end, begin + perPoint);
    let [sum, lowest, highest] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let j = begin; j < stop; j++) {
      sum += mean[j]!;
      lowest = Math.min(lowest, low[j]!);
      highest = Math.max(highest, high[j]!);
    }
    made.step[i] = step[stop - 1]!;
    made.mean[i] = sum / (stop - begin);
    made.low[i] = lowest;
    made.high[i] = highest;
  }
  return made;
}

/** Index of the first step that is at least `value`; the length where none is. */
export function firstAt(step: Float64Array, value: number): number {
  let [low, high] = [0, step.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (step[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the step that is nearest to a value; −1 where there is none. */
export function nearestTo(step: Float64Array, value: number): number {
  const at = firstAt(step, value);
  if (at === step.length) return at - 1;
  return at > 0 && value - step[at - 1]! <= step[at]! - value ? at - 1 : at;
}
