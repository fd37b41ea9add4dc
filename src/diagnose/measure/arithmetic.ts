// A target that is a sum of columns: found by least squares, and by leaving out what it does without.
import type { Sample } from "./sample.ts";
import { columnFeatures } from "./sample.ts";

/** Columns from which the target follows. */
export interface Arithmetic {
  readonly columns: readonly string[];
  /** R² of a sum of them, each with a factor. */
  readonly r2: number;
}

/** So exact is nothing that was measured: of five digits the last is off by one. */
const exact = 0.99999;
/** More take long, and fit anything. */
const mostColumns = 60;
/** Rows for each column, at least. */
const rowsPerColumn = 5;
/** What a factor may be without: the others then explain as much. */
const tiny = 1e-9;

/**
 * The fewest columns of numbers whose sum, with a factor for each, is the target: at least two, and not all there are, since then that is what
 * is to be learnt. Undefined where there are none. Standardising keeps sums what they are.
 */
export function arithmetic(sample: Sample): Arithmetic | undefined {
  const { prepared, split, features, classes } = sample;
  const all = columnFeatures(prepared);
  const numbers = all.filter(({ column }) => column.type !== "category");
  if (classes > 0 || numbers.length < 2 || numbers.length > mostColumns) return undefined;
  if (split.rows < rowsPerColumn * (numbers.length + 1)) return undefined;
  const columns = [
    ...numbers.map(({ from }) =>
      Float64Array.from({ length: split.rows }, (_, row) => split.x[row * features + from]!),
    ),
    Float64Array.from(split.y),
  ];
  const gram = covariances(columns);
  const left = (chosen: readonly number[]) => unexplained(gram, chosen, numbers.length);
  let chosen = numbers.map((_, i) => i);
  if (!(left(chosen) < 1 - exact)) return undefined;
  for (const one of [...chosen]) {
    const without = chosen.filter((other) => other !== one);
    if (left(without) < 1 - exact) chosen = without;
  }
  if (chosen.length < 2 || chosen.length === all.length) return undefined;
  return { columns: chosen.map((i) => numbers[i]!.column.name), r2: 1 - left(chosen) };
}

function covariances(columns: readonly Float64Array[]): number[][] {
  const centred = columns.map((column) => {
    const mean = column.reduce((a, b) => a + b, 0) / column.length;
    return column.map((value) => value - mean);
  });
  return centred.map((a) => centred.map((b) => a.reduce((sum, value, row) => sum + value * b[row]!, 0)));
}

/** 1 − R² of least squares of column `target` on the chosen ones: pivots of Cholesky's decomposition, those near 0 left out. */
function unexplained(gram: readonly number[][], chosen: readonly number[], target: number): number {
  const order = [...chosen, target];
  const rest = order.map((i) => order.map((j) => gram[i]![j]!));
  for (let k = 0; k < chosen.length; k++) {
    const pivot = rest[k]![k]!;
    if (!(pivot > tiny * gram[order[k]!]![order[k]!]!)) continue;
    for (let i = k + 1; i < order.length; i++) {
      const factor = rest[i]![k]! / pivot;
      for (let j = k + 1; j < order.length; j++) rest[i]![j]! -= factor * rest[k]![j]!;
    }
  }
  const total = gram[target]![target]!;
  return total === 0 ? 1 : rest[chosen.length]![chosen.length]! / total;
}
