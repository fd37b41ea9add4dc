// Elementwise chains: accuracy of each function, broadcasting, in-place outputs, element types, odd sizes.
import { describe, expect, it } from "vitest";
import type { ElementwiseOpName } from "../../ir/graph.ts";
import type { Shape } from "../../ir/shape.ts";
import { broadcast, earlier, indices, input, largestError, number, samples, step, TestPlan } from "./test-plan.ts";

/** Taylor series below 3, continued fraction above, in float64. */
function erf(x: number): number {
  if (Math.abs(x) < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 80; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  return Math.sign(x) * (1 - erfcFar(Math.abs(x)));
}
function erfcFar(x: number): number {
  let fraction = 0;
  for (let n = 80; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}
const normalCdf = (x: number): number => {
  const a = Math.abs(x) * Math.SQRT1_2;
  const below = a < 2 ? (1 - erf(a)) / 2 : erfcFar(a) / 2;
  return x < 0 ? below : 1 - below;
};
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const unary: [ElementwiseOpName, (x: number) => number, number, number, object?][] = [
  ["neg", (x) => -x, -3, 3],
  ["exp", Math.exp, -87, 88],
  ["expm1", Math.expm1, -20, 20],
  ["expm1", Math.expm1, -1e-3, 1e-3],
  ["log", Math.log, 1e-3, 1e4],
  ["log1p", Math.log1p, -0.9, 10],
  ["log1p", Math.log1p, -1e-4, 1e-4],
  ["sqrt", Math.sqrt, 0, 100],
  ["rsqrt", (x) => 1 / Math.sqrt(x), 0.01, 100],
  ["reciprocal", (x) => 1 / x, 0.1, 10],
  ["square", (x) => x * x, -3, 3],
  ["abs", Math.abs, -3, 3],
  ["sign", Math.sign, -3, 3],
  ["floor", Math.floor, -5, 5],
  ["erf", erf, -4, 4],
  ["tanh", Math.tanh, -10, 10],
  ["tanh", Math.tanh, -1e-3, 1e-3],
  ["sigmoid", sigmoid, -80, 20],
  ["softplus", (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), -30, 30],
  ["relu", (x) => Math.max(x, 0), -3, 3],
  ["leakyRelu", (x) => (x < 0 ? Math.fround(0.1) * x : x), -3, 3, { slope: 0.1 }],
  ["elu", (x) => (x > 0 ? x : 1.5 * Math.expm1(x)), -3, 3, { alpha: 1.5 }],
  ["geluTanh", (x) => x * sigmoid(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)), -4, 5],
  ["silu", (x) => x * sigmoid(x), -20, 20],
  ["isFinite", (x) => Number(Number.isFinite(x)), -3, 3],
  ["stopGradient", (x) => x, -3, 3],
];

function run1(op: ElementwiseOpName, xs: readonly number[], attributes: object = {}): number[] {
  const plan = new TestPlan();
  const x = plan.value([xs.length], "float32", xs);
  const y = plan.value([xs.length]);
  plan.fused([xs.length], [x], [step(op, [input(0)], "float32", attributes)], { 0: y });
  return plan.run()(y);
}

describe("functions of one value", () => {
  it.each(unary)("%s within 2e-6 on [%#]", (op, scalar, low, high, attributes) => {
    const xs = samples(4099, low, high);
    expect(largestError(run1(op, xs, attributes), xs.map(scalar))).toBeLessThan(2e-6);
  });

  it("sin and cos, near, and beyond the range of the quick reduction", () => {
    for (const high of [10, 8000, 1e6]) {
      const xs = samples(1001, -high, high);
      expect(largestError(run1("sin", xs), xs.map(Math.sin), 1)).toBeLessThan(1e-6);
      expect(largestError(run1("cos", xs), xs.map(Math.cos), 1)).toBeLessThan(1e-6);
    }
  });

  it("gelu, as exact as erf: where it is next to nothing, next to nothing", () => {
    const xs = samples(4099, -8, 8);
    const values = xs.map((x) => x * normalCdf(x));
    expect(largestError(run1("gelu", xs), values, 1)).toBeLessThan(2e-6);
  });

  it("exp is zero from where float32 has no smaller number, and subnormal before", () => {
    const xs = samples(4099, -110, -80);
    const smallest = 2 ** -149;
    expect(largestError(run1("exp", xs), xs.map(Math.exp), smallest * 1e6)).toBeLessThan(1e-6);
    expect(run1("exp", [-104, -1e9, -1000, -103.9])).toEqual([0, 0, 0, smallest]);
  });

  it("is sound at the tails", () => {
    const inf = Number.POSITIVE_INFINITY;
    const at = [0, -0, inf, -inf, NaN, 800, -800, 1e-40, -5];
    const tails: [ElementwiseOpName, (x: number) => number, object?][] = [
      ["exp", Math.exp],
      ["expm1", Math.expm1],
      ["log", (x) => Math.log(Math.fround(x))],
      ["log1p", Math.log1p],
      ["sqrt", (x) => Math.sqrt(Math.fround(x))],
      ["tanh", Math.tanh],
      ["sigmoid", sigmoid],
      ["softplus", (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))],
      ["relu", (x) => Math.max(x, 0)],
      ["elu", (x) => (x > 0 ? x : Math.expm1(x)), { alpha: 1 }],
      ["erf", (x) => (Math.abs(x) > 10 ? Math.sign(x) : erf(x))],
      ["sign", Math.sign],
      ["isFinite", (x) => Number(Number.isFinite(x))],
      ["sin", Math.sin],
    ];
    for (const [op, scalar, attributes] of tails) {
      expect(largestError(run1(op, at, attributes), at.map(scalar), 1e-30), op).toBeLessThan(2e-6);
    }
    expect(run1("silu", [800, -800, NaN])).toEqual([800, -0, NaN]);
    expect(run1("gelu", [800, -800, NaN])).toEqual([800, 0, NaN]);
    expect(run1("geluTanh", [800, -800, NaN])).toEqual([800, -0, NaN]);
  });
});

