// Kernels of the reference against figures worked out by hand or by the formula read literally.
import { describe, expect, test } from "vitest";
import { allocate, type DType, dtypeOf, type TypedArray } from "../../ir/dtype.ts";
import type { OpAttributes } from "../../ir/graph.ts";
import { type Shape, sizeOf } from "../../ir/shape.ts";
import { recordOf } from "../../ops/index.ts";
import type { KernelOpName } from "../../plan/plan.ts";
import type { Kernel, NdArray } from "./kernel.ts";
import { kernels } from "./kernels.ts";

function run<N extends KernelOpName>(op: N, inputs: readonly NdArray[], attributes: OpAttributes[N]): NdArray {
  const type = recordOf(op).infer(inputs, attributes as never);
  const output = { ...type, data: allocate(type.dtype, sizeOf(type.shape)).fill(99) };
  const step = (kernels[op] as Kernel<N>)(inputs, attributes, output);
  step();
  const first = output.data.slice();
  step(); // a second run starts afresh
  expect(output.data).toEqual(first);
  return output;
}

const array = (data: readonly number[] | TypedArray, shape: Shape, dtype: DType = "float64"): NdArray => {
  const stored = ArrayBuffer.isView(data) ? data : allocate(dtype, data.length);
  if (!ArrayBuffer.isView(data)) stored.set(data);
  return { data: stored, shape, dtype: dtypeOf(stored) };
};

/** 0, 1, 2 … */
const counting = (shape: Shape): NdArray =>
  array(
    Array.from({ length: sizeOf(shape) }, (_, i) => i),
    shape,
  );

/** Irregular numbers in [−1, 1]. */
const irregular = (shape: Shape, seed: number): NdArray =>
  array(
    Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(seed + 1.7 * i * i + i)),
    shape,
  );

const numbers = ({ data }: NdArray): number[] => Array.from(data);
const close = (actual: NdArray, expected: readonly number[]) => {
  expect(actual.data).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(actual.data[i]).toBeCloseTo(value, 12);
  });
};

describe("matmul", () => {
  const at = ({ data, shape }: NdArray, i: number, j: number, transposed: boolean) =>
    data[transposed ? j * shape.at(-1)! + i : i * shape.at(-1)! + j]!;

  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])("with transposed operands %s, %s", (transposeX, transposeY) => {
    const x = irregular(transposeX ? [5, 3] : [3, 5], 1);
    const y = irregular(transposeY ? [4, 5] : [5, 4], 2);
    const expected = Array.from({ length: 12 }, (_, at2) => {
      let sum = 0;
      for (let k = 0; k < 5; k++) sum += at(x, Math.floor(at2 / 4), k, transposeX) * at(y, k, at2 % 4, transposeY);
      return sum;
    });
    close(run("matmul", [x, y], { transposeX, transposeY }), expected);
  });

  test("broadcasts the dimensions before the last two", () => {
    const x = counting([2, 1, 1, 2]);
    const y = counting([3, 2, 1]);
    const product = run("matmul", [x, y], { transposeX: false, transposeY: false });
    expect(product.shape).toEqual([2, 3, 1, 1]);
    expect(numbers(product)).toEqual([1, 3, 5, 3, 13, 23]);
  });

  test("over no elements is zero", () => {
    const flags = { transposeX: false, transposeY: false };
    expect(numbers(run("matmul", [array([], [2, 0]), array([], [0, 1])], flags))).toEqual([0, 0]);
  });

  test("accumulates float32 in float64 and rounds once", () => {
    const x = array([1, 2 ** -24, 2 ** -24], [1, 3], "float32");
    const y = array([1, 1, 1], [3, 1], "float32");
    expect(numbers(run("matmul", [x, y], { transposeX: false, transposeY: false }))).toEqual([1 + 2 ** -23]);
  });
});

