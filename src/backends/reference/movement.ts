// Kernels that only move elements: copies through lists of offsets, and counting.
import { conversions } from "../../ir/dtype.ts";
import { broadcastStrides, sizeOf, stridesOf } from "../../ir/shape.ts";
import type { Kernel, NdArray } from "./kernel.ts";
import { dot, offsetsOf } from "./offsets.ts";

/** y[i] = x[from[i]] */
const collect = (x: NdArray, from: Int32Array, y: NdArray) => () => {
  for (let i = 0; i < from.length; i++) y.data[i] = x.data[from[i]!]!;
};

/** y[to[i]] = x[i] */
const spread = (x: NdArray, to: Int32Array, y: NdArray) => () => {
  for (let i = 0; i < to.length; i++) y.data[to[i]!] = x.data[i]!;
};

export const reshape: Kernel<"reshape"> =
  ([x]: readonly [NdArray], _, y) =>
  () =>
    y.data.set(x.data);

/** The value is there already. */
export const custom: Kernel<"custom"> = (inputs, _, y) => () => y.data.set(inputs.at(-1)!.data);

export const transpose: Kernel<"transpose"> = ([x]: readonly [NdArray], { permutation }, y) => {
  const strides = stridesOf(x.shape);
  const permuted = permutation.map((axis) => strides[axis]!);
  return collect(x, offsetsOf(y.shape, permuted), y);
};

export const broadcast: Kernel<"broadcast"> = ([x]: readonly [NdArray], _, y) =>
  collect(x, offsetsOf(y.shape, broadcastStrides(x.shape, y.shape)), y);

export const slice: Kernel<"slice"> = ([x]: readonly [NdArray], { start }, y) => {
  const strides = stridesOf(x.shape);
  return collect(x, offsetsOf(y.shape, strides, dot(start, strides)), y);
};

export const pad: Kernel<"pad"> = ([x]: readonly [NdArray], { before, value }, y) => {
  const strides = stridesOf(y.shape);
  const copy = spread(x, offsetsOf(x.shape, strides, dot(before, strides)), y);
  return () => {
    y.data.fill(conversions[y.dtype](value));
    copy();
  };
};

export const concat: Kernel<"concat"> = (inputs, { axis }, y) => {
  const strides = stridesOf(y.shape);
  let from = 0;
  const copies = inputs.map((x) => {
    const copy = spread(x, offsetsOf(x.shape, strides, from * strides[axis]!), y);
    from += x.shape[axis]!;
    return copy;
  });
  return () => {
    for (const copy of copies) copy();
  };
};

/** The index along `axis` changes every `inner` elements, and starts again at 0 after `n` of them. */
export const iota: Kernel<"iota"> = (_, { axis, shape }, y) => {
  const n = shape[axis]!;
  const inner = sizeOf(shape.slice(axis + 1));
  return () => {
    for (let i = 0; i < y.data.length; i++) y.data[i] = Math.floor(i / inner) % n;
  };
};
