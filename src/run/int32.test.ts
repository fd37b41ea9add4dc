// int32 means the same wherever it is computed: at once, on every backend, and by the planner where all is known.
import { expect, test } from "vitest";
import { compile, full, type Tensor, tensor, where } from "../index.ts";

const int32 = (...values: number[]): Tensor => tensor(Int32Array.from(values));
const [most, least] = [2 ** 31 - 1, -(2 ** 31)];

const cases: readonly (readonly [what: string, fn: (...x: Tensor[]) => Tensor, x: readonly Tensor[], y: unknown])[] = [
  ["mul", (x) => x.mul(x), [int32(most, least, 65536, 46341)], [1, 0, 0, -2147479015]],
  ["square", (x) => x.square(), [int32(most, least, 65537)], [1, 0, 131073]],
  ["add", (x) => x.add(1), [int32(most, -1)], [least, 0]],
  ["sub", (x) => x.sub(2), [int32(least)], [most - 1]],
  ["neg", (x) => x.neg(), [int32(least, most)], [least, -most]],
  ["abs", (x) => x.abs(), [int32(least, -most)], [least, most]],
  ["sign", (x) => x.sign(), [int32(least, 0, most)], [-1, 0, 1]],
  ["sum", (x) => x.sum(), [int32(...new Array(9).fill(most))], most - 8],
  ["max and min", (x) => x.max().sub(x.min()), [int32(most, least)], -1],
  ["maximum", (x, y) => x.maximum(y), [int32(most, least), int32(most - 1, least + 1)], [most, least + 1]],
  ["less", (x, y) => x.less(y), [int32(most - 1, least), int32(most, least)], [true, false]],
  ["equal", (x, y) => x.equal(y), [int32(most), int32(most - 1)], [false]],
  ["cast", (x) => x.cast("int32"), [tensor([3e9, -3e9, 1e20, 2.9, -2.9, NaN])], [most, least, most, 2, -2, 0]],
  ["pad", (x) => x.pad([0], [1], 3e9), [int32(5)], [5, most]],
  ["where", (x) => where(x.less(0), x, most), [int32(least, 1)], [least, most]],
];

test.each(cases)("%s", (_, fn, x, y) => {
  expect(fn(...x).toArray()).toEqual(y);
  for (const backend of ["reference", "wasm"] as const) {
    expect(compile(fn, { backend })(...x).toArray()).toEqual(y);
    // Of constants: the result is known when the plan is made, or computed when it is loaded.
    expect(compile((_: Tensor) => fn(...x), { backend })(tensor(0)).toArray()).toEqual(y);
  }
});

test("products of one constant are worked out by the planner", () => {
  for (const backend of ["reference", "wasm"] as const) {
    const plan = (fn: () => Tensor) => compile((_: Tensor) => fn(), { backend })(tensor(0)).toArray();
    expect(plan(() => full([2], most, "int32").square())).toEqual([1, 1]);
    expect(plan(() => full([2], 3e9).cast("int32"))).toEqual([most, most]);
  }
});

test("numbers are taken as int32 as casts do", () => {
  expect(tensor([3e9, -3e9, 2.9, NaN], { dtype: "int32" }).toArray()).toEqual([most, least, 2, 0]);
  expect(full([1], 3e9, "int32").toArray()).toEqual([most]);
  expect(full([1], 2, "bool").data[0]).toBe(1);
});