describe("reductions", () => {
  const x = counting([2, 3, 2]);
  const over = (axes: readonly number[], keepDims = false) => ({ axes, keepDims });

  test("over first, last, several and no axes", () => {
    expect(numbers(run("sum", [x], over([0])))).toEqual([6, 8, 10, 12, 14, 16]);
    expect(numbers(run("sum", [x], over([2])))).toEqual([1, 5, 9, 13, 17, 21]);
    expect(numbers(run("sum", [x], over([0, 2])))).toEqual([14, 22, 30]);
    expect(numbers(run("sum", [x], over([0, 1, 2])))).toEqual([66]);
    expect(run("mean", [x], over([1], true))).toMatchObject({ shape: [2, 1, 2], data: Float64Array.of(2, 3, 8, 9) });
    expect(numbers(run("max", [x], over([0, 1])))).toEqual([10, 11]);
    expect(numbers(run("min", [x], over([1])))).toEqual([0, 1, 6, 7]);
    expect(run("sum", [x], over([])).data).toEqual(x.data);
  });

  test("sum of nothing is 0, its logsumexp −∞", () => {
    expect(numbers(run("sum", [array([], [0, 2])], over([0])))).toEqual([0, 0]);
    expect(numbers(run("logsumexp", [array([], [0, 2])], over([0])))).toEqual([-Infinity, -Infinity]);
  });

  test("variance beside a large mean keeps its digits", () => {
    const far = array([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16], [4]);
    expect(numbers(run("var", [far], { ...over([0]), correction: 0 }))).toEqual([22.5]);
    expect(numbers(run("var", [far], { ...over([0]), correction: 1 }))).toEqual([30]);
  });

  test("logsumexp at large, infinite and equal values", () => {
    const rows = array([1000, 1000, -Infinity, -Infinity, Infinity, 0, 0, -1000], [4, 2]);
    close(run("logsumexp", [rows], over([1])), [1000 + Math.LN2, -Infinity, Infinity, 0]);
  });

  test("int32 wraps at 32 bits", () => {
    expect(numbers(run("sum", [array([2 ** 31 - 1, 1], [2], "int32")], over([0])))).toEqual([-(2 ** 31)]);
  });

  test("argmax takes the first of equals; NaN is largest", () => {
    const rows = array([1, 3, 3, 5, Number.NaN, 7], [2, 3]);
    expect(run("argmax", [rows], { axis: 1 }).data).toEqual(Int32Array.of(1, 1));
    expect(run("argmax", [rows], { axis: 0 }).data).toEqual(Int32Array.of(1, 1, 1));
    expect(numbers(run("max", [rows], over([1])))).toEqual([3, Number.NaN]);
  });

  test("softmax and its logarithm with a spread of 1000", () => {
    const rows = array([0, 1000, -500, -500], [2, 2]);
    expect(numbers(run("softmax", [rows], { axis: 1 }))).toEqual([0, 1, 0.5, 0.5]);
    close(run("logSoftmax", [rows], { axis: 1 }), [-1000, 0, -Math.LN2, -Math.LN2]);
    const columns = run("softmax", [irregular([3, 2], 3)], { axis: 0 });
    close(run("sum", [columns], over([0])), [1, 1]);
  });
});

test("movement", () => {
  const x = counting([2, 3]);
  expect(numbers(run("reshape", [x], { shape: [3, 2] }))).toEqual([0, 1, 2, 3, 4, 5]);
  expect(numbers(run("transpose", [x], { permutation: [1, 0] }))).toEqual([0, 3, 1, 4, 2, 5]);
  expect(run("transpose", [counting([2, 1, 3])], { permutation: [2, 0, 1] })).toMatchObject({
    shape: [3, 2, 1],
    data: Float64Array.of(0, 3, 1, 4, 2, 5),
  });
  expect(numbers(run("broadcast", [array([1, 2], [2, 1])], { shape: [2, 2, 3] }))).toEqual([
    1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2,
  ]);
  expect(numbers(run("slice", [x], { start: [0, 1], stop: [2, 3] }))).toEqual([1, 2, 4, 5]);
  expect(numbers(run("slice", [x], { start: [1, 1], stop: [1, 3] }))).toEqual([]);
  expect(numbers(run("pad", [x], { before: [0, 1], after: [1, 0], value: -1 }))).toEqual([
    -1, 0, 1, 2, -1, 3, 4, 5, -1, -1, -1, -1,
  ]);
  expect(numbers(run("concat", [x, counting([2, 1])], { axis: 1 }))).toEqual([0, 1, 2, 0, 3, 4, 5, 1]);
  expect(numbers(run("iota", [], { shape: [2, 3], dtype: "int32", axis: 1 }))).toEqual([0, 1, 2, 0, 1, 2]);
  expect(numbers(run("iota", [], { shape: [2, 3], dtype: "float64", axis: 0 }))).toEqual([0, 0, 0, 1, 1, 1]);
});

