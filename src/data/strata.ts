// What a split keeps the shares of: the classes of a target; of several targets the combinations of their classes.
import type { TargetValues } from "./target-kinds.ts";

/** Combinations with fewer rows share one stratum: none could give its share to both parts. */
const fewestRows = 5;

/**
 * A stratum for each of the rows `kept`, from class indices of all rows: of one target its class. A row that alone has a class
 * of a target is a stratum of its own, so that it is trained on.
 */
export function strataOf(classes: readonly TargetValues[], kept: Int32Array): Int32Array {
  const labels = classes.map((of): Int32Array => kept.map((row) => of[row]!));
  const strata = labels.reduce(combined);
  let next = countOf(strata);
  for (const of of labels.length > 1 ? labels : []) {
    const sizes = sizesOf(of);
    of.forEach((label, i) => {
      if (sizes[label] === 1) strata[i] = next++;
    });
  }
  return strata;
}

/** Each pair of labels that comes often enough is one; the others are one together. */
function combined(a: Int32Array, b: Int32Array): Int32Array {
  const width = countOf(b);
  const pairs = a.map((label, i) => label * width + b[i]!);
  const sizes = sizesOf(pairs);
  const codes = new Map<number, number>();
  for (const [pair, size] of sizes.entries()) if (size >= fewestRows) codes.set(pair, codes.size);
  return pairs.map((pair) => codes.get(pair) ?? codes.size);
}

/** One more than the largest label. */
const countOf = (labels: Int32Array): number => labels.reduce((most, label) => Math.max(most, label), -1) + 1;

function sizesOf(labels: Int32Array): Int32Array {
  const sizes = new Int32Array(countOf(labels));
  for (const label of labels) sizes[label]!++;
  return sizes;
}
