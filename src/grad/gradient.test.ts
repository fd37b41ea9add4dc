// Gradients at edges: through what was not chosen 0 and nothing else, and what symmetry says, in every order and on both backends.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile, concat, grad, hessian, hvp, jvp, type Tensor, tensor, vjp, where } from "../index.ts";

const backends = ["reference", "wasm"] as const;

/** The gradient of Σ f at x on both backends. */
function gradients(f: (x: Tensor) => Tensor, x: Tensor): number[][] {
  return backends.map((backend) =>
    Array.from(
      compile(
        grad((t: Tensor) => f(t).sum()),
        { backend },
      )(x).data,
    ),
  );
}

const cases: Record<string, [f: (x: Tensor) => Tensor, at: number[], dx: number[]]> = {
  sqrt: [(x) => where(x.greater(0), x.sqrt(), x), [-1, 0, 4], [1, 1, 0.25]],
  log: [(x) => where(x.greater(0), x.log(), 0), [-1, 0, 4], [0, 0, 0.25]],
  "x ln x": [(x) => where(x.greater(0), x.mul(x.log()), 0), [0, 1], [0, 1]],
  exp: [(x) => where(x.lessEqual(0), x.exp(), x.add(1)), [-0, 100, 800], [1, 1, 1]],
  "the other branch": [(x) => where(x.equal(0), 1, x.sin().div(x)), [0, Math.PI], [0, -1 / Math.PI]],
  "div by 0": [(x) => where(x.equal(0), 0, tensor(2).div(x)), [0, 2], [0, -0.5]],
  pow: [(x) => where(x.greater(0), x.pow(0.5), x.neg()), [0, 4], [-1, 0.25]],
  "a chain": [(x) => where(x.greater(0), x.log().square().add(x.rsqrt()).exp(), x), [0, 1], [1, -Math.E / 2]],
  "a choice in a choice": [
    (x) => where(x.less(9), where(x.greater(0), x.sqrt(), 0), x.reciprocal()),
    [0, 4, 16],
    [0, 0.25, -1 / 256],
  ],
  "what both branches use": [
    (x) => {
      const root = x.sqrt();
      return where(x.greater(1), root, root.mul(2));
    },
    [4, 0.25],
    [0.25, 2],
  ],
  "what neither uses": [
    (x) => {
      const root = x.sqrt();
      return where(x.greater(-1), where(x.less(-1), root, 3), root);
    },
    [0, -0.5],
    [0, 0],
  ],
  "a condition for all": [(x) => where(x.sum().greater(0), x.square().sum().sqrt(), 0).add(x), [0, 0], [1, 1]],
  "a condition for rows": [
    (x) => {
      const rows = x.reshape([2, 2]);
      const size = rows.square().sum(1, { keepDims: true });
      return where(size.greater(0), rows.div(size.sqrt()), 0);
    },
    [0, 0, 3, 4],
    [0, 0, 0.032, -0.024],
  ],
  "reductions, views and parts": [
    (x) => {
      const rows = x.reshape([2, 2]);
      const parts = [0, 1].map((i) =>
        rows
          .slice([0, i], [2, i + 1])
          .broadcast([2, 1])
          .mean(1, { keepDims: true }),
      );
      const logs = concat(parts, 1).T.pad([0, 1], [0, 0], 1).log().slice([0, 1]).T;
      const each = logs.sum(1).add(logs.max(1)).add(logs.logsumexp(1)).add(logs.var(1));
      return where(rows.sum(1).greater(0), each, 0);
    },
    [1, 2, 0, 0],
    [4 / 3 - Math.LN2 / 2, 4 / 3 + Math.LN2 / 4, 0, 0],
  ],
};

describe.each(Object.entries(cases))("%s", (_, [f, at, expected]) => {
  it("has the gradient of what was chosen, on both backends", () => {
    for (const dx of gradients(f, tensor(at)))
      for (const [i, v] of dx.entries()) expect(v).toBeCloseTo(expected[i]!, 5);
  });

  it("has finite derivatives forwards and of second order", () => {
    const x = tensor(at);
    const ones = tensor(at.map(() => 1));
    const total = (t: Tensor) => f(t).sum();
    expect(jvp(total, [x], [ones])[1].item()).toBeCloseTo(
      expected.reduce((a, b) => a + b, 0),
      10,
    );
    const second = [hessian(total)(x), hvp(total, x, ones), compile(hessian(total))(x)];
    for (const result of second) expect(Array.from(result.data).every(Number.isFinite)).toBe(true);
  });
});

