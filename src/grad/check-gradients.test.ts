// What a gradient check says of wrong rules: the tensor, the element, the op; and of kinks.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Tensor, tensor, zeros } from "../index.ts";
import { checkGradients, defineOp } from "./check.ts";

/** An op as `defineOp` makes it in production: its rule is not checked. */
const unchecked: typeof defineOp = (definition) => {
  const mode = process.env.NODE_ENV;
  process.env.NODE_ENV = "production";
  try {
    return defineOp(definition);
  } finally {
    process.env.NODE_ENV = mode;
  }
};

const formula = { text: "y = x σ(x)", tex: "y = x \\sigma(x)" };
/** x σ(x), its gradient multiplied by `factor`. */
const swish = (factor: number) =>
  unchecked({
    name: "swish",
    formula,
    value: (x) => x.mul(x.sigmoid()),
    gradient: ({ dy, inputs: [x], y }) => [dy.mul(y.add(x.sigmoid().mul(y.neg().add(1)))).mul(factor)],
    samples: [[tensor([0.5])]],
  });

const network = {
  layers: [
    {
      weight: tensor([
        [0.3, -0.8],
        [1.1, 0.4],
      ]),
      bias: tensor([0.1, -0.2]),
    },
    { weight: tensor([[0.7], [-1.2]]), bias: tensor([0.05]) },
  ],
} as const;
const x = tensor([
  [0.5, -1.5],
  [2, 0.25],
  [-0.75, 1],
]);
type Network = typeof network;

const pass =
  (activation: (z: Tensor) => Tensor, head: (z: Tensor) => Tensor = (z) => z.square().mean()) =>
  ({ layers: [first, second] }: Network, input: Tensor): Tensor =>
    head(activation(input.matmul(first.weight).add(first.bias)).matmul(second.weight).add(second.bias));

describe("a network of named tensors", () => {
  it("passes with right rules, and shows the sweep of step sizes of each direction", () => {
    const check = checkGradients(pass(swish(1)), [network, x]);
    expect(check.passed, String(check)).toBe(true);
    expect(check).toMatchObject({ disagreements: [], kinks: [] });
    expect(check.checks.map(({ order }) => order)).toEqual([1, 2, 1, 2]);
    for (const { sweep, step, error, numeric } of check.checks) {
      expect(sweep.map((one) => one.step)).toEqual(Array.from({ length: 11 }, (_, i) => 1e-3 / 2 ** i));
      const best = sweep.find((one) => one.step === step)!;
      expect(best).toMatchObject({ numeric, stable: true });
      expect(best.error).toBeGreaterThanOrEqual(error);
      expect(Math.min(...sweep.map((one) => one.uncertainty))).toBe(best.uncertainty);
    }
  });

  it("names parameter, element and op of a wrong rule", () => {
    const { passed, disagreements, checks } = checkGradients(pass(swish(1.001)), [network, x]);
    expect(passed).toBe(false);
    expect(checks.some(({ kink }) => kink)).toBe(false);
    const first = disagreements.filter(({ order }) => order === 1);
    // What comes after the op on the way to the loss is right.
    expect(first.map(({ input }) => input)).toEqual(["layers.0.weight", "layers.0.bias", "1"]);
    for (const { op, analytic, numeric, indices, input } of first) {
      expect(op).toMatchObject({ name: "swish", order: 1, operand: 0 });
      expect(op!.analytic / op!.numeric).toBeCloseTo(1.001, 8);
      expect(op!.indices).toHaveLength(2);
      expect(analytic).not.toBe(numeric);
      expect(indices).toHaveLength(input.endsWith("bias") ? 1 : 2);
    }
    expect(disagreements.some(({ order }) => order === 2)).toBe(true);
  });

  it("says so in words", () => {
    const text = String(checkGradients(pass(swish(2)), [network, x], { order: 1, directions: 1 }));
    expect(text.replace(/-?\d+\.\d+(e-\d+)?/g, "#")).toMatchInlineSnapshot(`
      "order 1: reverse #, forward #, numeric #: error #
      layers.0.weight[0,0]: gradient #, differences #; op swish (%9), operand 0 at [1,0]: its rule gives #, differences #
      layers.0.bias[0]: gradient #, differences #; op swish (%9), operand 0 at [1,0]: its rule gives #, differences #
      1[1,1]: gradient #, differences #; op swish (%9), operand 0 at [1,0]: its rule gives #, differences #"
    `);
  });

  it("finds the element in tensors of many elements", () => {
    const wrongAt = unchecked({
      name: "wrongAt",
      formula,
      value: (a) => a.square(),
      gradient: ({ dy, inputs: [a] }) => {
        const error = new Float64Array(a.size);
        error[777] = 0.01;
        return [dy.mul(a.mul(2).add(tensor(error, { shape: a.shape })))];
      },
      samples: [[tensor([1])]],
    });
    const w = tensor(
      Float64Array.from({ length: 1000 }, (_, i) => Math.sin(i)),
      { shape: [10, 100] },
    );
    const { disagreements } = checkGradients((t) => wrongAt(t).sum(), [{ w }.w], { order: 1 });
    expect(disagreements).toMatchObject([{ input: "0", indices: [7, 77], op: { name: "wrongAt", indices: [7, 77] } }]);
    expect(disagreements[0]!.analytic - disagreements[0]!.numeric).toBeCloseTo(0.01, 9);
  });
});

