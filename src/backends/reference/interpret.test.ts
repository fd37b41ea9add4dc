// The interpreter on small graphs; gradient rules at the tails, where a careless form gives NaN.
import { describe, expect, test } from "vitest";
import { backpropagate } from "../../grad/backpropagate.ts";
import type { Value } from "../../ir/builder.ts";
import type { TypedArray } from "../../ir/dtype.ts";
import type { Shape } from "../../ir/shape.ts";
import { GraphBuilder } from "../../trace/graph-builder.ts";
import { interpret } from "./interpret.ts";

test("elementwise ops broadcast, kernels and constants join in", () => {
  const g = new GraphBuilder();
  const x = g.input({ shape: [2, 3], dtype: "float64" }, "x");
  const b = g.input({ shape: [2, 1], dtype: "float64" }, "b");
  const y = g.sum(g.mul(g.add(x, b), 2), [1], false);
  const outputs = interpret(g.finish([y, b]), [Float64Array.of(1, 2, 3, 4, 5, 6), Float64Array.of(10, 20)]);
  expect(outputs).toEqual([Float64Array.of(72, 150), Float64Array.of(10, 20)]);
});

test("float32 graphs round at every store", () => {
  const g = new GraphBuilder("float32");
  const x = g.input({ shape: [1], dtype: "float32" }, "x");
  const y = g.sub(g.add(x, 2 ** -25), x);
  expect(interpret(g.finish([y]), [Float32Array.of(1)])).toEqual([Float32Array.of(0)]);
});

test("outputs of other element types", () => {
  const g = new GraphBuilder();
  const x = g.input({ shape: [3], dtype: "float64" }, "x");
  const outputs = interpret(g.finish([g.greater(x, 0), g.cast(x, "int32")]), [Float64Array.of(-1.5, 0, 2.5)]);
  expect(outputs).toEqual([Uint8Array.of(0, 0, 1), Int32Array.of(-1, 0, 2)]);
});

test("an input of the wrong size is refused", () => {
  const g = new GraphBuilder();
  const x = g.input({ shape: [3], dtype: "float64" }, "x");
  expect(() => interpret(g.finish([x]), [new Float64Array(2)])).toThrowErrorMatchingInlineSnapshot(
    `[ChainruleError: interpret: input 0 is f64[3] and needs 3 elements; got 2.]`,
  );
});

/** dL/dx for L = Σ f(x), and dL/dx again of its sum. */
function gradients(data: readonly number[], shape: Shape, f: (g: GraphBuilder, x: Value) => Value): TypedArray[] {
  const g = new GraphBuilder();
  const x = g.input({ shape, dtype: "float64" }, "x");
  const derive = (y: Value) => backpropagate(g, [y], [g.full(y, 1)], [x])[0]!;
  const first = derive(f(g, x));
  return interpret(g.finish([first, derive(first)]), [Float64Array.from(data)]);
}

describe("gradients at the tails", () => {
  test.each(["sigmoid", "softplus", "tanh", "silu", "gelu", "geluTanh", "erf", "relu"] as const)("%s", (op) => {
    const rises = ["softplus", "silu", "gelu", "geluTanh", "relu"].includes(op);
    const [first, second] = gradients([-800, 800], [2], (g, x) => g.apply(op, [x], {}));
    expect(Array.from(first!, Math.abs)).toEqual([0, rises ? 1 : 0]);
    expect(Array.from(second!, Math.abs)).toEqual([0, 0]);
  });

  test("elu", () => {
    const [first, second] = gradients([-800, 800], [2], (g, x) => g.apply("elu", [x], { alpha: 2 }));
    expect([first, second]).toEqual([Float64Array.of(0, 1), Float64Array.of(0, 0)]);
  });

  test("relu and abs are flat at 0", () => {
    expect(gradients([0], [1], (g, x) => g.apply("relu", [x], {}))[0]).toEqual(Float64Array.of(0));
    expect(gradients([0], [1], (g, x) => g.apply("abs", [x], {}))[0]).toEqual(Float64Array.of(0));
  });

  test("maximum, max and min share among equals", () => {
    const reduction = { axes: [0], keepDims: false };
    expect(gradients([1, 3, 3], [3], (g, x) => g.apply("max", [x], reduction))[0]).toEqual(
      Float64Array.of(0, 0.5, 0.5),
    );
    expect(gradients([1, 1, 3], [3], (g, x) => g.apply("min", [x], reduction))[0]).toEqual(
      Float64Array.of(0.5, 0.5, 0),
    );
    expect(gradients([2, 3, 4], [3], (g, x) => g.apply("maximum", [x, 3], {}))[0]).toEqual(Float64Array.of(0, 0.5, 1));
  });

  test("logsumexp and logSoftmax", () => {
    const along = { axes: [1], keepDims: false };
    const rows = [-Infinity, -Infinity, -Infinity, 0, 1000, 0];
    expect(gradients(rows, [3, 2], (g, x) => g.apply("logsumexp", [x], along))[0]).toEqual(
      Float64Array.of(0, 0, 0, 1, 1, 0),
    );
    const pick = (g: GraphBuilder, x: Value) => g.slice(g.apply("logSoftmax", [x], { axis: 0 }), [0], [1]);
    expect(gradients([-500, 500], [2], pick)[0]).toEqual(Float64Array.of(1, -1));
  });

  test("pow at zero", () => {
    const power = (exponent: number) => (g: GraphBuilder, x: Value) => g.pow(x, exponent);
    expect(gradients([0, -2], [2], power(2))).toEqual([Float64Array.of(0, -4), Float64Array.of(2, 2)]);
    expect(gradients([0, 2], [2], power(1))).toEqual([Float64Array.of(1, 1), Float64Array.of(0, 0)]);
    expect(gradients([0], [1], power(0))[0]).toEqual(Float64Array.of(0));
    expect(gradients([0, 3], [2], (g, y) => g.pow(g.full({ shape: [2], dtype: "float64" }, 0), y))[0]).toEqual(
      Float64Array.of(0, 0),
    );
  });
});
