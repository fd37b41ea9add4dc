// Reductions, softmax, movement, gathering, random numbers: each against a plain float64 loop.
import { describe, expect, it } from "vitest";
import type { DType } from "../../ir/dtype.ts";
import { reducedShape, type Shape, sizeOf, stridesOf } from "../../ir/shape.ts";
import { broadcast, indices, largestError, samples, TestPlan } from "./test-plan.ts";

const total = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
const at = (index: readonly number[], shape: Shape) => {
  const strides = stridesOf(shape);
  return index.reduce((sum, i, axis) => sum + i * strides[axis]!, 0);
};

/** The elements that go into each output of a reduction. */
function groups(data: readonly number[], shape: Shape, axes: readonly number[]): number[][] {
  const kept = reducedShape(shape, axes, true);
  const result = Array.from({ length: sizeOf(kept) }, (): number[] => []);
  let flat = 0;
  for (const index of indices(shape)) {
    result[
      at(
        index.map((i, axis) => (axes.includes(axis) ? 0 : i)),
        kept,
      )
    ]!.push(data[flat++]!);
  }
  return result;
}

const forms: [Shape, number[]][] = [
  [[5], [0]],
  [[1], [0]],
  [[4, 2], [0]],
  [[4, 2], [1]],
  [
    [4, 2],
    [0, 1],
  ],
  [[33, 35], [0]],
  [[33, 35], [1]],
  [[2100, 19], [0]],
  [[3, 4100], [1]],
  [[70000], [0]],
  [[3, 5, 7], [1]],
  [
    [3, 5, 7],
    [0, 2],
  ],
  [
    [2, 3, 4, 5],
    [0, 2, 3],
  ],
  [
    [2, 3, 4, 5],
    [1, 3],
  ],
  [[3, 0, 2], [1]],
  [[0, 3], [1]],
  [[2, 3], []],
];

describe.each(forms)("reductions of %j over %j", (shape, axes) => {
  const data = samples(sizeOf(shape));
  const variance = (xs: number[], correction: number) => {
    const mean = total(xs) / xs.length;
    return total(xs.map((x) => (x - mean) ** 2)) / Math.max(0, xs.length - correction);
  };
  const highest = (xs: number[]) => xs.reduce((a, b) => Math.max(a, b), -Infinity);
  const expected = {
    sum: (xs: number[]) => total(xs),
    mean: (xs: number[]) => total(xs) / xs.length,
    max: highest,
    min: (xs: number[]) => xs.reduce((a, b) => Math.min(a, b), Infinity),
    var: (xs: number[]) => variance(xs, 1),
    logsumexp: (xs: number[]) => {
      const m = highest(xs);
      return xs.length === 0 ? -Infinity : m + Math.log(total(xs.map((x) => Math.exp(x - m))));
    },
  };
  it.each(Object.keys(expected) as (keyof typeof expected)[])("%s", (op) => {
    for (const keepDims of [false, true]) {
      const plan = new TestPlan();
      const x = plan.value(shape, "float32", data);
      const y = plan.value(reducedShape(shape, axes, keepDims));
      plan.op(op, { axes, keepDims, correction: 1 }, [x], y);
      const values = groups(data, shape, axes).map(expected[op]);
      expect(largestError(plan.run()(y), values, 1)).toBeLessThan(3e-6);
    }
  });
});

describe("reductions", () => {
  it("a long sum keeps its accuracy", () => {
    const n = 1_000_003;
    const plan = new TestPlan();
    const data = samples(n, 0, 1);
    const x = plan.value([n], "float32", data);
    const columns = plan.value([n, 1], "float32", data);
    const y = plan.op("sum", { axes: [0], keepDims: false }, [x], plan.value([]));
    const z = plan.op("sum", { axes: [0], keepDims: false }, [columns], plan.value([1]));
    const read = plan.run();
    expect(largestError(read(y), [total(data)])).toBeLessThan(3e-7);
    expect(largestError(read(z), [total(data)])).toBeLessThan(3e-7);
  });

  it("int32 and bool", () => {
    const data = Array.from({ length: 35 }, (_, i) => ((i * 7919) % 23) - 11);
    for (const axes of [[0], [1], [0, 1]]) {
      for (const op of ["sum", "max", "min"] as const) {
        const plan = new TestPlan();
        const x = plan.value([5, 7], "int32", data);
        const y = plan.op(op, { axes, keepDims: true }, [x], plan.value(reducedShape([5, 7], axes, true), "int32"));
        const combine = { sum: total, max: (xs: number[]) => Math.max(...xs), min: (xs: number[]) => Math.min(...xs) };
        expect(plan.run()(y)).toEqual(groups(data, [5, 7], axes).map(combine[op]));
      }
    }
    const plan = new TestPlan();
    const flags = plan.value([6], "bool", [1, 0, 1, 1, 0, 0]);
    const types: DType[] = ["int32", "float32"];
    const sums = types.map((dtype) => plan.op("sum", { axes: [0], keepDims: false }, [flags], plan.value([], dtype)));
    expect(sums.map(plan.run())).toEqual([[3], [3]]);
  });

  it("argmax: the first largest, or the first NaN", () => {
    const plan = new TestPlan();
    const x = plan.value([3, 4], "float32", [1, 5, 5, 2, 9, 0, NaN, 3, -1, -2, -1, -3]);
    const rows = plan.op("argmax", { axis: 1 }, [x], plan.value([3], "int32"));
    const columns = plan.op("argmax", { axis: 0 }, [x], plan.value([4], "int32"));
    const ints = plan.value([3], "int32", [16777216, 16777217, 5]);
    const whole = plan.op("argmax", { axis: 0 }, [ints], plan.value([], "int32"));
    const read = plan.run();
    expect([read(rows), read(columns), read(whole)]).toEqual([[1, 2, 0], [1, 0, 1, 1], [1]]);
  });

  it("logsumexp of infinities; max and sum of NaN", () => {
    const plan = new TestPlan();
    const data = [-Infinity, -Infinity, Infinity, 1, NaN, 1];
    const x = plan.value([3, 2], "float32", data);
    const lse = plan.op("logsumexp", { axes: [1], keepDims: false }, [x], plan.value([3]));
    const max = plan.op("max", { axes: [1], keepDims: false }, [x], plan.value([3]));
    const read = plan.run();
    expect(read(lse)).toEqual([-Infinity, Infinity, NaN]);
    expect(read(max)).toEqual([-Infinity, Infinity, NaN]);
  });
});

