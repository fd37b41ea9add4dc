// Training and validation rows that are no shuffle of all rows: whole groups, or the last rows by time.
import { permutation } from "./random.ts";

export interface Parts {
  readonly train: Int32Array;
  readonly validation: Int32Array;
}

/**
 * Whole groups to validation, about `fraction` of the rows and, with `labels` (a class index per row), of every class. `groups`:
 * a number per row, −1 for a row that is a group of its own. Both parts are in shuffled order.
 *
 * Groups are taken in a seeded random order; each joins where it brings the rows per class nearer to the wanted ones,
 * Σ (taken − wanted)² / wanted. One that holds the last training rows of a class stays in training. Undefined with fewer
 * than two groups.
 */
export function splitByGroups(
  groups: ArrayLike<number>,
  fraction: number,
  seed: number,
  labels?: ArrayLike<number>,
): Parts | undefined {
  const rows = groups.length;
  const order = permutation(rows, seed);
  const members = new Map<number, number[]>();
  for (const row of order) {
    // Rows without a value follow the numbers of groups, which are not negative.
    const key = groups[row]! < 0 ? -1 - row : groups[row]!;
    const some = members.get(key);
    if (some) some.push(row);
    else members.set(key, [row]);
  }
  if (members.size < 2) return undefined;
  const sizes = countsOf(order, labels);
  const wanted = sizes.map((size) => size * fraction);
  const taken = new Float64Array(sizes.length);
  const isTaken = new Uint8Array(rows);
  const nearer = (counts: Float64Array) =>
    counts.reduce((gain, n, c) => {
      const [before, target] = [taken[c]!, wanted[c]!];
      return n === 0 ? gain : gain + ((before - target) ** 2 - (before + n - target) ** 2) / target;
    }, 0);
  const leavesRows = (counts: Float64Array) => counts.every((n, c) => n === 0 || taken[c]! + n < sizes[c]!);
  const all = [...members.values()].map((of) => ({ of, counts: countsOf(of, labels, sizes.length) }));
  const take = ({ of, counts }: (typeof all)[number]) => {
    for (const row of of) isTaken[row] = 1;
    for (const [c, n] of counts.entries()) taken[c]! += n;
  };
  for (const group of all) if (leavesRows(group.counts) && nearer(group.counts) > 0) take(group);
  // Where every group is too large by far, the smallest that leaves rows of each class; at the worst of all.
  if (!isTaken.includes(1)) {
    const bySize = all.toSorted((a, b) => a.of.length - b.of.length);
    take(bySize.find(({ counts }) => leavesRows(counts)) ?? bySize[0]!);
  }
  return { train: order.filter((row) => !isTaken[row]), validation: order.filter((row) => isTaken[row]) };
}

/** Rows of each class; all rows are of one without labels. */
function countsOf(rows: Int32Array | readonly number[], labels: ArrayLike<number> | undefined, classes?: number) {
  let most = 0;
  if (labels && classes === undefined) for (const row of rows) most = Math.max(most, labels[row]!);
  const counts = new Float64Array(classes ?? most + 1);
  for (const row of rows) counts[labels ? labels[row]! : 0]!++;
  return counts;
}

/**
 * The last rows by time to validation, about `fraction` of them: rows of one moment stay together. Rows without a time (NaN)
 * are for training. Both parts are in shuffled order. Undefined with fewer than two moments.
 */
export function splitByTime(
  times: Float64Array,
  fraction: number,
  seed: number,
): (Parts & { from: number }) | undefined {
  const sorted = times.filter((time) => !Number.isNaN(time)).sort();
  if (sorted.length === 0 || sorted[0] === sorted.at(-1)) return undefined;
  const wanted = Math.max(1, Math.round(times.length * fraction));
  const at = Math.max(0, sorted.length - wanted);
  // The moment at the cut goes to the side where the share stays nearest to the wanted one.
  const first = sorted.indexOf(sorted[at]!);
  const next = sorted.findIndex((time) => time > sorted[at]!);
  const cut = first > 0 && (next < 0 || at - first <= next - at) ? first : next;
  const from = sorted[cut]!;
  const order = permutation(times.length, seed);
  return {
    from,
    train: order.filter((row) => !(times[row]! >= from)),
    validation: order.filter((row) => times[row]! >= from),
  };
}
