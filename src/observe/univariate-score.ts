// How well one feature alone predicts the target: a small decision tree on it, fitted on half of the rows, measured on the rest.
import { maximum } from "../ir/stats.ts";

/** Rows and their targets in the order of one feature. */
interface Sorted {
  readonly x: Float32Array;
  readonly y: Float64Array;
}

/** A tree on one feature: rows below `edges[0]` take `says[0]`, and so on. */
interface Steps {
  readonly edges: readonly number[];
  readonly says: readonly number[];
}

/** At most 2^depth steps. */
const depth = 5;
/** Fewest rows that a step is fitted on. */
const fewest = 4;

/**
 * 0 … 1 for the values x [rows] of a feature, with targets y [rows]: R² for numbers; for `classes` > 0 the share
 * of the errors of always saying the most frequent class that it avoids. Each half of the rows, by turns, is predicted
 * by steps fitted on the other, greedily as by CART (Breiman et al. 1984). Rows whose value is NaN are left out.
 */
export function univariateScore(x: Float32Array, y: Float64Array, classes: number): number {
  const order = sortedBy(x);
  const halves = [0, 1].map((half) => halfOf(order, half, x, y));
  let errors = 0;
  let errorsWithout = 0;
  for (const [fitted, measured] of [
    [halves[0]!, halves[1]!],
    [halves[1]!, halves[0]!],
  ] as const) {
    if (fitted.x.length < 2 * fewest || measured.x.length === 0) return 0;
    const steps = fitSteps(fitted, classes);
    const same = classes > 0 ? mostFrequent(fitted.y, 0, fitted.y.length, classes) : mean(fitted.y, 0, fitted.y.length);
    const wrong = (said: number, truth: number) => (classes > 0 ? Number(said !== truth) : (said - truth) ** 2);
    let step = 0;
    for (let i = 0; i < measured.x.length; i++) {
      while (step < steps.edges.length && measured.x[i]! >= steps.edges[step]!) step++;
      errors += wrong(steps.says[step]!, measured.y[i]!);
      errorsWithout += wrong(same, measured.y[i]!);
    }
  }
  return errorsWithout > 0 ? Math.max(0, 1 - errors / errorsWithout) : 0;
}

const bits = new Float32Array(1);
const pattern = new Uint32Array(bits.buffer);

/**
 * Rows by rising value, NaN left out. Values as integers of the same order (IEEE 754: those of
 * negative numbers run backwards), with the row in the low bits: numbers sort many times faster than pairs.
 */
function sortedBy(x: Float32Array): Int32Array {
  const keys = new Float64Array(x.length);
  let count = 0;
  for (let row = 0; row < x.length; row++) {
    bits[0] = x[row]! + 0;
    if (Number.isNaN(bits[0])) continue;
    const raw = pattern[0]!;
    keys[count++] = (raw >= 2 ** 31 ? 2 ** 32 - 1 - raw : raw + 2 ** 31) * 2 ** 20 + row;
  }
  const sorted = keys.subarray(0, count).sort();
  const order = new Int32Array(count);
  for (let k = 0; k < count; k++) order[k] = sorted[k]! - Math.floor(sorted[k]! / 2 ** 20) * 2 ** 20;
  return order;
}

/** Every second row, of those with an even number or an odd one, in their order. */
function halfOf(order: Int32Array, half: number, x: Float32Array, y: Float64Array): Sorted {
  const own = { x: new Float32Array(order.length), y: new Float64Array(order.length) };
  let count = 0;
  for (let k = 0; k < order.length; k++) {
    const row = order[k]!;
    if (row % 2 !== half) continue;
    own.x[count] = x[row]!;
    own.y[count++] = y[row]!;
  }
  return { x: own.x.subarray(0, count), y: own.y.subarray(0, count) };
}

function fitSteps(rows: Sorted, classes: number): Steps {
  const edges: number[] = [];
  const says: number[] = [];
  const grow = (from: number, to: number, level: number): void => {
    const at = level === 0 ? -1 : classes > 0 ? cutClasses(rows, from, to, classes) : cutValues(rows, from, to);
    if (at < 0) {
      says.push(classes > 0 ? mostFrequent(rows.y, from, to, classes) : mean(rows.y, from, to));
      return;
    }
    grow(from, at, level - 1);
    edges.push(between(rows.x[at - 1]!, rows.x[at]!));
    grow(at, to, level - 1);
  };
  grow(0, rows.x.length, depth);
  return { edges, says };
}

const between = (a: number, b: number): number => {
  const middle = a / 2 + b / 2;
  return middle > a ? middle : b;
};

/** Where rows from … to are cut so that Gini's impurity falls most: at the largest Σ n² / n over both parts; −1 where nowhere. */
function cutClasses({ x, y }: Sorted, from: number, to: number, classes: number): number {
  const left = new Float64Array(classes);
  const right = new Float64Array(classes);
  for (let i = from; i < to; i++) right[y[i]!]!++;
  let [squaresLeft, squaresRight] = [0, right.reduce((sum, n) => sum + n * n, 0)];
  let [best, cut] = [squaresRight / (to - from) + 1e-9, -1];
  for (let i = from; i < to - fewest; i++) {
    const label = y[i]!;
    squaresLeft += 2 * left[label]!++ + 1;
    squaresRight -= 2 * right[label]!-- - 1;
    const count = i + 1 - from;
    if (count < fewest || x[i] === x[i + 1]) continue;
    const purity = squaresLeft / count + squaresRight / (to - from - count);
    if (purity > best) [best, cut] = [purity, i + 1];
  }
  return cut;
}

/** Where the sum of squares around the means of both parts is least: at the largest (Σ y)² / n over both. */
function cutValues({ x, y }: Sorted, from: number, to: number): number {
  const centre = mean(y, from, to);
  let [left, right] = [0, 0];
  let [best, cut] = [1e-12 * (to - from), -1];
  for (let i = from; i < to - fewest; i++) {
    left += y[i]! - centre;
    right = -left;
    const count = i + 1 - from;
    if (count < fewest || x[i] === x[i + 1]) continue;
    const gain = left ** 2 / count + right ** 2 / (to - from - count);
    if (gain > best) [best, cut] = [gain, i + 1];
  }
  return cut;
}

function mean(y: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += y[i]!;
  return sum / (to - from);
}

function mostFrequent(y: Float64Array, from: number, to: number, classes: number): number {
  const counts = new Int32Array(classes);
  for (let i = from; i < to; i++) counts[y[i]!]!++;
  return counts.indexOf(maximum(counts));
}
