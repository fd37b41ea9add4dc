// Optimizers: their way down a bowl, their state, weight decay, clipping, and float32 steps. PyTorch's own numbers: test/golden-optimizers.test.ts.
import { describe, expect, it } from "vitest";
import { compile, grad, type Tensor, tensor } from "../index.ts";
import { mapTree } from "../trace/tree.ts";
import {
  adagrad,
  adam,
  adamw,
  clipByNorm,
  clipByValue,
  globalNorm,
  initOptimizer,
  type Optimizer,
  type OptimizerKind,
  optimizerKinds,
  optimizers,
  rmsprop,
  sgd,
  updateOptimizer,
} from "./index.ts";

const scalar = (step: number) => tensor(Int32Array.of(step), { shape: [] });
const numbers = (t: Tensor) => Array.from(t.data);

const candidates: Record<string, Optimizer> = {
  sgd: sgd({ learningRate: 0.1 }),
  "sgd with momentum": sgd({ learningRate: 0.05, momentum: 0.8 }),
  "sgd with nesterov": sgd({ learningRate: 0.05, momentum: 0.8, nesterov: true }),
  rmsprop: rmsprop({ learningRate: 0.02 }),
  "rmsprop with momentum": rmsprop({ learningRate: 0.004, momentum: 0.8 }),
  adagrad: adagrad({ learningRate: 1 }),
  adam: adam({ learningRate: 0.1 }),
  adamw: adamw({ learningRate: 0.1, weightDecay: 0 }),
};

/** Steps of a fixed length end within their rate of the goal. */
const within: Partial<Record<OptimizerKind, number>> = {
  rmsprop: 2e-3,
};

describe("minimise a quadratic", () => {
  // ½ Σ c (w − goal)², curvatures 1, 4 and 0.5, over a matrix and a scalar.
  interface Point {
    readonly w: Tensor;
    readonly b: Tensor;
  }
  const error = ({ w, b }: Point) =>
    w
      .sub(tensor([[3, -2]]))
      .square()
      .mul(tensor([[1, 4]]))
      .sum()
      .mul(0.5)
      .add(b.sub(-1).square().mul(0.25));

  it.each(Object.entries(candidates))("%s", (_, optimizer) => {
    const step = compile(
      (p: Point, state: Readonly<Record<string, unknown>>, at: Tensor) =>
        updateOptimizer(optimizer, p, grad(error)(p), state, { step: at }),
      { backend: "reference" },
    );
    let p: Point = { w: tensor([[0, 0]]), b: tensor(4) };
    let state = initOptimizer(optimizer, p);
    for (let i = 0; i < 600; i++) ({ parameters: p, state } = step(p, state, scalar(i)));
    expect(error(p).item()).toBeLessThan(within[optimizer.kind] ?? 1e-6);
  });

  it("every kind is among them, and has defaults", () => {
    expect([...new Set(Object.values(candidates).map(({ kind }) => kind))].sort()).toEqual(optimizerKinds.toSorted());
    for (const kind of optimizerKinds) {
      expect(optimizers[kind]({ learningRate: 0.5 })).toMatchObject({ kind, learningRate: 0.5 });
      expect(JSON.parse(JSON.stringify(optimizers[kind]()))).toEqual(optimizers[kind]());
    }
  });
});

describe("weight decay", () => {
  const p = { w: tensor([2, -4]) };
  const still = { w: tensor([0, 0]) };
  const updated = (optimizer: Optimizer, gradients = still) =>
    numbers(updateOptimizer(optimizer, p, gradients, initOptimizer(optimizer, p), { step: scalar(0) }).parameters.w);

  it("of sgd adds to the gradient", () => {
    expect(updated(sgd({ learningRate: 0.1, weightDecay: 0.5 }))).toEqual([2 - 0.1 * 1, -4 + 0.1 * 2]);
    expect(updated(sgd({ learningRate: 0.1 }))).toEqual([2, -4]);
  });

  it("of adamw shrinks the weights apart from the gradient; adam's passes through its moments", () => {
    const shrunk = updated(adamw({ learningRate: 0.1, weightDecay: 0.5 }));
    expect(shrunk[0]).toBeCloseTo(2 * (1 - 0.05), 12);
    expect(shrunk[1]).toBeCloseTo(-4 * (1 - 0.05), 12);
    // The first step of Adam has the length of the rate, whatever the gradient.
    const normalized = updated(adam({ learningRate: 0.1, weightDecay: 0.5 }));
    expect(normalized[0]).toBeCloseTo(1.9, 6);
    expect(normalized[1]).toBeCloseTo(-3.9, 6);
    expect(updated(adamw({ learningRate: 0.1 }))[0]).toBeCloseTo(2 * (1 - 0.001), 12);
  });

  it("of adamw follows a learning rate given for the step", () => {
    const optimizer = adamw({ learningRate: 9, weightDecay: 0.5 });
    const context = { step: scalar(0), learningRate: tensor(0.01) };
    const { parameters } = updateOptimizer(optimizer, p, still, initOptimizer(optimizer, p), context);
    expect(parameters.w.data[0]).toBeCloseTo(2 * (1 - 0.005), 12);
  });
});