const binary: [ElementwiseOpName, (x: number, y: number) => number][] = [
  ["add", (x, y) => x + y],
  ["sub", (x, y) => x - y],
  ["mul", (x, y) => x * y],
  ["div", (x, y) => x / y],
  ["pow", (x, y) => x ** y],
  ["maximum", Math.max],
  ["minimum", Math.min],
  ["equal", (x, y) => Number(x === y)],
  ["notEqual", (x, y) => Number(x !== y)],
  ["less", (x, y) => Number(x < y)],
  ["lessEqual", (x, y) => Number(x <= y)],
  ["greater", (x, y) => Number(x > y)],
  ["greaterEqual", (x, y) => Number(x >= y)],
];

describe("functions of two values", () => {
  it.each(binary)("%s, with NaN as in NumPy", (op, scalar) => {
    const xs = [...samples(37, 0, 3), 1, 2, NaN, 1];
    const ys = [...samples(37, -2, 2, 7), 1, NaN, 2, 3];
    const plan = new TestPlan();
    const x = plan.value([41], "float32", xs);
    const y = plan.value([41], "float32", ys);
    const z = plan.value([41]);
    plan.fused([41], [x, y], [step(op, [input(0), input(1)])], { 0: z });
    expect(
      largestError(
        plan.run()(z),
        xs.map((v, i) => scalar(v, ys[i]!)),
        1e-6,
      ),
    ).toBeLessThan(2e-6);
  });

  it("pow at the tails as Math.pow has it, and nearly always rightly rounded", () => {
    const inf = Number.POSITIVE_INFINITY;
    const at = [0, -0, 1, -1, inf, -inf, NaN, 2, -2, 0.5, -0.5, 3, -3, 2.5, 150, -149, 1e-45, -1e-40, 3e38, 16777217];
    const pow = (xs: readonly number[], ys: readonly number[]) => {
      const plan = new TestPlan();
      const x = plan.value([xs.length], "float32", xs);
      const y = plan.value([xs.length], "float32", ys);
      const z = plan.value([xs.length]);
      plan.fused([xs.length], [x, y], [step("pow", [input(0), input(1)])], { 0: z });
      return plan.run()(z);
    };
    const rounded = (xs: readonly number[], ys: readonly number[]) =>
      xs.map((x, i) => Math.fround(Math.fround(x) ** Math.fround(ys[i]!)));
    const pairs = at.flatMap((x) => at.map((y): [number, number] => [x, y]));
    const [bases, powers] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
    expect(pow(bases, powers)).toEqual(rounded(bases, powers));
    const [xs, ys] = [samples(4001, 0, 40), samples(4001, -20, 20, 7)];
    const expected = rounded(xs, ys);
    expect(pow(xs, ys).filter((z, i) => z !== expected[i]).length).toBeLessThan(9);
  });

  it("int32", () => {
    const xs = [5, -3, 0, 7, 2147483647, -9];
    const ys = [2, -3, 1, -7, 1, 4];
    const expected: Partial<Record<ElementwiseOpName, number[]>> = {
      add: xs.map((x, i) => (x + ys[i]!) | 0),
      sub: xs.map((x, i) => (x - ys[i]!) | 0),
      mul: xs.map((x, i) => Math.imul(x, ys[i]!)),
      maximum: xs.map((x, i) => Math.max(x, ys[i]!)),
      minimum: xs.map((x, i) => Math.min(x, ys[i]!)),
      less: xs.map((x, i) => Number(x < ys[i]!)),
      greaterEqual: xs.map((x, i) => Number(x >= ys[i]!)),
      neg: xs.map((x) => -x),
      abs: xs.map(Math.abs),
      sign: xs.map((x) => Math.sign(x)),
    };
    for (const [op, values] of Object.entries(expected)) {
      const plan = new TestPlan();
      const x = plan.value([6], "int32", xs);
      const y = plan.value([6], "int32", ys);
      const dtype = op === "less" || op === "greaterEqual" ? "bool" : "int32";
      const z = plan.value([6], dtype);
      const args = ["neg", "abs", "sign"].includes(op) ? [input(0)] : [input(0), input(1)];
      plan.fused([6], [x, y], [step(op as ElementwiseOpName, args, dtype)], { 0: z });
      expect(
        plan
          .run()(z)
          .map((v) => v + 0),
        op,
      ).toEqual(values.map((v) => v + 0));
    }
  });

  it("casts among float, int and bool, and a comparison of an int32 with a fraction", () => {
    const plan = new TestPlan();
    const x = plan.value([5], "float32", [-1.7, 0, 2.9, NaN, 1]);
    const i = plan.value([5], "int32", [0, 1, -2, 3, 0]);
    const b = plan.value([5], "bool", [1, 0, 1, 1, 0]);
    const steps = [
      step("cast", [input(0)], "int32", { dtype: "int32" }),
      step("cast", [input(0)], "bool", { dtype: "bool" }),
      step("cast", [input(1)], "float32", { dtype: "float32" }),
      step("cast", [input(1)], "bool", { dtype: "bool" }),
      step("cast", [input(2)], "float32", { dtype: "float32" }),
      step("cast", [input(2)], "int32", { dtype: "int32" }),
      step("greater", [input(1), number(0.5)], "bool"),
      step("where", [input(2), input(1), number(-1)], "int32"),
      step("add", [input(0), input(1)], "float32"),
    ];
    const outputs = steps.map(({ dtype }) => plan.value([5], dtype));
    plan.fused([5], [x, i, b], steps, { ...outputs });
    const read = plan.run();
    expect(outputs.map(read)).toEqual([
      [-1, 0, 2, 0, 1],
      [1, 0, 1, 1, 1],
      [0, 1, -2, 3, 0],
      [0, 1, 1, 1, 0],
      [1, 0, 1, 1, 0],
      [1, 0, 1, 1, 0],
      [0, 1, 0, 1, 0],
      [0, -1, -2, 3, -1],
      [Math.fround(-1.7), 1, Math.fround(2.9) - 2, NaN, 1].map(Math.fround),
    ]);
  });
});

