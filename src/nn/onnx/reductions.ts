// ONNX's operators that reduce along axes, or go along one.

import { concat, oneHot, where } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import {
  type Apply,
  axisOf,
  input,
  invalidNode,
  listOf,
  numberOf,
  type OnnxCall,
  type OnnxOp,
  op,
  refused,
  staticNumbers,
} from "./op.ts";
import { cut, flip, isInteger, knownInts, padAxis, range, toFront, unsqueeze } from "./parts.ts";

type Reduce = (x: Tensor, axes: readonly number[], options: { readonly keepDims: boolean }) => Tensor;

const reduction = (reduce: Reduce): OnnxOp =>
  op(
    "axes keepdims noop_with_empty_axes",
    (call) => {
      const x = input(call);
      const given = listOf(call, "axes", 1) ?? [];
      if (given.length === 0 && numberOf(call, "noop_with_empty_axes", 0) === 1)
        return reduce(x, [], { keepDims: true });
      const axes = given.length === 0 ? range(x.rank) : given.map((axis) => axisOf(call, axis, x.rank));
      return reduce(
        x,
        [...new Set(axes)].sort((a, b) => a - b),
        { keepDims: numberOf(call, "keepdims", 1) === 1 },
      );
    },
    { statics: [1] },
  );

const sum: Reduce = (x, axes, options) => x.sum(axes, options);

/** Products of halves with each other, until one is left. */
const product: Reduce = (x, axes, { keepDims }) => {
  const others = range(x.rank).filter((i) => !axes.includes(i));
  const shape = x.shape.flatMap((n, i) => (!axes.includes(i) ? [n] : keepDims ? [1] : []));
  const rest = others.reduce((size, i) => size * x.shape[i]!, 1);
  let n = axes.reduce((size, i) => size * x.shape[i]!, 1);
  if (n === 0) return x.sum(axes, { keepDims }).add(1);
  let y = x.transpose([...axes, ...others]).reshape([n, rest]);
  while (n > 1) {
    const half = Math.ceil(n / 2);
    y = cut(y, 0, 0, half).mul(padAxis(cut(y, 0, half, n), 0, 0, 2 * half - n, 1));
    n = half;
  }
  return y.reshape(shape);
};