const norm = (x: Tensor) => x.square().sum().sqrt();

/** Smooth where x is not 0, flat by symmetry where it is. */
const edges: Record<string, [f: (x: Tensor) => Tensor, at: number[], dx: number[]]> = {
  "a norm at 0": [norm, [0, 0], [0, 0]],
  "a norm": [norm, [3, 4], [0.6, 0.8]],
  "norms of rows": [(x) => x.reshape([2, 2]).square().sum(1).sqrt(), [0, 0, 3, 4], [0, 0, 0.6, 0.8]],
  "a norm by products": [(x) => x.mul(x).sum().sqrt(), [0, 0], [0, 0]],
  "a norm by pow": [(x) => x.pow(4).sum().pow(0.25), [0, 0], [0, 0]],
  "a 3-norm": [
    (x) =>
      x
        .abs()
        .pow(3)
        .sum()
        .pow(1 / 3),
    [0, 0],
    [0, 0],
  ],
  "a 1-norm": [(x) => x.abs().sum(), [0, -2], [0, -1]],
  "a size": [(x) => x.square().sqrt(), [0, -2], [0, -1]],
  "the distance of rows": [
    (x) =>
      x
        .sub(tensor([1, 2]))
        .square()
        .sum()
        .sqrt(),
    [1, 2],
    [0, 0],
  ],
  "a deviation of equal numbers": [(x) => x.var().sqrt(), [3, 3, 3], [0, 0, 0]],
  "a deviation by hand": [(x) => x.sub(x.mean()).square().mean().sqrt(), [3, 3], [0, 0]],
  "deviations of rows": [(x) => x.reshape([2, 2]).var(1).sqrt(), [3, 3, 1, 3], [0, 0, -0.5, 0.5]],
  "a root mean square": [(x) => x.square().mean().sqrt(), [0, 0], [0, 0]],
  "largest and smallest, tied": [(x) => x.max().sub(x.min()), [1, 1], [0, 0]],
  "x ln x": [(x) => x.xlogy(x), [0, 1, 2], [0, 1, 1 + Math.LN2]],
  "x ln x by where": [(x) => where(x.equal(0), 0, x.mul(x.log())), [0, 1], [0, 1]],
  "x ln y": [(x) => x.xlogy(tensor([0, 2, 4])), [0, 0, 1], [0, Math.LN2, Math.log(4)]],
};

it.each(Object.entries(edges))("%s has the slope that it has by symmetry", (_, [f, at, expected]) => {
  for (const dx of gradients(f, tensor(at))) {
    for (const [i, v] of dx.entries()) expect(v).toBeCloseTo(expected[i]!, 5);
  }
  const total = (t: Tensor) => f(t).sum();
  const x = tensor(at);
  expect(jvp(total, [x], [x.sign().add(1)])[1].item()).toBeCloseTo(
    expected.reduce((sum, v, i) => sum + v * (Math.sign(at[i]!) + 1), 0),
    10,
  );
  expect(Array.from(hessian(total)(x).data).every(Number.isFinite)).toBe(true);
});

it("leaves slopes infinite that are", () => {
  const infinite = [Number.POSITIVE_INFINITY];
  for (const dx of gradients((x) => x.sqrt(), tensor([0]))) expect(dx).toEqual(infinite);
  for (const dx of gradients((x) => x.square().sub(4).sqrt(), tensor([2]))) expect(dx).toEqual(infinite);
  for (const dx of gradients((x) => x.pow(0.5), tensor([0]))) expect(dx).toEqual(infinite);
});

it("x ln y is 0 at x = 0, and takes integers and numbers", () => {
  const values = [0, 0, 0, 2].map((x, i) => tensor(x).xlogy([0, -1, 3, 4][i]!).item());
  expect(values).toEqual([0, 0, 0, 2 * Math.log(4)]);
  expect(tensor([0, 2], { dtype: "int32" }).xlogy(tensor(2)).toArray()).toEqual([0, 2 * Math.LN2]);
  expect(tensor(0).xlogy(Number.NaN).item()).toBeNaN();
});

