// 3 × 3 convolutions by Winograd's transforms: how much they round, that threads do not change a bit, and when they are used.
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Shape, sizeOf } from "../../ir/shape.ts";
import type { Backend } from "../backend.ts";
import { findBlas } from "../blas/find.ts";
import { reference } from "../reference/reference.ts";
import { isWorthTiles } from "./encode-winograd.ts";
import { pair } from "./patch-window.ts";
import { convolve, type Geometry, outputShape } from "./test-convolution.ts";
import { samples, TestPlan } from "./test-plan.ts";
import { wasmBackend } from "./wasm.ts";

const plain = { stride: [1, 1], dilation: [1, 1], groups: 1 } as const;

const view = (shape: Shape) => ({ buffer: 0, shape, dtype: "float32" }) as const;

/** Whether tiles are used for y of x and w. */
function isTiled({ x, w, padding, ...rest }: Geometry): boolean {
  const output = outputShape({ x, w, padding, ...rest });
  const window = {
    ...{ source: pair(x), spacing: pair([1, 1, 1, 1]), padding, kernel: pair(w), ...rest, output: pair(output) },
  };
  return isWorthTiles(window, rest.groups, view(x), view(output));
}

const geometries = fc
  .record({
    batch: fc.constantFrom(1, 2, 5, 18),
    inputs: fc.constantFrom(3, 5, 8, 9, 16, 30),
    outputs: fc.constantFrom(5, 8, 11, 16, 22),
    image: fc.tuple(fc.integer({ min: 1, max: 13 }), fc.integer({ min: 1, max: 13 })),
    padding: fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })),
  })
  .map(
    ({ batch, inputs, outputs, image, padding }): Geometry => ({
      ...{ x: [batch, inputs, ...image], w: [outputs, inputs, 3, 3], padding, ...plain },
    }),
  )
  .filter((geometry) => outputShape(geometry).every((n) => n > 0) && isTiled(geometry));

const { library, reason } = findBlas();
if (!library) it.skip(`products by a BLAS: ${reason}`);

const backends: [string, Backend][] = [
  ["the plain build", wasmBackend({ threads: 1, build: "plain" })],
  ["the fastest build", wasmBackend({ threads: 1 })],
  ...(library
    ? [["a BLAS", wasmBackend({ threads: 1, blas: () => ({ library, from: 0 }) })] as [string, Backend]]
    : []),
];

/** The largest error over the root mean square of what was expected. */
function errorOf(actual: readonly number[], expected: readonly number[]): number {
  const scale = Math.sqrt(expected.reduce((sum, y) => sum + y * y, 0) / expected.length);
  return actual.reduce((worst, y, i) => Math.max(worst, Math.abs(y - expected[i]!)), 0) / scale;
}

it("round to 1.6e-5 of the root mean square, in any geometry", () => {
  const check = (geometry: Geometry) => {
    const expected = convolve(geometry, reference);
    for (const [name, backend] of backends) {
      convolve(geometry, backend).forEach((values, i) => {
        expect(errorOf(values, expected[i]!), `${["y", "dx", "dw"][i]} by ${name}`).toBeLessThan(1.6e-5);
      });
    }
  };
  fc.assert(fc.property(geometries, check), { numRuns: 15 });
  // More than one block of an image, more than one of channels, images of one tile, and padding past the kernel.
  check({ ...plain, x: [1, 4, 70, 37], w: [5, 4, 3, 3], padding: [1, 1] });
  check({ ...plain, x: [1, 65, 13, 14], w: [66, 65, 3, 3], padding: [1, 1] });
  check({ ...plain, x: [19, 9, 4, 4], w: [6, 9, 3, 3], padding: [1, 0] });
  check({ ...plain, x: [20, 8, 5, 5], w: [8, 8, 3, 3], padding: [4, 3] });
}, 60_000);

it("where they are worth it", () => {
  const images = (x: Shape, outputs: number, other: Partial<Geometry> = {}) =>
    isTiled({ ...plain, x, w: [outputs, x[1]!, 3, 3], padding: [1, 1], ...other });
  expect(images([32, 16, 32, 32], 16)).toBe(true);
  expect(images([1, 32, 16, 16], 32)).toBe(true);
  expect(images([32, 64, 7, 7], 64)).toBe(true);
  expect(images([32, 1, 32, 32], 16)).toBe(false);
  expect(images([32, 64, 1, 1], 64)).toBe(false);
  expect(images([1, 64, 4, 4], 64)).toBe(false);
  expect(images([32, 16, 32, 32], 16, { stride: [2, 2] })).toBe(false);
  expect(images([32, 16, 32, 32], 16, { dilation: [1, 2] })).toBe(false);
  expect(images([32, 16, 32, 32], 16, { w: [16, 16, 3, 5] })).toBe(false);
});

it("give the same bits on any number of threads", () => {
  const plan = new TestPlan();
  for (const [batch, inputs, outputs, height, width] of [
    [9, 17, 10, 9, 8],
    [2, 5, 6, 33, 40],
    [11, 33, 34, 4, 4],
    [3, 66, 68, 9, 9],
  ] as const) {
    const value = (shape: Shape) => plan.value(shape, "float32", samples(sizeOf(shape)));
    const [x, w] = [value([batch, inputs, height, width]), value([outputs, inputs, 3, 3])];
    const attributes = { ...plain, padding: [1, 1] } as const;
    const y = plan.op("conv2d", attributes, [x, w], plan.value([batch, outputs, height, width]));
    const inputShape = x.shape;
    plan.op("conv2dInputGradient", { ...attributes, inputShape }, [w, y], plan.value(inputShape));
    plan.op("conv2dWeightGradient", { ...attributes, kernelShape: w.shape }, [x, y], plan.value(w.shape));
  }
  const alone = plan.words(1);
  for (const threads of [2, 3, 8]) expect(plan.words(threads)).toEqual(alone);
});
