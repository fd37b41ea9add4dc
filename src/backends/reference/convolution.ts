// 2-d convolution and its two gradients: three sums over the same products x · w · y.
import type { Convolution } from "../../ir/graph.ts";
import type { Shape } from "../../ir/shape.ts";
import type { Kernel, NdArray } from "./kernel.ts";

/** Calls `visit` with the places in x, w and y of every product that convolution y = x ∗ w adds up. */
function forEachProduct(
  xShape: Shape,
  wShape: Shape,
  yShape: Shape,
  { stride, padding, dilation, groups }: Convolution,
  visit: (x: number, w: number, y: number) => void,
): void {
  const [batch, channels, height, width] = xShape as readonly [number, number, number, number];
  const [out, perGroup, kernelHeight, kernelWidth] = wShape as readonly [number, number, number, number];
  const [, , outHeight, outWidth] = yShape as readonly [number, number, number, number];
  for (let b = 0; b < batch; b++) {
    for (let o = 0; o < out; o++) {
      const firstChannel = Math.floor(o / (out / groups)) * perGroup;
      for (let c = 0; c < perGroup; c++) {
        const xPlane = (b * channels + firstChannel + c) * height;
        const wPlane = (o * perGroup + c) * kernelHeight;
        const yPlane = (b * out + o) * outHeight;
        for (let i = 0; i < outHeight; i++) {
          for (let u = 0; u < kernelHeight; u++) {
            const h = i * stride[0] + u * dilation[0] - padding[0];
            if (h < 0 || h >= height) continue;
            for (let j = 0; j < outWidth; j++) {
              for (let v = 0; v < kernelWidth; v++) {
                const k = j * stride[1] + v * dilation[1] - padding[1];
                if (k < 0 || k >= width) continue;
                visit((xPlane + h) * width + k, (wPlane + u) * kernelWidth + v, (yPlane + i) * outWidth + j);
              }
            }
          }
        }
      }
    }
  }
}

export const conv2d: Kernel<"conv2d"> = ([x, w]: readonly [NdArray, NdArray], attributes, y) => {
  const sums = new Float64Array(y.data.length);
  const add = (atX: number, atW: number, atY: number) => {
    sums[atY]! += x.data[atX]! * w.data[atW]!;
  };
  return () => {
    sums.fill(0);
    forEachProduct(x.shape, w.shape, y.shape, attributes, add);
    y.data.set(sums);
  };
};

export const conv2dInputGradient: Kernel<"conv2dInputGradient"> = (
  [w, dy]: readonly [NdArray, NdArray],
  attributes,
  dx,
) => {
  const sums = new Float64Array(dx.data.length);
  const add = (atX: number, atW: number, atY: number) => {
    sums[atX]! += w.data[atW]! * dy.data[atY]!;
  };
  return () => {
    sums.fill(0);
    forEachProduct(dx.shape, w.shape, dy.shape, attributes, add);
    dx.data.set(sums);
  };
};

export const conv2dWeightGradient: Kernel<"conv2dWeightGradient"> = (
  [x, dy]: readonly [NdArray, NdArray],
  attributes,
  dw,
) => {
  const sums = new Float64Array(dw.data.length);
  const add = (atX: number, atW: number, atY: number) => {
    sums[atW]! += x.data[atX]! * dy.data[atY]!;
  };
  return () => {
    sums.fill(0);
    forEachProduct(x.shape, dw.shape, dy.shape, attributes, add);
    dw.data.set(sums);
  };
};
