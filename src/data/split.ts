// Training and validation rows: a seeded shuffle, stratified by class.
import { ChainruleError } from "../ir/errors.ts";
import { permutation } from "./random.ts";
import { count } from "./wording.ts";

/**
 * Splits the rows 0 … rows − 1 into training and validation rows, both in shuffled order.
 *
 * With `classLabels` (a class index per row), every class gives its share of validation rows, to within one row, by
 * largest remainder; a class always keeps at least one row in training. A fraction above 0 yields at least one
 * validation row. The same seed gives the same split on every platform.
 *
 * @throws ChainruleError INVALID_ARGUMENT (fraction outside [0, 1), seed no integer), TOO_FEW_ROWS
 * @example
 * const { train, validation } = split(150, 0.2, 1); // 120 and 30 rows
 */
export function split(
  rows: number,
  validationFraction: number,
  seed: number,
  classLabels?: ArrayLike<number>,
): { train: Int32Array; validation: Int32Array } {
  if (!(validationFraction >= 0 && validationFraction < 1)) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `The validation fraction must be at least 0 and less than 1, and is ${validationFraction}. For 20 %, write 0.2.`,
      { validationFraction },
    );
  }
  if (!Number.isSafeInteger(seed)) {
    throw new ChainruleError("INVALID_ARGUMENT", `The seed must be an integer, and is ${seed}.`, { seed });
  }
  const order = permutation(rows, seed);
  if (validationFraction === 0) return { train: order, validation: new Int32Array(0) };

  const wanted = Math.max(1, Math.round(rows * validationFraction));
  const quotas = classLabels
    ? stratify(classLabels, validationFraction, wanted)
    : Int32Array.of(Math.min(wanted, rows - 1));
  const size = quotas.reduce((sum, quota) => sum + quota, 0);
  if (rows < 2 || size < 1) {
    const why = rows < 2 ? "" : ": every class has one row only, and training needs it";
    throw new ChainruleError(
      "TOO_FEW_ROWS",
      `${count(rows, "row")} cannot be split into training and validation rows${why}. Add rows, or train without validation (fraction 0).`,
      { rows, validationFraction },
    );
  }

  const train = new Int32Array(rows - size);
  const validation = new Int32Array(size);
  let t = 0;
  let v = 0;
  for (const row of order) {
    const label = classLabels ? classLabels[row]! : 0;
    if (quotas[label]! > 0) {
      quotas[label]!--;
      validation[v++] = row;
    } else {
      train[t++] = row;
    }
  }
  return { train, validation };
}

/** Validation rows per class: ⌊n_c f⌋, and one more for the largest remainders until `wanted` is reached. */
function stratify(labels: ArrayLike<number>, fraction: number, wanted: number): Int32Array {
  let classes = 0;
  for (let r = 0; r < labels.length; r++) classes = Math.max(classes, labels[r]! + 1);
  const sizes = new Int32Array(classes);
  for (let r = 0; r < labels.length; r++) sizes[labels[r]!]!++;
  const quotas = sizes.map((size) => Math.floor(size * fraction));
  let left = wanted - quotas.reduce((sum, quota) => sum + quota, 0);
  const byRemainder = Array.from(sizes.keys()).sort(
    (a, b) => sizes[b]! * fraction - quotas[b]! - (sizes[a]! * fraction - quotas[a]!) || a - b,
  );
  for (const c of byRemainder) {
    if (left <= 0) break;
    if (quotas[c]! + 1 >= sizes[c]!) continue;
    quotas[c]!++;
    left--;
  }
  return quotas;
}
