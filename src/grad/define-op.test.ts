// Ops of users: their values, their rules in every transform and on every backend, and the check when they are defined.
import { afterEach, describe, expect, it, vi } from "vitest";
import { explain, toText } from "../explain/index.ts";
import {
  ChainruleError,
  compile,
  grad,
  hessian,
  jvp,
  ones,
  printGraph,
  type Tensor,
  tensor,
  trace,
  valueAndGrad,
} from "../index.ts";
import { defineOp } from "./check.ts";

const swish = defineOp({
  name: "swish",
  formula: { text: "y = x σ(x)", tex: "y = x \\sigma(x)" },
  value: (x) => x.mul(x.sigmoid()),
  gradient: ({ dy, inputs: [x], y }) => [dy.mul(y.add(x.sigmoid().mul(y.neg().add(1))))],
  samples: [[tensor([-2, 0.5, 3])], [tensor(0.3)]],
});

/** x w[i], with i int32. */
const scaled = defineOp({
  name: "scaled",
  formula: { text: "y = x w[i]", tex: "y = x\\, w_i" },
  value: (x, w, i) => x.mul(w.gather(i)),
  gradient: ({ dy, inputs: [x, w, i] }) => [
    dy.mul(w.gather(i)),
    dy
      .mul(x)
      .reshape([-1, 1])
      .mul(i.reshape([-1, 1]).equal(tensor([0, 1, 2], { dtype: "int32" })))
      .sum(0),
    undefined,
  ],
  samples: [[tensor([1, 2]), tensor([3, -4, 5]), tensor([2, 0], { dtype: "int32" })]],
});

const x = tensor([-1.5, 0.25, 2]);
const reference = (t: Tensor) => t.mul(t.sigmoid());
const close = (a: Tensor, b: Tensor, digits = 12) => {
  expect(a.shape).toEqual(b.shape);
  a.data.forEach((value, i) => {
    expect(value).toBeCloseTo(b.data[i]!, digits);
  });
};

afterEach(() => vi.unstubAllEnvs());

describe("a user's op", () => {
  it("has the values and derivatives of what it computes", () => {
    close(swish(x), reference(x));
    close(grad((t: Tensor) => swish(t).sum())(x), grad((t: Tensor) => reference(t).sum())(x));
    close(hessian((t) => swish(t).square().sum())(x), hessian((t) => reference(t).square().sum())(x));
    close(jvp(swish, [x], [ones([3])])[1], jvp(reference, [x], [ones([3])])[1]);
    const third = (f: (t: Tensor) => Tensor) => {
      const first = grad((t: Tensor) => f(t).sum());
      const second = grad((t: Tensor) => first(t).sum());
      return grad((t: Tensor) => second(t).sum())(x);
    };
    close(third(swish), third(reference));
  });

  it.each(["reference", "wasm"] as const)("runs compiled on %s", (backend) => {
    const step = compile((w: Tensor, t: Tensor) => valueAndGrad((own: Tensor) => swish(t.matmul(own)).mean())(w), {
      backend,
    });
    const w = tensor([
      [0.5, -1],
      [2, 0.25],
      [-0.75, 1],
    ]);
    const t = tensor([
      [1, -2, 0.5],
      [0.1, 0.4, -3],
    ]);
    const [value, dw] = step(w, t);
    const [expected, dExpected] = valueAndGrad((own: Tensor) => reference(t.matmul(own)).mean())(w);
    close(value.cast("float64"), expected, backend === "wasm" ? 5 : 12);
    close(dw.cast("float64"), dExpected, backend === "wasm" ? 5 : 12);
    expect(JSON.stringify(step.plan(w, t))).not.toContain("swish");
  });

  it("goes by its rule, and not through its value", () => {
    vi.stubEnv("NODE_ENV", "production");
    const straight = defineOp({
      name: "straight",
      formula: { text: "y = ⌊x⌋", tex: "y = \\lfloor x \\rfloor" },
      value: (t) => t.floor(),
      gradient: ({ dy }) => [dy],
      samples: [[x]],
    });
    close(grad((t: Tensor) => straight(t).square().sum())(x), tensor([-4, 0, 4]));
  });

  it("takes operands of several types, and broadcast gradients", () => {
    const w = tensor([3, -4, 5]);
    const i = tensor([1, 1, 0], { dtype: "int32" });
    close(scaled(x, w, i), tensor([6, -1, 6]));
    close(grad((own: Tensor) => scaled(x, own, i).sum())(w), tensor([2, -1.25, 0]));
    const bias = defineOp({
      name: "shift",
      formula: { text: "y = x + b", tex: "y = x + b" },
      value: (t, b) => t.add(b),
      gradient: ({ dy }) => [dy, dy],
      samples: [[ones([2, 3]), x]],
    });
    close(grad((b: Tensor) => bias(ones([4, 3]), b).sum())(x), tensor([4, 4, 4]));
  });

  it("is one node of plain data, printed by its name", () => {
    const { graph } = trace([{ shape: [3], dtype: "float64", name: "x" }], ([t]) => [swish(t!)]);
    expect(printGraph(graph)).toMatchInlineSnapshot(`
      "%0: f64[3] = input "x"
      %1: f64[3] = sigmoid(%0)
      %2: f64[3] = mul(%0, %1)
      %3: f64[3] = custom(%0, %2) name="swish"
      return %3"
    `);
    expect(structuredClone(graph)).toEqual(graph);
  });

  it("is explained like others", () => {
    const one = explain(({ w }, name) => name("y", swish(w)).square().sum(), { w: x });
    const element = one.of("w[2]");
    expect(element.gradient).toBeCloseTo(element.check.slope, 8);
    expect(element.pathCount).toBe(1);
    expect(toText(element, 80)).toContain("y[2] = x σ(x)");
  });
});