describe("state", () => {
  it("begins with zeros, in trees of the parameters' structure", () => {
    const parameters = { layers: [{ w: tensor([[1, 2]]) }, {}] };
    const zero = { layers: [{ w: [[0, 0]] }, {}] };
    const shapes = Object.fromEntries(
      Object.entries(candidates).map(([name, optimizer]) => [
        name,
        JSON.parse(JSON.stringify(initOptimizer(optimizer, parameters))),
      ]),
    );
    expect(shapes).toEqual({
      sgd: {},
      "sgd with momentum": { momentum: zero },
      "sgd with nesterov": { momentum: zero },
      rmsprop: { square: zero },
      "rmsprop with momentum": { square: zero, momentum: zero },
      adagrad: { square: zero },
      adam: { mean: zero, square: zero },
      adamw: { mean: zero, square: zero },
    });
  });

  it("gradients must have the structure of the parameters", () => {
    const bad = () => updateOptimizer(sgd(), { w: tensor(1) } as object, { v: tensor(1) }, {}, { step: scalar(0) });
    expect(bad).toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: Gradients must have the structure of the parameters, w; got v.]`,
    );
  });
});

describe("clipping", () => {
  const gradients = { a: tensor([3, 0]), b: [tensor([[0], [4]])] };

  it("by norm scales all gradients together", () => {
    expect(globalNorm(gradients).item()).toBe(5);
    const clipped = clipByNorm(gradients, 1);
    expect(globalNorm(clipped).item()).toBeCloseTo(1, 6);
    expect(numbers(clipped.a)[0]! / numbers(clipped.b[0]!)[1]!).toBeCloseTo(0.75, 12);
    expect(JSON.stringify(clipByNorm(gradients, 5.1))).toBe(JSON.stringify(gradients));
    expect(
      globalNorm(
        clipByNorm(
          mapTree(gradients, (g) => g.mul(0)),
          1,
        ),
      ).item(),
    ).toBe(0);
  });

  it("by value limits every element", () => {
    expect(JSON.stringify(clipByValue({ a: tensor([-3, 0.5, 2]) }, 1))).toBe('{"a":[-1,0.5,1]}');
  });
});

describe("Adam's bias correction on the machine", () => {
  /** One update in plain float64. */
  function plain(p: number, g: number, m: number, v: number, step: number, rate: number) {
    const mean = 0.9 * m + 0.1 * g;
    const square = 0.999 * v + 0.001 * g * g;
    // 1 − βᵗ in float64, without the cancellation of float32
    const corrected = mean / -Math.expm1((step + 1) * Math.log(0.9));
    const root = Math.sqrt(square / -Math.expm1((step + 1) * Math.log(0.999)));
    return p - (rate * corrected) / (root + 1e-8);
  }
  const optimizer = adam({ learningRate: 0.5 });
  const update = compile((p: Tensor, g: Tensor, state: Readonly<Record<string, unknown>>, step: Tensor) =>
    updateOptimizer(optimizer, p, g, state, { step }),
  );

  it.each([0, 1, 10, 1000, 100_000])("is within 1e-5 of float64 at step %i", (step) => {
    const gradients = [1, -0.3, 1e-3, 40];
    // Moments as after `step` steps of these gradients.
    const [m, v] = [1 - 0.9 ** step, 1 - 0.999 ** step];
    const state = { mean: tensor(gradients.map((g) => g * m)), square: tensor(gradients.map((g) => g * g * v)) };
    const { parameters } = update(tensor([0, 0, 0, 0]), tensor(gradients), state, scalar(step));
    gradients.forEach((g, i) => {
      const expected = plain(0, g, g * m, g * g * v, step, 0.5);
      expect(Math.abs(parameters.data[i]! - expected) / Math.abs(expected)).toBeLessThan(1e-5);
    });
  });

  it("uses one trace for all steps: the step is an input", () => {
    const [p, g] = [tensor([1]), tensor([1])];
    const state = initOptimizer(optimizer, p);
    expect(update.plan(p, g, state, scalar(0))).toBe(update.plan(p, g, state, scalar(7)));
  });
});

describe("settings", () => {
  const message = (make: () => unknown): string => {
    try {
      make();
    } catch (error) {
      return (error as Error).message;
    }
    return "no error";
  };
  it("out of their bounds are refused by name", () => {
    expect([
      message(() => sgd({ learningRate: -0.1 })),
      message(() => sgd({ momentum: 1 })),
      message(() => adam({ beta2: Number.NaN })),
      message(() => adamw({ weightDecay: Number.POSITIVE_INFINITY })),
      message(() => sgd(0.1 as never)),
      message(() => sgd({ momentum: "0.9" as never })),
      message(() => adam({ lr: 0.1 } as never)),
      message(() => adam({ learning_rate: 0.1 } as never)),
    ]).toMatchInlineSnapshot(`
      [
        "sgd: learningRate must be at least 0 and finite; got -0.1.",
        "sgd: momentum must be at least 0 and less than 1; got 1.",
        "adam: beta2 must be at least 0 and less than 1; got NaN.",
        "adamw: weightDecay must be at least 0 and finite; got Infinity.",
        "sgd: options must be { learningRate, momentum, nesterov, weightDecay }, of which each may be left out; got 0.1.",
        "sgd: momentum must be at least 0 and less than 1; got "0.9".",
        "adam has no option lr. It has learningRate, beta1, beta2, epsilon, weightDecay.",
        "adam has no option learning_rate. Write learningRate.",
      ]
    `);
  });
});