describe("ops", () => {
  it("are blamed for the one operand whose rule is wrong", () => {
    const scale = unchecked({
      name: "scale",
      formula,
      value: (a, b) => a.mul(b),
      gradient: ({ dy, inputs: [a, b] }) => [dy.mul(b), dy.mul(a).mul(-1)],
      samples: [[tensor([1]), tensor([2])]],
    });
    const inputs = [tensor([0.5, 2]), tensor([1.5])] as const;
    const { disagreements } = checkGradients((a, b) => scale(a, b).exp(), inputs, { order: 1 });
    expect(disagreements).toMatchObject([
      { input: "1", indices: [0], op: { name: "scale", operand: 1, indices: [0] } },
    ]);
  });

  it("are told from the ops that their values are made of", () => {
    // The value's inner op is wrong, but no gradient goes through it.
    const inner = swish(3);
    const outer = unchecked({
      name: "outer",
      formula,
      value: (a) => inner(a),
      gradient: ({ dy, inputs: [a] }) => [dy.mul(a.sigmoid().add(a.mul(a.sigmoid()).mul(a.sigmoid().neg().add(1))))],
      samples: [[tensor([1])]],
    });
    expect(checkGradients((a) => outer(a).sum(), [tensor([0.3, -2])]).passed).toBe(true);
  });

  it("are blamed in second order where their rule hides what it depends on", () => {
    const half = unchecked({
      name: "half",
      formula,
      value: (a) => a.square(),
      gradient: ({ dy, inputs: [a] }) => [dy.mul(a.stopGradient()).mul(2)],
      samples: [[tensor([1])]],
    });
    const { passed, disagreements, checks } = checkGradients((a) => half(a).mul(3).sum(), [tensor([0.4, -1])]);
    expect(passed).toBe(false);
    expect(checks.filter(({ order }) => order === 1).every(({ error }) => error < 1e-9)).toBe(true);
    expect(disagreements.map(({ order }) => order)).toEqual([2]);
    expect(disagreements[0]).toMatchObject({ input: "0", op: { name: "half", order: 2, operand: 0, analytic: 0 } });
  });

  it("that stop the gradient are named too", () => {
    const { disagreements } = checkGradients((a) => a.mul(a.stopGradient()).sum(), [tensor([2])], { order: 1 });
    expect(disagreements).toMatchObject([{ analytic: 2, op: { name: "stopGradient", analytic: 0 } }]);
  });

  it("a gradient that is no number is wrong at the element where it arises", () => {
    const { passed, disagreements } = checkGradients((a) => a.sqrt().mul(0).sum(), [tensor([1, 0, 4])], { order: 1 });
    expect(passed).toBe(false);
    expect(disagreements).toMatchObject([{ indices: [1], analytic: Number.NaN }]);
  });
});

