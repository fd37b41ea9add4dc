// Parts that operators share: elements at known places along an axis, windows, tensors of known numbers.
import type { DType } from "../../ir/dtype.ts";
import { sizeOf } from "../../ir/shape.ts";
import { concat, tensor, where } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";

/** Most elements of a list that is made of a size alone, which a file of a few bytes can ask for. */
export const mostListed = 2 ** 24;

/** Throws RangeError beyond `mostListed`, which refuses the node by its name (`applyNode`). */
function requireListable(n: number): void {
  if (n > mostListed) throw new RangeError(`${n} numbers, over ${mostListed}`);
}

/** 0 … n − 1. Throws RangeError for more than `mostListed`. */
export function range(n: number): number[] {
  requireListable(n);
  const list: number[] = [];
  for (let i = 0; i < Math.floor(n); i++) list.push(i);
  return list;
}

/** A known number in every place of a shape. Throws RangeError for more than `mostListed`. */
export function everywhere(value: number, shape: readonly number[], dtype: DType = "float64"): Tensor {
  requireListable(sizeOf(shape));
  return known([value], [], dtype).broadcast(shape);
}

/** Known numbers as a tensor. */
export const known = (
  values: readonly number[],
  shape: readonly number[] = [values.length],
  dtype: DType = "float64",
): Tensor => tensor(new Float64Array(values), { shape, dtype });

export const knownInts = (values: readonly number[], shape?: readonly number[]): Tensor =>
  known(values, shape, "int32");

export const isInteger = (x: Tensor): boolean => x.dtype === "int32";
export const isFloating = (x: Tensor): boolean => x.dtype === "float32" || x.dtype === "float64";

/** In the float type of whatever computes it; floats as they are. */
export const toFloat = (x: Tensor): Tensor => (isFloating(x) ? x : x.div(1));

/** As an element type of ONNX; of floats there is one, that of whatever computes them. */
export const castTo = (x: Tensor, dtype: DType): Tensor =>
  dtype === "float32" || dtype === "float64" ? toFloat(x) : x.cast(dtype);

/** Does what needs numbers with a bool as int32. */
export const asNumbers = (x: Tensor, f: (numbers: Tensor) => Tensor): Tensor =>
  x.dtype === "bool" ? f(x.cast("int32")).cast("bool") : f(x);

/** `axis` to the front, and what brings it back. */
export function toFront(x: Tensor, axis: number): { readonly front: Tensor; back(y: Tensor): Tensor } {
  if (axis === 0) return { front: x, back: (y) => y };
  const order = [axis, ...range(x.rank).filter((i) => i !== axis)];
  const inverse = range(x.rank).map((i) => order.indexOf(i));
  return { front: x.transpose(order), back: (y) => y.transpose(inverse) };
}

/** Elements at known places along an axis. */
export function take(x: Tensor, axis: number, places: readonly number[]): Tensor {
  const n = x.shape[axis]!;
  const step = places.length > 1 ? places[1]! - places[0]! : 1;
  if (places.length > 0 && step === 1 && places.every((at, i) => at === places[0]! + i)) {
    if (places.length === n) return x;
    return cut(x, axis, places[0]!, places[0]! + places.length);
  }
  return asNumbers(x, (numbers) => {
    const { front, back } = toFront(numbers, axis);
    return back(front.gather(knownInts(places)));
  });
}

/** Elements `start` … `stop` − 1 along an axis. */
export function cut(x: Tensor, axis: number, start: number, stop: number): Tensor {
  if (start === 0 && stop === x.shape[axis]) return x;
  return x.slice(
    x.shape.map((_, i) => (i === axis ? start : 0)),
    x.shape.map((n, i) => (i === axis ? stop : n)),
  );
}

/** Every `step`-th element from `start` along an axis, `count` of them. */
export function strided(x: Tensor, axis: number, start: number, count: number, step: number): Tensor {
  if (step === 1 || count <= 1) return cut(x, axis, start, start + count);
  const n = x.shape[axis]!;
  const end = start + count * step;
  const long = end > n ? padAxis(x, axis, 0, end - n) : x;
  const part = cut(long, axis, start, end);
  const split = part.reshape([...x.shape.slice(0, axis), count, step, ...x.shape.slice(axis + 1)]);
  return cut(split, axis + 1, 0, 1).reshape([...x.shape.slice(0, axis), count, ...x.shape.slice(axis + 1)]);
}

/** `value` before and after along one axis. */
export function padAxis(x: Tensor, axis: number, before: number, after: number, value = 0): Tensor {
  if (before === 0 && after === 0) return x;
  const at = (n: number) => x.shape.map((_, i) => (i === axis ? n : 0));
  return asNumbers(x, (numbers) => numbers.pad(at(before), at(after), value));
}

/** Parts of these lengths along an axis. */
export function split(x: Tensor, axis: number, lengths: readonly number[]): Tensor[] {
  let at = 0;
  return lengths.map((length) => cut(x, axis, at, (at += length)));
}

/** Reversed along an axis. */
export const flip = (x: Tensor, axis: number): Tensor =>
  take(
    x,
    axis,
    range(x.shape[axis]!).map((i) => x.shape[axis]! - 1 - i),
  );

/** Repeated along an axis: [a, a, b, b]. */
export const repeat = (x: Tensor, axis: number, times: number): Tensor =>
  times === 1
    ? x
    : take(
        x,
        axis,
        range(x.shape[axis]! * times).map((i) => Math.floor(i / times)),
      );

/** Broadcast, whatever the element type. */
export const spread = (x: Tensor, shape: readonly number[]): Tensor =>
  asNumbers(x, (numbers) => numbers.broadcast(shape));

/** Joined along an axis, whatever the element type. Throws INVALID_ARGUMENT where there is none. */
export const join = (tensors: readonly Tensor[], axis: number): Tensor => {
  if (tensors.length === 0) return concat(tensors, axis);
  if (tensors.length === 1) return tensors[0]!;
  return tensors[0]!.dtype === "bool"
    ? concat(
        tensors.map((one) => one.cast("int32")),
        axis,
      ).cast("bool")
    : concat(tensors, axis);
};

/** Without a dimension of size 1, or with one more. */
export const squeeze = (x: Tensor, axes: readonly number[]): Tensor =>
  x.reshape(x.shape.filter((_, i) => !axes.includes(i)));
export const unsqueeze = (x: Tensor, axis: number): Tensor =>
  x.reshape([...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]);

/** Quotient of integers towards zero, exact in float32 too: the quotient in floats, mended by its remainder. */
export function divideIntegers(x: Tensor, y: Tensor): Tensor {
  const first = x.div(y).cast("int32");
  const near = first.add(x.sub(first.mul(y)).div(y).cast("int32"));
  // A remainder whose sign is not that of x: one too far from zero.
  const rest = x.sub(near.mul(y));
  return where(rest.sign().mul(x.sign()).less(0), near.sub(x.sign().mul(y.sign())), near);
}

/** Towards zero. */
export const truncate = (x: Tensor): Tensor => x.sign().mul(x.abs().floor());
export const ceil = (x: Tensor): Tensor => x.neg().floor().neg();