describe("softmax", () => {
  it.each([
    [[1], 0],
    [[4, 2], 1],
    [[4, 2], 0],
    [[64, 10], 1],
    [[3, 1037], 1],
    [[3, 5, 7], 1],
    [[9, 33], 0],
    [[3, 0], 1],
  ] as [Shape, number][])("%j over axis %i", (shape, axis) => {
    const data = samples(sizeOf(shape), -30, 30);
    const plan = new TestPlan();
    const x = plan.value(shape, "float32", data);
    const y = plan.op("softmax", { axis }, [x], plan.value(shape));
    const z = plan.op("logSoftmax", { axis }, [x], plan.value(shape));
    const read = plan.run();
    const sums = groups(data, shape, [axis]).map((xs) => {
      const m = Math.max(...xs);
      return m + Math.log(total(xs.map((v) => Math.exp(v - m))));
    });
    const spread = broadcast(sums, reducedShape(shape, [axis], true), shape);
    const expected = data.map((v, i) => v - spread[i]!);
    expect(largestError(read(y), expected.map(Math.exp), 1e-6)).toBeLessThan(5e-6);
    expect(largestError(read(z), expected, 1)).toBeLessThan(2e-6);
  });
});

describe("movement", () => {
  it.each([
    [[5], [0]],
    [
      [4, 2],
      [1, 0],
    ],
    [
      [33, 35],
      [1, 0],
    ],
    [
      [64, 64],
      [1, 0],
    ],
    [
      [3, 17, 9],
      [2, 0, 1],
    ],
    [
      [3, 17, 9],
      [0, 2, 1],
    ],
    [
      [3, 17, 9],
      [1, 0, 2],
    ],
    [
      [2, 3, 4, 5],
      [3, 1, 0, 2],
    ],
    [
      [2, 3, 4, 5],
      [0, 2, 3, 1],
    ],
    [
      [2, 0, 4],
      [2, 1, 0],
    ],
  ] as [Shape, number[]][])("transpose %j by %j", (shape, permutation) => {
    const data = samples(sizeOf(shape));
    const plan = new TestPlan();
    const target = permutation.map((axis) => shape[axis]!);
    const y = plan.op("transpose", { permutation }, [plan.value(shape, "float32", data)], plan.value(target));
    const expected = Array.from(indices(target), (index) => {
      const source = shape.map((_, axis) => index[permutation.indexOf(axis)]!);
      return data[at(source, shape)]!;
    });
    expect(plan.run()(y)).toEqual(expected);
  });

  it("broadcast, slice, pad, concat, reshape", () => {
    const shape = [3, 5, 7];
    const data = samples(105);
    const plan = new TestPlan();
    const x = plan.value(shape, "float32", data);
    const small = plan.value([5, 1], "float32", [1, 2, 3, 4, 5]);
    const wide = plan.op("broadcast", { shape }, [small], plan.value(shape));
    const part = plan.op("slice", { start: [1, 0, 2], stop: [3, 4, 7] }, [x], plan.value([2, 4, 5]));
    const padded = plan.op("pad", { before: [0, 1, 2], after: [1, 0, 1], value: -1 }, [x], plan.value([4, 6, 10]));
    const none = plan.value([3, 0, 7]);
    const joined = plan.op("concat", { axis: 1 }, [x, none, wide], plan.value([3, 10, 7]));
    const flat = plan.op("reshape", { shape: [105] }, [x], plan.value([105]));
    const read = plan.run();
    expect(read(wide)).toEqual(broadcast([1, 2, 3, 4, 5], [5, 1], shape));
    expect(read(part)).toEqual(Array.from(indices([2, 4, 5]), ([a, b, c]) => data[at([a! + 1, b!, c! + 2], shape)]));
    expect(read(padded)).toEqual(
      Array.from(indices([4, 6, 10]), ([a, b, c]) => {
        const inside = a! < 3 && b! >= 1 && c! >= 2 && c! < 9;
        return inside ? data[at([a!, b! - 1, c! - 2], shape)] : -1;
      }),
    );
    expect(read(joined)).toEqual(
      Array.from(indices([3, 10, 7]), ([a, b, c]) => (b! < 5 ? data[at([a!, b!, c!], shape)] : b! - 4)),
    );
    expect(read(flat)).toEqual(data);
  });

  it("iota", () => {
    const plan = new TestPlan();
    const x = plan.op("iota", { axis: 1, shape: [2, 3, 2], dtype: "int32" }, [], plan.value([2, 3, 2], "int32"));
    const y = plan.op("iota", { axis: 0, shape: [5], dtype: "float32" }, [], plan.value([5]));
    const read = plan.run();
    expect(read(x)).toEqual([0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2]);
    expect(read(y)).toEqual([0, 1, 2, 3, 4]);
  });
});

