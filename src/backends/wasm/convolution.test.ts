// Convolution and pooling against float64 loops written from their definitions.
import { describe, expect, it } from "vitest";
import type { Convolution, Pooling } from "../../ir/graph.ts";
import { type Shape, sizeOf, stridesOf } from "../../ir/shape.ts";
import { indices, largestError, samples, TestPlan } from "./test-plan.ts";

const offsetOf = (shape: Shape, ...index: number[]) => {
  const strides = stridesOf(shape);
  return index.reduce((sum, i, axis) => sum + i * strides[axis]!, 0);
};
const pair = (a: number, b: number) => [a, b] as const;

const settings: [Shape, Shape, Convolution][] = [
  [[2, 3, 5, 6], [4, 3, 3, 3], { stride: pair(1, 1), padding: pair(1, 1), dilation: pair(1, 1), groups: 1 }],
  [[1, 4, 9, 8], [6, 2, 3, 2], { stride: pair(2, 1), padding: pair(0, 1), dilation: pair(1, 2), groups: 2 }],
  [[2, 3, 7, 7], [3, 1, 3, 3], { stride: pair(2, 3), padding: pair(2, 2), dilation: pair(2, 1), groups: 3 }],
  [[1, 1, 1, 1], [1, 1, 1, 1], { stride: pair(1, 1), padding: pair(0, 0), dilation: pair(1, 1), groups: 1 }],
  [[2, 2, 12, 13], [2, 2, 1, 5], { stride: pair(1, 1), padding: pair(0, 4), dilation: pair(1, 1), groups: 1 }],
];

describe.each(settings)("conv2d %j * %j", (xShape, wShape, attributes) => {
  const { stride, padding, dilation, groups } = attributes;
  const size = (axis: 0 | 1) =>
    Math.floor((xShape[axis + 2]! + 2 * padding[axis] - dilation[axis] * (wShape[axis + 2]! - 1) - 1) / stride[axis]) +
    1;
  const yShape = [xShape[0]!, wShape[0]!, size(0), size(1)];
  const xs = samples(sizeOf(xShape));
  const ws = samples(sizeOf(wShape), -1, 1, 3);
  const dys = samples(sizeOf(yShape), -1, 1, 4);

  /** Every product that occurs: offsets into x, w and y. */
  function forEachTerm(visit: (x: number, w: number, y: number) => void): void {
    for (const [image, out, oy, ox] of indices(yShape) as Iterable<[number, number, number, number]>) {
      for (const [, channel, ky, kx] of indices([1, ...wShape.slice(1)]) as Iterable<
        [number, number, number, number]
      >) {
        const row = oy * stride[0] - padding[0] + ky * dilation[0];
        const column = ox * stride[1] - padding[1] + kx * dilation[1];
        if (row < 0 || row >= xShape[2]! || column < 0 || column >= xShape[3]!) continue;
        const from = Math.floor(out / (wShape[0]! / groups)) * wShape[1]! + channel;
        visit(
          offsetOf(xShape, image, from, row, column),
          offsetOf(wShape, out, channel, ky, kx),
          offsetOf(yShape, image, out, oy, ox),
        );
      }
    }
  }

  it("the product and both gradients", () => {
    const y = new Array<number>(sizeOf(yShape)).fill(0);
    const dx = xs.map(() => 0);
    const dw = ws.map(() => 0);
    forEachTerm((i, j, k) => {
      y[k]! += xs[i]! * ws[j]!;
      dx[i]! += ws[j]! * dys[k]!;
      dw[j]! += xs[i]! * dys[k]!;
    });
    const plan = new TestPlan();
    const x = plan.value(xShape, "float32", xs);
    const w = plan.value(wShape, "float32", ws);
    const dy = plan.value(yShape, "float32", dys);
    const results = [
      plan.op("conv2d", attributes, [x, w], plan.value(yShape)),
      plan.op("conv2dInputGradient", { ...attributes, inputShape: xShape }, [w, dy], plan.value(xShape)),
      plan.op("conv2dWeightGradient", { ...attributes, kernelShape: wShape }, [x, dy], plan.value(wShape)),
    ].map(plan.run());
    [y, dx, dw].forEach((expected, i) => {
      expect(largestError(results[i]!, expected, 3)).toBeLessThan(2e-6);
    });
  });
});

const pools: [Shape, Pooling][] = [
  [[2, 3, 4, 6], { kernel: pair(2, 2), stride: pair(2, 2), padding: pair(0, 0) }],
  [[1, 2, 7, 5], { kernel: pair(3, 2), stride: pair(2, 1), padding: pair(1, 1) }],
  [[1, 1, 1, 1], { kernel: pair(1, 1), stride: pair(1, 1), padding: pair(0, 0) }],
];

describe.each(pools)("pooling of %j", (shape, attributes) => {
  const { kernel, stride, padding } = attributes;
  const size = (axis: 0 | 1) => Math.floor((shape[axis + 2]! + 2 * padding[axis] - kernel[axis]) / stride[axis]) + 1;
  const outShape = [shape[0]!, shape[1]!, size(0), size(1)];
  // Rounded, so that ties occur: the first must win.
  const xs = samples(sizeOf(shape)).map(Math.round);
  const us = samples(sizeOf(shape), -1, 1, 3);
  const dys = samples(sizeOf(outShape), -1, 1, 4);
  const windows = Array.from(indices(outShape), ([image, channel, oy, ox]) =>
    Array.from(indices(kernel), ([ky, kx]) => [oy! * stride[0] - padding[0] + ky!, ox! * stride[1] - padding[1] + kx!])
      .filter(([row, column]) => row! >= 0 && row! < shape[2]! && column! >= 0 && column! < shape[3]!)
      .map(([row, column]) => offsetOf(shape, image!, channel!, row!, column!)),
  );

  it("max, mean, their gradients, and the gather", () => {
    const first = windows.map((list) => list.reduce((best, i) => (xs[i]! > xs[best]! ? i : best)));
    const maxDx = xs.map(() => 0);
    const meanDx = xs.map(() => 0);
    const area = kernel[0] * kernel[1];
    windows.forEach((list, k) => {
      maxDx[first[k]!]! += dys[k]!;
      for (const i of list) meanDx[i]! += dys[k]! / area;
    });
    const plan = new TestPlan();
    const x = plan.value(shape, "float32", xs);
    const u = plan.value(shape, "float32", us);
    const dy = plan.value(outShape, "float32", dys);
    const results = [
      plan.op("maxPool2d", attributes, [x], plan.value(outShape)),
      plan.op("maxPool2dGather", attributes, [x, u], plan.value(outShape)),
      plan.op("maxPool2dGradient", attributes, [x, dy], plan.value(shape)),
      plan.op("avgPool2d", attributes, [x], plan.value(outShape)),
      plan.op("avgPool2dGradient", { ...attributes, inputShape: shape }, [dy], plan.value(shape)),
    ].map(plan.run());
    const expected = [
      first.map((i) => xs[i]!),
      first.map((i) => us[i]!),
      maxDx,
      windows.map((list) => list.reduce((sum, i) => sum + xs[i]!, 0) / area),
      meanDx,
    ];
    expected.forEach((values, i) => {
      expect(largestError(results[i]!, values, 1)).toBeLessThan(1e-6);
    });
  });
});
