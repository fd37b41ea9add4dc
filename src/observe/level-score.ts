// How well one category alone predicts the target: what its levels say, fitted on half of the rows, measured on the rest.
import { maximum } from "../ir/stats.ts";

/** Fewest rows that a level is fitted on; others say what all rows do. */
const fewest = 4;

/**
 * 0 … 1 for the rows `positions`, `level(i)` in 0 … levels − 1 for row i, with targets y: as univariateScore, with the mean or the most
 * frequent class of a row's level in place of a step.
 */
export function levelScore(
  positions: Int32Array,
  level: (row: number) => number,
  levels: number,
  y: ArrayLike<number>,
  classes: number,
): number {
  const seen = new Int32Array(levels);
  const halves = positions.map((row) => seen[level(row)]!++ % 2);
  let [errors, errorsWithout] = [0, 0];
  for (const half of [0, 1]) {
    const said = saysOf(
      positions.filter((_, i) => halves[i] === half),
      level,
      levels,
      y,
      classes,
    );
    positions.forEach((row, i) => {
      if (halves[i] === half) return;
      const wrong = (answer: number) => (classes > 0 ? Number(answer !== y[row]) : (answer - y[row]!) ** 2);
      errors += wrong(said.of[level(row)]!);
      errorsWithout += wrong(said.all);
    });
  }
  return errorsWithout > 0 ? Math.max(0, 1 - errors / errorsWithout) : 0;
}

function saysOf(
  rows: Int32Array,
  level: (row: number) => number,
  levels: number,
  y: ArrayLike<number>,
  classes: number,
) {
  const width = Math.max(1, classes);
  const [counts, sums, total] = [new Int32Array(levels), new Float64Array(levels * width), new Float64Array(width)];
  for (const row of rows) {
    const at = classes > 0 ? y[row]! : 0;
    const amount = classes > 0 ? 1 : y[row]!;
    counts[level(row)]!++;
    sums[level(row) * width + at]! += amount;
    total[at]! += amount;
  }
  const say = (own: Float64Array, count: number) => (classes > 0 ? own.indexOf(maximum(own)) : own[0]! / count);
  const all = say(total, Math.max(1, rows.length));
  const of = Float64Array.from(counts, (count, l) =>
    count < fewest ? all : say(sums.subarray(l * width, (l + 1) * width), count),
  );
  return { all, of };
}
