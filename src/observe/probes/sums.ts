// Sums of products, as probes compute them.
import { sketchLayout } from "../../ops/sketch.ts";
import { where, zeros } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";

/** Parts of a sum of products, at most: enough for any number of threads to share. */
const mostParts = 16;

/** Σ x y, by the machine's dot products: nothing as large as x is written. */
export function dot(x: Tensor, y: Tensor): Tensor {
  if (x.size === 0) return zeros([]);
  let parts = mostParts;
  while (x.size % parts !== 0) parts--;
  return rowDots(x.reshape([parts, x.size / parts]), y.reshape([parts, x.size / parts])).sum();
}

/** Σ x y over the columns of [rows, columns]: [rows]. */
export function rowDots(x: Tensor, y: Tensor): Tensor {
  const [rows, columns] = x.shape as [number, number];
  return x
    .reshape([rows, 1, columns])
    .matmul(y.reshape([rows, columns, 1]))
    .reshape([rows]);
}

/** Σ x y over all tensors. */
export const total = (x: readonly Tensor[], y: readonly Tensor[]): Tensor =>
  x.map((part, i) => dot(part, y[i]!)).reduce((a, b) => a.add(b), zeros([]));

/** Largest |x| by a sketch of x, or 1 where all are 0: divided by it, squares of tiny numbers do not vanish in float32. */
export function largest(sketched: Tensor): Tensor {
  const at = (index: number): Tensor => sketched.slice([index], [index + 1]).abs();
  const most = at(sketchLayout.min).maximum(at(sketchLayout.max)).reshape([]);
  return where(most.greater(0), most, 1);
}

/** mean (x − mean over the batch)²; 0 for one row. */
export function deviation(x: Tensor): Tensor {
  if (x.size === 0) return zeros([]);
  return x
    .sub(x.mean(0, { keepDims: true }))
    .square()
    .mean();
}
