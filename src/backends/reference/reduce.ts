// Reductions, softmax and argmax: each result from the elements along its axes, in float64.
import type { TypedArray } from "../../ir/dtype.ts";
import { stridesOf } from "../../ir/shape.ts";
import type { Kernel, NdArray } from "./kernel.ts";
import { offsetsOf } from "./offsets.ts";

/** Elements x[start + along[i]] as one group. */
type Reduce = (x: TypedArray, start: number, along: Int32Array) => number;

/** Where the groups along `axes` start, and the offsets of a group's elements from its start. */
function groups({ shape }: NdArray, axes: readonly number[]): { starts: Int32Array; along: Int32Array } {
  const strides = stridesOf(shape);
  const others = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const select = (list: readonly number[]) =>
    offsetsOf(
      list.map((axis) => shape[axis]!),
      list.map((axis) => strides[axis]!),
    );
  return { starts: select(others), along: select(axes) };
}

const reducing =
  (reduce: Reduce): Kernel<"sum"> =>
  ([x]: readonly [NdArray], { axes }, y) => {
    const { starts, along } = groups(x, axes);
    return () => {
      for (let i = 0; i < starts.length; i++) y.data[i] = reduce(x.data, starts[i]!, along);
    };
  };

const sumOf: Reduce = (x, start, along) => {
  let sum = 0;
  for (let i = 0; i < along.length; i++) sum += x[start + along[i]!]!;
  return sum;
};

/** Modulo 2³², however long. */
const wrappedSumOf: Reduce = (x, start, along) => {
  let sum = 0;
  for (let i = 0; i < along.length; i++) sum = (sum + x[start + along[i]!]!) | 0;
  return sum;
};

const largestOf: Reduce = (x, start, along) => {
  let largest = -Infinity;
  for (let i = 0; i < along.length; i++) largest = Math.max(largest, x[start + along[i]!]!);
  return largest;
};

const smallestOf: Reduce = (x, start, along) => {
  let smallest = Infinity;
  for (let i = 0; i < along.length; i++) smallest = Math.min(smallest, x[start + along[i]!]!);
  return smallest;
};

/** Σ e^(x − shift) */
function sumOfExponentials(x: TypedArray, start: number, along: Int32Array, shift: number): number {
  let sum = 0;
  for (let i = 0; i < along.length; i++) sum += Math.exp(x[start + along[i]!]! - shift);
  return sum;
}

/** max + ln Σ e^(x − max); an infinite max is the result itself. */
const logSumOf: Reduce = (x, start, along) => {
  const largest = largestOf(x, start, along);
  if (Math.abs(largest) === Infinity) return largest;
  return largest + Math.log(sumOfExponentials(x, start, along, largest));
};

/** A NaN counts as largest, as in PyTorch. */
const placeOfLargest: Reduce = (x, start, along) => {
  let place = 0;
  let largest = x[start]!;
  for (let i = 1; i < along.length; i++) {
    const value = x[start + along[i]!]!;
    if (value > largest || (Number.isNaN(value) && !Number.isNaN(largest))) {
      place = i;
      largest = value;
    }
  }
  return place;
};

export const sum: Kernel<"sum"> = (inputs: readonly [NdArray], attributes, y) =>
  reducing(y.dtype === "int32" ? wrappedSumOf : sumOf)(inputs, attributes, y);
export const mean = reducing((x, start, along) => sumOf(x, start, along) / along.length);
export const max = reducing(largestOf);
export const min = reducing(smallestOf);
export const logsumexp = reducing(logSumOf);

/** Two passes: the squares are of deviations, so that a large mean costs no digits. */
export const variance: Kernel<"var"> = (inputs: readonly [NdArray], attributes, y) => {
  const reduce: Reduce = (x, start, along) => {
    const mean = sumOf(x, start, along) / along.length;
    let sum = 0;
    for (let i = 0; i < along.length; i++) sum += (x[start + along[i]!]! - mean) ** 2;
    return sum / (along.length - attributes.correction);
  };
  return reducing(reduce)(inputs, attributes, y);
};

export const argmax: Kernel<"argmax"> = (inputs: readonly [NdArray], { axis }, y) =>
  reducing(placeOfLargest)(inputs, { axes: [axis], keepDims: false }, y);

/** y from x − max and Σ e^(x − max), element by element of each group along the axis. */
const normalizing =
  (normalize: (shifted: number, sum: number) => number): Kernel<"softmax"> =>
  ([x]: readonly [NdArray], { axis }, y) => {
    const { starts, along } = groups(x, [axis]);
    return () => {
      for (let group = 0; group < starts.length; group++) {
        const start = starts[group]!;
        const largest = largestOf(x.data, start, along);
        const sum = sumOfExponentials(x.data, start, along, largest);
        for (let i = 0; i < along.length; i++) {
          const at = start + along[i]!;
          y.data[at] = normalize(x.data[at]! - largest, sum);
        }
      }
    };
  };

export const softmax = normalizing((shifted, sum) => Math.exp(shifted) / sum);
export const logSoftmax = normalizing((shifted, sum) => shifted - Math.log(sum));
