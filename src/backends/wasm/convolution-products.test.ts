// Convolutions and their gradients as products over patches, in any geometry, against the reference.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Backend } from "../backend.ts";
import { findBlas } from "../blas/find.ts";
import { reference } from "../reference/reference.ts";
import { convolve, type Geometry, outputShape } from "./test-convolution.ts";
import { largestError } from "./test-plan.ts";
import { wasmBackend } from "./wasm.ts";

const pair = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));

const geometries = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    groups: fc.integer({ min: 1, max: 2 }),
    inputs: fc.constantFrom(1, 3, 4, 5, 17),
    outputs: fc.constantFrom(4, 5, 6, 9),
    image: pair(1, 13),
    kernel: pair(1, 4),
    stride: pair(1, 3),
    padding: pair(0, 4),
    dilation: pair(1, 2),
  })
  .map(
    ({ batch, groups, inputs, outputs, image, kernel, stride, padding, dilation }): Geometry => ({
      ...{ x: [batch, inputs * groups, ...image], w: [outputs * groups, inputs, ...kernel] },
      ...{ stride, padding, dilation, groups },
    }),
  )
  .filter((geometry) => outputShape(geometry).every((n) => n > 0));

const { library, reason } = findBlas();
if (!library) it.skip(`products by a BLAS: ${reason}`);

const backends: [string, Backend][] = [
  ["the machine", wasmBackend({ threads: 1, build: "plain" })],
  ...(library
    ? [["a BLAS", wasmBackend({ threads: 1, blas: () => ({ library, from: 0 }) })] as [string, Backend]]
    : []),
];

describe.each(backends)("products by %s", (_, backend) => {
  const check = (geometry: Geometry) => {
    const expected = convolve(geometry, reference);
    convolve(geometry, backend).forEach((values, i) => {
      expect(largestError(values, expected[i]!, 1), ["y", "dx", "dw"][i]).toBeLessThan(2e-5);
    });
  };

  it("in any geometry", () => {
    fc.assert(fc.property(geometries, check), { numRuns: 150 });
  });

  it("deeper than a block, wider than a block of pixels, and of one pixel", () => {
    const plain = { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 } as const;
    check({ ...plain, x: [2, 40, 7, 9], w: [8, 40, 3, 3] });
    check({ ...plain, x: [1, 4, 3, 300], w: [4, 4, 3, 3] });
    check({ ...plain, x: [3, 5, 1, 1], w: [7, 5, 1, 1], padding: [0, 0] });
  });
});