describe("gather and scatterAdd", () => {
  const indices = array([2, 0, 2], [3], "int32");

  test("take rows, and add rows up", () => {
    expect(numbers(run("gather", [counting([3, 2]), indices], {}))).toEqual([4, 5, 0, 1, 4, 5]);
    expect(numbers(run("scatterAdd", [indices, counting([3, 2])], { rows: 4 }))).toEqual([2, 3, 0, 0, 4, 6, 0, 0]);
  });

  test("refuse an index out of range", () => {
    const wrong = array([0, 3, -1], [3], "int32");
    expect(() => run("gather", [counting([3, 2]), wrong], {})).toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: gather: index 3 at position 1 of the indices [3] is out of range: it must be from 0 to 2. Check the labels or tokens, or give the table more rows.]`,
    );
    expect(() => run("scatterAdd", [wrong, counting([3])], { rows: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: scatterAdd: index 0 at position 0 of the indices [3] is out of range: there are no rows. Check the labels or tokens, or give the table more rows.]`,
    );
  });
});

describe("convolution", () => {
  const shapes = { x: [2, 4, 5, 6], w: [6, 2, 3, 2] } as const;
  const attributes = { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 } as const;
  const x = irregular(shapes.x, 1);
  const w = irregular(shapes.w, 2);

  test("is the sum that its formula says", () => {
    const y = run("conv2d", [x, w], attributes);
    expect(y.shape).toEqual([2, 6, 3, 8]);
    const [b, o, i, j] = [1, 4, 2, 3];
    let sum = 0;
    for (let c = 0; c < 2; c++) {
      for (let u = 0; u < 3; u++) {
        for (let v = 0; v < 2; v++) {
          const [h, k] = [i * 2 + u - 1, j + v * 2 - 2];
          if (h < 0 || h >= 5 || k < 0 || k >= 6) continue;
          sum += x.data[((b * 4 + 2 + c) * 5 + h) * 6 + k]! * w.data[((o * 2 + c) * 3 + u) * 2 + v]!; // o = 4 is in group 1
        }
      }
    }
    expect(y.data[((b * 6 + o) * 3 + i) * 8 + j]).toBeCloseTo(sum, 13);
  });

  test("and its gradients are transposes of one bilinear map: ⟨dy, x ∗ w⟩ = ⟨dx, x⟩ = ⟨dw, w⟩", () => {
    const y = run("conv2d", [x, w], attributes);
    const dy = irregular(y.shape, 3);
    const dx = run("conv2dInputGradient", [w, dy], { ...attributes, inputShape: x.shape });
    const dw = run("conv2dWeightGradient", [x, dy], { ...attributes, kernelShape: w.shape });
    const inner = (a: NdArray, b: NdArray) => numbers(a).reduce((sum, value, i) => sum + value * b.data[i]!, 0);
    expect(inner(dx, x)).toBeCloseTo(inner(dy, y), 10);
    expect(inner(dw, w)).toBeCloseTo(inner(dy, y), 10);
  });
});