describe("gather and scatterAdd", () => {
  it.each([1, 3, 4, 37])("rows of %i words", (width) => {
    const rows = [4, 0, 4, 2];
    const data = samples(5 * width);
    const plan = new TestPlan();
    const x = plan.value([5, width], "float32", data);
    const index = plan.value([2, 2], "int32", rows);
    const y = plan.op("gather", {}, [x, index], plan.value([2, 2, width]));
    const z = plan.op("scatterAdd", { rows: 6 }, [index, y], plan.value([6, width]));
    const read = plan.run();
    expect(read(y)).toEqual(rows.flatMap((row) => data.slice(row * width, (row + 1) * width)));
    const sums = Array.from({ length: 6 * width }, (_, i) => {
      const row = Math.floor(i / width);
      return rows.filter((r) => r === row).length * (data[i] ?? 0);
    });
    expect(read(z)).toEqual(sums.map((v) => v + 0));
  });

  it("an index out of range is an error, never an access outside x or y", () => {
    for (const bad of [-1, 5, 2147483647, -2147483648]) {
      const plan = new TestPlan();
      const x = plan.value([5, 2], "float32", samples(10));
      const index = plan.value([3], "int32", [0, bad, 1]);
      plan.op("gather", {}, [x, index], plan.value([3, 2]));
      expect(() => plan.run()).toThrow(
        expect.objectContaining({
          code: "INDEX_OUT_OF_RANGE",
          message: `gather(f32[5,2], i32[3]): indices must be from 0 to 4; got ${bad}.`,
        }),
      );
      const other = new TestPlan();
      const updates = other.value([3, 2], "float32", samples(6));
      other.op("scatterAdd", { rows: 5 }, [other.value([3], "int32", [0, bad, 1]), updates], other.value([5, 2]));
      expect(() => other.run()).toThrow(expect.objectContaining({ code: "INDEX_OUT_OF_RANGE" }));
    }
  });
});

describe("random numbers", () => {
  // Random123, examples/kat_vectors, philox4x32 10.
  const vectors: [number[], number[], number[]][] = [
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
  ];
  it.each(vectors)("Philox 4x32-10 of counter %j, key %j", (counter, key, words) => {
    const plan = new TestPlan();
    const k = plan.value([4], "int32", [...key, counter[2]!, counter[3]!]);
    const attributes = { shape: [5], dtype: "float32", stream: counter[1]! } as const;
    const y = plan.op("randomUniform", attributes, [k], plan.value([5]));
    expect(plan.run()(y).slice(0, 4)).toEqual(words.map((word) => (word >>> 8) * 2 ** -24));
  });

  it("normal numbers by Box–Muller on the same words", () => {
    const n = 4001;
    const plan = new TestPlan();
    const key = plan.value([4], "int32", [123, -456, 789, 1]);
    const attributes = { shape: [n], dtype: "float32", stream: 7 } as const;
    const u = plan.op("randomUniform", attributes, [key], plan.value([n + 1]));
    const z = plan.op("randomNormal", attributes, [key], plan.value([n]));
    const read = plan.run();
    const us = read(u);
    const expected = Array.from({ length: n }, (_, i) => {
      const pair = i & ~1;
      const radius = Math.sqrt(-2 * Math.log(us[pair]! + 2 ** -24));
      const angle = 2 * Math.PI * us[pair + 1]!;
      return radius * (i & 1 ? Math.sin(angle) : Math.cos(angle));
    });
    const zs = read(z);
    expect(largestError(zs, expected, 1)).toBeLessThan(2e-6);
    expect(Math.abs(total(zs) / n)).toBeLessThan(0.06);
    expect(Math.abs(total(zs.map((v) => v * v)) / n - 1)).toBeLessThan(0.08);
  });
});