describe("when it is defined", () => {
  const messageOf = (define: () => unknown) => {
    try {
      define();
    } catch (error) {
      expect(error).toBeInstanceOf(ChainruleError);
      const { code, message } = error as ChainruleError;
      return `${code}: ${message}`;
    }
    return "defined";
  };
  const square = (
    gradient: (dy: Tensor, x: Tensor) => readonly (Tensor | undefined)[],
    samples: readonly (readonly [Tensor])[] = [[tensor([2, -1])]],
    value: (x: Tensor) => Tensor = (t) => t.square(),
  ) =>
    messageOf(() =>
      defineOp({
        name: "square2",
        formula: { text: "y = x²", tex: "y = x^2" },
        value,
        gradient: ({ dy, inputs: [t] }) => gradient(dy, t),
        samples,
      }),
    );

  it("its rule is checked in development, and not in production", () => {
    expect(square((dy, t) => [dy.mul(t).mul(2)])).toBe("defined");
    const wrong = square((dy, t) => [dy.mul(t).mul(3)], [[tensor([0.5, -1])]]);
    expect(wrong.replace(/-?\d+\.\d+/g, "#")).toMatchInlineSnapshot(`
      "WRONG_GRADIENT: defineOp: the gradient rule of square2 must agree with central differences; at samples[0] it does not:
        operand 0[1]: the rule gives #, differences #
      Mend the rule, or the value that it belongs to."
    `);
    vi.stubEnv("NODE_ENV", "production");
    expect(square((dy, t) => [dy.mul(t).mul(3)])).toBe("defined");
  });

  it("a rule that is right once and wrong when it is differentiated is found", () => {
    expect(square((dy, t) => [dy.mul(t.stopGradient()).mul(2)])).toContain("differentiated again, of square2");
  });

  it("a rule that is not linear in dy is found", () => {
    expect(square((dy, t) => [dy.square().mul(t).mul(2)])).toContain("WRONG_GRADIENT");
  });

  it("says what else is wrong", () => {
    const right = (dy: Tensor, t: Tensor) => [dy.mul(t).mul(2)];
    expect(square(right, [])).toContain("INVALID_ARGUMENT: defineOp: square2 needs samples");
    const kinked = square(
      (dy, t) => [dy.mul(t.greater(0))],
      [[tensor([0, 1])]],
      (t) => t.relu(),
    );
    expect(kinked).toMatchInlineSnapshot(`
      "INVALID_ARGUMENT: defineOp: samples[0] of square2 lies on a kink, where differences say nothing about its rule:
        on a kink: op square2 (%2), operand 0 at [0] is 0. Choose numbers beside it."
    `);
    expect(square(right, undefined, (t) => t.greater(0))).toContain("its value must be a float tensor; got bool[2]");
    expect(square(() => [])).toMatchInlineSnapshot(
      `"SHAPE_MISMATCH: square2: the gradient of operand 0 must be a float tensor of its shape, f64[2]; got undefined. Where nothing flows back, return zeros of that shape."`,
    );
    expect(square((dy) => [dy.sum()])).toContain("of its shape, f64[2]; got f64[]");
    expect(square((dy) => [dy, dy])).toContain("one tensor per operand, 1 in all; got 2");
  });

  it("a tensor of the function around it is refused", () => {
    vi.stubEnv("NODE_ENV", "production");
    expect(
      messageOf(() =>
        grad((w: Tensor) => {
          const op = defineOp({
            name: "closes",
            formula: { text: "y = w x", tex: "y = w x" },
            value: (t) => t.mul(w),
            gradient: ({ dy }) => [dy],
            samples: [[x]],
          });
          return op(w).sum();
        })(x),
      ),
    ).toContain("closes: its value uses");
  });
});