const extreme =
  (name: "max" | "min"): Reduce =>
  (x, axes, options) => {
    const isEmpty = axes.some((axis) => x.shape[axis] === 0);
    if (axes.length === 0) return x;
    if (isEmpty && x.dtype === "bool")
      return x
        .cast("int32")
        .sum(axes, options)
        .equal(name === "max" ? 1 : 0);
    if (isEmpty) return x.sum(axes, options).add(name === "max" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
    if (x.dtype === "bool") return x.cast("int32")[name](axes, options).cast("bool");
    return x[name](axes, options);
  };

const mean: Reduce = (x, axes, options) => (isInteger(x) ? x.mean(axes, options).cast("int32") : x.mean(axes, options));

const argument = (sign: 1 | -1): OnnxOp =>
  op("axis keepdims select_last_index", (call) => {
    const given = input(call);
    const axis = axisOf(call, numberOf(call, "axis", 0), given.rank);
    const isLast = numberOf(call, "select_last_index", 0) === 1;
    const x = sign === 1 ? given : given.neg();
    const first = (isLast ? flip(x, axis) : x).argmax(axis);
    const at = isLast ? first.neg().add(x.shape[axis]! - 1) : first;
    return numberOf(call, "keepdims", 1) === 1 ? unsqueeze(at, axis) : at;
  });

/** Before opset 13 the dimensions from `axis` on are one. */
const softmaxLike =
  (f: (x: Tensor, axis: number) => Tensor): Apply =>
  (call) => {
    const x = input(call);
    const axis = axisOf(call, numberOf(call, "axis", call.opset < 13 ? 1 : -1), x.rank);
    if (call.opset >= 13) return f(x, axis);
    const rows = x.shape.slice(0, axis).reduce((size, n) => size * n, 1);
    return f(x.reshape([rows, rows === 0 ? 0 : x.size / rows]), 1).reshape(x.shape);
  };

const hardmax = (x: Tensor, axis: number): Tensor => {
  const order = range(x.rank - 1);
  return oneHot(x.argmax(axis), x.shape[axis]!).transpose([...order.slice(0, axis), x.rank - 1, ...order.slice(axis)]);
};

/** Sums of what comes before each element, by adding in doubling distances. */
const cumulative: Apply = (call) => {
  const x = input(call);
  const { axis, isExclusive, isReverse } = along(call, x);
  const n = x.shape[axis]!;
  const shifted = (y: Tensor, distance: number) => {
    const by = Math.min(distance, n);
    return isReverse ? padAxis(cut(y, axis, by, n), axis, 0, by) : padAxis(cut(y, axis, 0, n - by), axis, by, 0);
  };
  let y = isExclusive ? shifted(x, 1) : x;
  for (let by = 1; by < n; by *= 2) y = y.add(shifted(y, by));
  return y;
};

function along(call: OnnxCall, x: Tensor) {
  const [given] = staticNumbers(call, 1);
  return {
    axis: axisOf(call, given ?? Number.NaN, x.rank),
    isExclusive: numberOf(call, "exclusive", 0) === 1,
    isReverse: numberOf(call, "reverse", 0) === 1,
  };
}

const cumulativeProduct: Apply = (call) => {
  const given = input(call);
  const { axis, isExclusive, isReverse } = along(call, given);
  const n = given.shape[axis]!;
  if (n > 1024) throw refused(call.node, `it multiplies along ${n} elements, over 1024`);
  const x = isReverse ? flip(given, axis) : given;
  const steps: Tensor[] = [];
  for (let i = 0; i < n; i++) {
    const own = cut(x, axis, i, i + 1);
    const before = steps.at(-1);
    if (isExclusive) steps.push(before === undefined ? own.mul(0).add(1) : before.mul(cut(x, axis, i - 1, i)));
    else steps.push(before === undefined ? own : before.mul(own));
  }
  const y = concat(steps, axis);
  return isReverse ? flip(y, axis) : y;
};

/** The largest k along an axis, one after the other: each is left out once it was taken. */
const topK: Apply = (call) => {
  const given = input(call);
  const axis = axisOf(call, numberOf(call, "axis", -1), given.rank);
  const k = call.opset < 10 ? numberOf(call, "k", 0) : staticNumbers(call, 1)[0]!;
  const n = given.shape[axis]!;
  if (!(k >= 0 && k <= n)) throw invalidNode(call.node, `it takes ${k} of ${n} elements`);
  if (k > 64) throw refused(call.node, `it takes ${k} elements, over 64`);
  if (k === 0) throw refused(call.node, "it takes no elements");
  const isLargest = numberOf(call, "largest", 1) === 1;
  const { front, back } = toFront(given, axis);
  const flat = front.reshape([n, given.size / n]);
  const places = knownInts(range(n), [n, 1]);
  const lowest = isInteger(given) ? -(2 ** 31) : Number.NEGATIVE_INFINITY;
  const keys = isLargest ? flat : flat.neg();
  let taken = keys.notEqual(keys);
  const found: { readonly value: Tensor; readonly at: Tensor }[] = [];
  for (let i = 0; i < k; i++) {
    const left = where(taken, lowest, keys);
    // The first of the largest that was not taken, which may be −∞ as what was taken is.
    const isNext = where(taken, 0, left.equal(left.max(0, { keepDims: true })).cast("int32"));
    const at = isNext.argmax(0).reshape([1, given.size / n]);
    const isIt = places.equal(at);
    found.push({ value: where(isIt, flat, 0).sum(0, { keepDims: true }), at });
    taken = where(isIt, 1, taken.cast("int32")).cast("bool");
  }
  const shape = [k, ...front.shape.slice(1)];
  return [
    back(
      concat(
        found.map(({ value }) => value),
        0,
      ).reshape(shape),
    ),
    back(
      concat(
        found.map(({ at }) => at),
        0,
      ).reshape(shape),
    ),
  ];
};

export const reductions = {
  ArgMax: argument(1),
  ArgMin: argument(-1),
  CumProd: op("exclusive reverse", cumulativeProduct, { statics: [1] }),
  CumSum: op("exclusive reverse", cumulative, { statics: [1] }),
  Hardmax: op("axis", softmaxLike(hardmax)),
  LogSoftmax: op(
    "axis",
    softmaxLike((x, axis) => x.logSoftmax(axis)),
  ),
  ReduceL1: reduction((x, axes, options) => sum(x.abs(), axes, options)),
  ReduceL2: reduction((x, axes, options) => sum(x.square(), axes, options).sqrt()),
  ReduceLogSum: reduction((x, axes, options) => sum(x, axes, options).log()),
  ReduceLogSumExp: reduction((x, axes, options) =>
    axes.some((axis) => x.shape[axis] === 0) ? sum(x, axes, options).log() : x.logsumexp(axes, options),
  ),
  ReduceMax: reduction(extreme("max")),
  ReduceMean: reduction(mean),
  ReduceMin: reduction(extreme("min")),
  ReduceProd: reduction(product),
  ReduceSum: reduction(sum),
  ReduceSumSquare: reduction((x, axes, options) => sum(x.mul(x), axes, options)),
  Softmax: op(
    "axis",
    softmaxLike((x, axis) => x.softmax(axis)),
  ),
  TopK: op("axis k largest sorted", topK, { statics: [1] }),
} satisfies Record<string, OnnxOp>;