describe("chains", () => {
  const shapes: [Shape, Shape][] = [
    [[4, 2], [2]],
    [
      [4, 2],
      [4, 1],
    ],
    [[64, 10], [10]],
    [
      [64, 10],
      [64, 1],
    ],
    [[7, 1031], [1031]],
    [
      [7, 1031],
      [7, 1],
    ],
    [[3, 600], [1]],
    [
      [3, 5, 7],
      [5, 1],
    ],
    [
      [3, 5, 7],
      [3, 1, 7],
    ],
    [
      [3, 5, 7],
      [1, 5, 7],
    ],
    [
      [2, 3, 4, 5],
      [2, 1, 4, 1],
    ],
    [
      [2, 3, 4, 5],
      [3, 1, 1],
    ],
    [[1, 513], [513]],
    [[0, 3], [3]],
    [[], []],
  ];
  it.each(shapes)("broadcast %j with %j", (shape, small) => {
    const count = [...indices(shape)].length;
    const xs = samples(count);
    const ys = samples([...indices(small)].length, -2, 2, 5);
    const plan = new TestPlan();
    const x = plan.value(shape, "float32", xs);
    const y = plan.value(small, "float32", ys);
    const z = plan.value(shape);
    const steps = [step("mul", [input(0), number(3)]), step("add", [earlier(0), input(1)])];
    plan.fused(shape, [x, y], steps, { 1: z });
    const spread = broadcast(ys, small, shape);
    expect(
      largestError(
        plan.run()(z),
        xs.map((v, i) => v * 3 + spread[i]!),
        1,
      ),
    ).toBeLessThan(1e-6);
  });

  it("keeps an input that is overwritten in place until its last reader has had it", () => {
    for (const n of [3, 4, 1000, 2049]) {
      const xs = samples(n);
      const plan = new TestPlan();
      const x = plan.value([n], "float32", xs);
      const y = plan.value([n]);
      // x ← x + 1 while y = x · (x + 1) still needs the old x.
      const steps = [step("add", [input(0), number(1)]), step("mul", [earlier(0), input(0)])];
      plan.fused([n], [x], steps, { 0: x, 1: y });
      const read = plan.run();
      expect(read(x)).toEqual(xs.map((v) => Math.fround(v + 1)));
      expect(read(y)).toEqual(xs.map((v) => Math.fround(Math.fround(v + 1) * v)));
    }
  });

  it("reuses registers without mixing values up", () => {
    const n = 777;
    const xs = samples(n);
    const plan = new TestPlan();
    const x = plan.value([n], "float32", xs);
    const y = plan.value([n]);
    const steps = [step("add", [input(0), number(1)])];
    for (let i = 0; i < 20; i++) steps.push(step(i % 2 ? "sub" : "mul", [earlier(i), earlier(Math.max(0, i - 3))]));
    plan.fused([n], [x], steps, { 20: y });
    const values: number[][] = [xs.map((v) => Math.fround(v + 1))];
    for (let i = 0; i < 20; i++) {
      const [a, b] = [values[i]!, values[Math.max(0, i - 3)]!];
      values.push(a.map((v, j) => Math.fround(i % 2 ? v - b[j]! : v * b[j]!)));
    }
    expect(plan.run()(y)).toEqual(values[20]);
  });
});