it("leaves what is infinite or NaN in the chosen branch as it is", () => {
  for (const dx of gradients((x) => where(x.greaterEqual(0), x.sqrt(), x), tensor([0, -1]))) {
    expect(dx).toEqual([Number.POSITIVE_INFINITY, 1]);
  }
  for (const dx of gradients((x) => where(x.less(0), x.sqrt(), x), tensor([-1, 1])))
    expect(dx).toEqual([Number.NaN, 1]);
});

it("keeps second derivatives where a gradient is 0 by chance", () => {
  // f = ½ (√x − 1)²: its first derivative is 0 at 1, its second ¼.
  const f = (x: Tensor) => where(x.greater(0), x.sqrt().sub(1).square().mul(0.5), 0).sum();
  expect(grad(f)(tensor([1, 0])).toArray()).toEqual([0, 0]);
  expect(hessian(f)(tensor([1, 0])).toArray()).toEqual([
    [0.25, 0],
    [0, 0],
  ]);
});

it("adds nothing to gradients of what makes no choice", () => {
  const { pullback } = vjp((x: Tensor) => x.sqrt(), tensor([0, 1]));
  expect(pullback(tensor([0, 1]))[0].toArray()).toEqual([Number.NaN, 0.5]);
});

/** Expressions of x with edges at −1, 0 and 1. */
const { expression } = fc.letrec<{ expression: (x: Tensor) => Tensor }>((tie) => {
  const part = tie("expression");
  const unary = fc.constantFrom<(x: Tensor) => Tensor>(
    (x) => x.log(),
    (x) => x.sqrt(),
    (x) => x.reciprocal(),
    (x) => x.square(),
    (x) => x.abs(),
    (x) => x.rsqrt(),
    (x) => x.neg(),
    (x) => x.log1p(),
    (x) => x.pow(0.5),
    (x) => x.pow(-1),
    (x) => x.pow(3),
  );
  const binary = fc.constantFrom<(a: Tensor, b: Tensor) => Tensor>(
    (a, b) => a.add(b),
    (a, b) => a.mul(b),
    (a, b) => a.div(b),
    (a, b) => a.maximum(b),
  );
  const edge = fc.constantFrom(-1, 0, 1);
  return {
    expression: fc.oneof(
      { maxDepth: 3 },
      fc.constant((x: Tensor) => x),
      fc.tuple(unary, part).map(
        ([f, a]) =>
          (x: Tensor) =>
            f(a(x)),
      ),
      fc.tuple(binary, part, part).map(
        ([f, a, b]) =>
          (x: Tensor) =>
            f(a(x), b(x)),
      ),
      fc.tuple(edge, part, part).map(
        ([c, a, b]) =>
          (x: Tensor) =>
            where(x.greater(c), a(x), b(x)),
      ),
    ),
  };
});

const points = tensor([-2, -1, -0.5, 0, 0.5, 1, 2, 4]);

it("has the derivatives of the chosen branch alone, whatever the branches are", () => {
  fc.assert(
    fc.property(expression, expression, fc.constantFrom(-1, 0, 1), (a, b, edge) => {
      const slopes = (f: (x: Tensor) => Tensor) => Array.from(grad((x: Tensor) => f(x).sum())(points).data);
      const [da, db] = [slopes(a), slopes(b)];
      const both = slopes((x) => where(x.greater(edge), a(x), b(x)));
      const expected = both.map((_, i) => (points.data[i]! > edge ? da : db)[i]!);
      // −0 is 0 here, and NaN is NaN.
      expect(both.map((v) => v + 0)).toEqual(expected.map((v) => v + 0));
    }),
    { numRuns: 300 },
  );
});

it("is finite, infinite or NaN on both backends alike", () => {
  fc.assert(
    fc.property(expression, (f) => {
      const both = (x: Tensor) => [f(x), grad((t: Tensor) => f(t).sum())(x)];
      const [exact, single] = backends.map((backend) => compile(both, { backend })(points) as Tensor[]);
      exact!.forEach((values, k) => {
        values.data.forEach((v, i) => {
          const found = single![k]!.data[i]!;
          // Beyond, the rounding of float32 decides.
          if (Number.isFinite(v) && (Math.abs(v) > 1e5 || (v !== 0 && Math.abs(v) < 1e-5))) return;
          if (Number.isFinite(v)) expect(Math.abs(found - v)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(v)));
          else expect(found).toBe(v);
        });
      });
    }),
    { numRuns: 200, seed: 11 },
  );
});
