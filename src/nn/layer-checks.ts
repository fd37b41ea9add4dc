// What the tests of layers share.
import { expect } from "vitest";
import { compile } from "../run/compile.ts";
import { tensor } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import { flatten as flattenTree } from "../trace/tree.ts";
import { apply, type Layer, type Variables } from "./index.ts";

export const none: Variables = { parameters: {}, buffers: {} };
export const numbers = (t: Tensor) => Array.from(t.data);
export const column = (...values: number[]) => tensor(values.map((value) => [value]));
/** 0, 1, 2 … in a shape. */
export const counting = (...shape: number[]) =>
  tensor(
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
    { shape },
  );

export function expectClose(
  actual: Tensor,
  shape: readonly number[],
  expected: readonly number[],
  tolerance: number,
): void {
  expect(actual.shape).toEqual(shape);
  expect(actual.size).toBe(expected.length);
  expected.forEach((value, i) => {
    const error = Math.abs(actual.data[i]! - value) / Math.max(1, Math.abs(value));
    if (!(error <= tolerance)) expect.fail(`element ${i} is ${actual.data[i]}, not ${value}`);
  });
}

/** What the layer gives, after training, eagerly in float64 and compiled in float32. */
export function gives(
  layer: Layer,
  variables: Variables,
  x: Tensor,
  shape: readonly number[],
  expected: readonly number[],
  inFloat32 = 2e-6,
) {
  expectClose(apply(layer, variables, x), shape, expected, 1e-12);
  const machine = compile((v: Variables, input: Tensor) => apply(layer, v, input));
  expectClose(machine(variables, x), shape, expected, inFloat32);
}

export const pathsOf = ({ parameters, buffers }: Variables) => ({
  parameters: flattenTree(parameters).paths,
  buffers: flattenTree(buffers).paths,
});

/** (x − mean) / √(var + ε) of a list. */
export function standardized(values: readonly number[], epsilon = 1e-5): number[] {
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return values.map((v) => (v - mean) / Math.sqrt(variance + epsilon));
}
