// 2-d pooling and what carries gradients through it: walks over the windows of every plane.
import type { Pooling } from "../../ir/graph.ts";
import { type Shape, sizeOf } from "../../ir/shape.ts";
import type { Kernel, NdArray } from "./kernel.ts";

/** The part of a window that lies inside x: the place of its first element in x, and its height and width. */
type Visit = (window: number, first: number, height: number, width: number) => void;

/** Calls `visit` for every window, in the order of y's elements. */
function forEachWindow(xShape: Shape, yShape: Shape, { kernel, stride, padding }: Pooling, visit: Visit): void {
  const [batch, channels, height, width] = xShape as readonly [number, number, number, number];
  const [, , outHeight, outWidth] = yShape as readonly [number, number, number, number];
  let window = 0;
  for (let plane = 0; plane < batch * channels; plane++) {
    for (let i = 0; i < outHeight; i++) {
      const top = Math.max(0, i * stride[0] - padding[0]);
      const bottom = Math.min(height, i * stride[0] - padding[0] + kernel[0]);
      for (let j = 0; j < outWidth; j++) {
        const left = Math.max(0, j * stride[1] - padding[1]);
        const right = Math.min(width, j * stride[1] - padding[1] + kernel[1]);
        visit(window, (plane * height + top) * width + left, bottom - top, right - left);
        window++;
      }
    }
  }
}

/** Fills `places` with the place in x of each window's first largest element; a NaN counts as largest. */
const findLargest = (x: NdArray, yShape: Shape, attributes: Pooling, places: Int32Array) => {
  const rowLength = x.shape[3]!;
  const visit: Visit = (window, first, height, width) => {
    let place = first;
    for (let u = 0; u < height; u++) {
      for (let at = first + u * rowLength; at < first + u * rowLength + width; at++) {
        const value = x.data[at]!;
        const largest = x.data[place]!;
        if (value > largest || (Number.isNaN(value) && !Number.isNaN(largest))) place = at;
      }
    }
    places[window] = place;
  };
  return () => forEachWindow(x.shape, yShape, attributes, visit);
};

/** y = u at the largest x of each window */
export const maxPool2dGather: Kernel<"maxPool2dGather"> = ([x, u]: readonly [NdArray, NdArray], attributes, y) => {
  const places = new Int32Array(y.data.length);
  const find = findLargest(x, y.shape, attributes, places);
  return () => {
    find();
    for (let i = 0; i < places.length; i++) y.data[i] = u.data[places[i]!]!;
  };
};

export const maxPool2d: Kernel<"maxPool2d"> = ([x]: readonly [NdArray], attributes, y) =>
  maxPool2dGather([x, x], attributes, y);

export const maxPool2dGradient: Kernel<"maxPool2dGradient"> = (
  [x, dy]: readonly [NdArray, NdArray],
  attributes,
  dx,
) => {
  const places = new Int32Array(dy.data.length);
  const find = findLargest(x, dy.shape, attributes, places);
  const sums = new Float64Array(sizeOf(dx.shape));
  return () => {
    find();
    sums.fill(0);
    for (let i = 0; i < places.length; i++) sums[places[i]!]! += dy.data[i]!;
    dx.data.set(sums);
  };
};

export const avgPool2d: Kernel<"avgPool2d"> = ([x]: readonly [NdArray], attributes, y) => {
  const count = attributes.kernel[0] * attributes.kernel[1];
  const rowLength = x.shape[3]!;
  const visit: Visit = (window, first, height, width) => {
    let sum = 0;
    for (let u = 0; u < height; u++) {
      for (let v = 0; v < width; v++) sum += x.data[first + u * rowLength + v]!;
    }
    y.data[window] = sum / count;
  };
  return () => forEachWindow(x.shape, y.shape, attributes, visit);
};

export const avgPool2dGradient: Kernel<"avgPool2dGradient"> = ([dy]: readonly [NdArray], attributes, dx) => {
  const count = attributes.kernel[0] * attributes.kernel[1];
  const rowLength = dx.shape[3]!;
  const sums = new Float64Array(sizeOf(dx.shape));
  const visit: Visit = (window, first, height, width) => {
    const share = dy.data[window]! / count;
    for (let u = 0; u < height; u++) {
      for (let v = 0; v < width; v++) {
        const at = first + u * rowLength + v;
        sums[at]! += share;
      }
    }
  };
  return () => {
    sums.fill(0);
    forEachWindow(dx.shape, dy.shape, attributes, visit);
    dx.data.set(sums);
  };
};