describe("pooling", () => {
  const x = array([1, 5, 2, 0, 5, 4, 3, 3, 9, 8, 7, 6, 0, 0, 0, 0], [1, 1, 4, 4]);
  const pooling = { kernel: [2, 2], stride: [2, 2], padding: [0, 0] } as const;

  test("takes the largest; its gradient goes to the first of equals", () => {
    expect(numbers(run("maxPool2d", [x], pooling))).toEqual([5, 3, 9, 7]);
    const dy = array([1, 2, 3, 4], [1, 1, 2, 2]);
    expect(numbers(run("maxPool2dGradient", [x, dy], pooling))).toEqual([
      0, 1, 0, 0, 0, 0, 2, 0, 3, 0, 4, 0, 0, 0, 0, 0,
    ]);
    expect(numbers(run("maxPool2dGather", [x, counting([1, 1, 4, 4])], pooling))).toEqual([1, 6, 8, 10]);
  });

  test("never takes the padding for the largest", () => {
    const negative = array([-1, -2, -3, -4], [1, 1, 2, 2]);
    const padded = { kernel: [2, 2], stride: [2, 2], padding: [1, 1] } as const;
    expect(numbers(run("maxPool2d", [negative], padded))).toEqual([-1, -2, -3, -4]);
    expect(numbers(run("avgPool2d", [negative], padded))).toEqual([-0.25, -0.5, -0.75, -1]);
  });

  test("means, with overlapping windows sharing their gradient", () => {
    const overlapping = { kernel: [1, 2], stride: [1, 1], padding: [0, 0] } as const;
    expect(numbers(run("avgPool2d", [array([1, 3, 5], [1, 1, 1, 3])], overlapping))).toEqual([2, 4]);
    const gradient = run("avgPool2dGradient", [array([2, 4], [1, 1, 1, 2])], {
      ...overlapping,
      inputShape: [1, 1, 1, 3],
    });
    expect(numbers(gradient)).toEqual([1, 3, 2]);
  });

  test("hands a NaN on", () => {
    const broken = array([1, Number.NaN, 3, 4], [1, 1, 2, 2]);
    expect(numbers(run("maxPool2d", [broken], pooling))).toEqual([Number.NaN]);
  });
});

describe("random numbers", () => {
  const key = (...words: number[]) => array(words, [4], "int32");

  test("are the published words of Philox", () => {
    // Counter (0, 0, 0, 0) under key (0, 0): 6627e8d5 e169c58d bc57ac4c 9b00dbd8
    const type = { shape: [4], dtype: "float64", stream: 0 } as const;
    const words = [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8];
    expect(numbers(run("randomUniform", [key(0, 0, 0, 0)], type))).toEqual(words.map((word) => (word >>> 8) / 2 ** 24));
    const [u1, u2] = [(0x6627e8 + 1) / 2 ** 24, 0xe169c5 / 2 ** 24];
    const radius = Math.sqrt(-2 * Math.log(u1));
    const normal = run("randomNormal", [key(0, 0, 0, 0)], type);
    expect(numbers(normal).slice(0, 2)).toEqual([
      radius * Math.cos(2 * Math.PI * u2),
      radius * Math.sin(2 * Math.PI * u2),
    ]);
  });

  test("do not depend on how many are drawn, but on key and stream", () => {
    const draw = (op: "randomUniform" | "randomNormal", n: number, stream: number, ...words: number[]) =>
      numbers(run(op, [key(...words)], { shape: [n], dtype: "float64", stream }));
    for (const op of ["randomUniform", "randomNormal"] as const) {
      const long = draw(op, 11, 3, 1, -2, 3, -4);
      expect(draw(op, 7, 3, 1, -2, 3, -4)).toEqual(long.slice(0, 7));
      for (const other of [
        draw(op, 11, 4, 1, -2, 3, -4),
        draw(op, 11, 3, 1, -2, 3, 4),
        draw(op, 11, 3, 2, -2, 3, -4),
      ]) {
        expect(other.filter((value, i) => value === long[i])).toEqual([]);
      }
    }
  });

  test("have the moments of their distributions", () => {
    const n = 40_000;
    const moments = (op: "randomUniform" | "randomNormal") => {
      const draws = run(op, [key(7, 7, 0, 0)], { shape: [n], dtype: "float32", stream: 0 });
      const over = { axes: [0], keepDims: false };
      return [run("mean", [draws], over).data[0]!, run("var", [draws], { ...over, correction: 0 }).data[0]!];
    };
    const [uniformMean, uniformVariance] = moments("randomUniform") as [number, number];
    expect(Math.abs(uniformMean - 1 / 2)).toBeLessThan(4 / Math.sqrt(12 * n));
    expect(uniformVariance).toBeCloseTo(1 / 12, 2);
    const [normalMean, normalVariance] = moments("randomNormal") as [number, number];
    expect(Math.abs(normalMean)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(normalVariance - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
  });
});