describe("kinks", () => {
  it("are named, and are nothing wrong", () => {
    const check = checkGradients((a) => a.relu().square().add(a.relu()).sum(), [tensor([1, 0, -1])]);
    expect(check).toMatchObject({ passed: false, disagreements: [] });
    expect(check.kinks[0]).toMatchObject({ name: "relu", operand: 0, indices: [1], at: 0 });
    expect(String(check)).toContain("on a kink: op relu (%1), operand 0 at [1] is 0");
  });

  it("explain a gradient that is wrong only because kinks cancel", () => {
    // relu(x) − relu(−x) = x, and at 0 both rules say 0.
    const check = checkGradients((a) => a.relu().sub(a.neg().relu()).sum(), [tensor([0])], { order: 1 });
    expect(check).toMatchObject({ passed: false, disagreements: [] });
    expect(check.kinks.map(({ name }) => name)).toEqual(["relu", "relu"]);
  });

  it("do not hide an op that is wrong", () => {
    const check = checkGradients((a) => swish(2)(a).sub(a.neg().relu().add(a.relu())).sum(), [tensor([0.5, 0])]);
    expect(check.passed).toBe(false);
    const wrong = checkGradients((a) => swish(2)(a).add(a.relu()).sum(), [tensor([0.5, 1e-5])]);
    expect(wrong.disagreements[0]).toMatchObject({ input: "0", op: { name: "swish" } });
  });
});

describe("shapes", () => {
  it.each([[[]], [[0]], [[1]], [[3, 0, 2]], [[1, 1, 1]], [[7]], [[2, 3, 5]]])("%j", (shape) => {
    const a = zeros(shape).add(0.7);
    expect(checkGradients((t) => swish(1)(t), [a]).passed).toBe(true);
    expect(checkGradients((t) => swish(1)(t).sum(), [a]).passed).toBe(true);
    const wrong = checkGradients((t) => swish(2)(t).sum(), [a]);
    expect(wrong.passed).toBe(a.size === 0);
    if (a.size > 0) expect(wrong.disagreements[0]!.indices).toHaveLength(shape.length);
  });
});

describe("random compositions", () => {
  const steps: readonly ((t: Tensor) => Tensor)[] = [
    (t) => t.tanh(),
    (t) => t.sigmoid().mul(t),
    (t) => t.mul(0.7).add(0.2),
    (t) => t.square().add(1).log(),
    (t) => t.softmax(),
    (t) => t.sub(t.mean()),
    (t) => t.sin(),
    (t) => t.mul(t.sum().tanh()),
  ];
  const numbers = fc.array(fc.double({ min: -1.5, max: 1.5, noNaN: true }), { minLength: 1, maxLength: 5 });
  const chain = fc.array(fc.nat(steps.length - 1), { minLength: 0, maxLength: 4 });

  it("pass with right rules, and fail, with the op, where one is off by a thousandth", () => {
    fc.assert(
      fc.property(numbers, chain, chain, fc.integer({ min: 0, max: 99 }), (values, before, after, seed) => {
        const at = (list: readonly number[], t: Tensor) => list.reduce((own, step) => steps[step]!(own), t);
        const run = (factor: number) => {
          const op = swish(factor);
          const fn = (t: Tensor) =>
            at(after, op(at(before, t)))
              .mul(tensor([1, -2, 0.5, 3, 1].slice(0, values.length)))
              .sum();
          return checkGradients(fn, [tensor(values)], { seed });
        };
        const right = run(1);
        expect(right.passed, String(right)).toBe(true);
        const wrong = run(1 + 1e-3);
        // All of the derivative comes through the op: where there is one, it is off by a thousandth too.
        const matters = right.checks.some(({ order, reverse }) => order === 1 && Math.abs(reverse) > 0.03);
        if (!matters) return;
        expect(wrong.passed, String(wrong)).toBe(false);
        expect(wrong.disagreements[0]?.op).toMatchObject({ name: "swish", order: 1 });
      }),
      { numRuns: 30 },
    );
  });
});
