// Derivatives against closed forms; nesting; closures; what cannot be differentiated.
import { describe, expect, it } from "vitest";
import { grad, hessian, hvp, jacobian, jvp, ones, type Tensor, tensor, valueAndGrad, vjp } from "../index.ts";

/** Elements as numbers; −0 as 0. */
const list = (x: Tensor): number[] => Array.from(x.data, (value) => value + 0);
function close(actual: Tensor, expected: readonly number[], tolerance = 1e-12): void {
  expect(actual.size).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual.data[i]! - value), `element ${i}: ${actual.data[i]} and ${value}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(value)),
    );
  });
}

describe("nested gradients", () => {
  it("keep inner and outer variations apart: d/dx (x · d/dy (x + y)) = 1", () => {
    const f = (x: Tensor) => x.mul(grad((y: Tensor) => x.add(y))(tensor(1)));
    expect(grad(f)(tensor(3)).item()).toBe(1);
  });

  it("differentiate through what an inner function closes over: d/dx d/dy (x² y³) = 6 x y²", () => {
    const f = (x: Tensor) => grad((y: Tensor) => x.square().mul(y.pow(3)))(tensor(2));
    expect(f(tensor(5)).item()).toBe(300);
    expect(grad(f)(tensor(5)).item()).toBe(120);
  });

  it("give the derivatives of higher order", () => {
    const x = 0.7;
    const cases: readonly (readonly [name: string, f: (t: Tensor) => Tensor, derivatives: readonly number[]])[] = [
      ["sin", (t) => t.sin(), [Math.cos(x), -Math.sin(x), -Math.cos(x), Math.sin(x)]],
      ["exp", (t) => t.mul(2).exp(), [2, 4, 8, 16].map((k) => k * Math.exp(2 * x))],
      ["pow", (t) => t.pow(4), [4 * x ** 3, 12 * x ** 2, 24 * x, 24]],
      ["log", (t) => t.log(), [1 / x, -1 / x ** 2, 2 / x ** 3, -6 / x ** 4]],
      ["reciprocal", (t) => t.reciprocal(), [-1 / x ** 2, 2 / x ** 3, -6 / x ** 4, 24 / x ** 5]],
    ];
    for (const [, f, derivatives] of cases) {
      let d = f;
      for (const expected of derivatives) {
        d = grad(d);
        close(d(tensor(x)), [expected], 1e-11);
      }
    }
  });

  it("take tensors from outside as constants", () => {
    const w = tensor([2, 3]);
    expect(list(grad((x: Tensor) => x.mul(w).sum())(ones([2])))).toEqual([2, 3]);
  });

  it("of a gradient step with respect to its learning rate (a gradient of a training step)", () => {
    // L(w − η L′(w)) with L = w⁴: d/dη = −L′(w) L′(w − η L′(w))
    const loss = (w: Tensor) => w.pow(4);
    const after = (eta: Tensor) => loss(tensor(0.5).sub(eta.mul(grad(loss)(tensor(0.5)))));
    const [w, step] = [0.5, 4 * 0.5 ** 3];
    close(grad(after)(tensor(0.1)), [-step * 4 * (w - 0.1 * step) ** 3]);
  });
});

describe("jvp, hvp, jacobian, hessian against closed forms", () => {
  const a = tensor([
    [2, 1, 0],
    [1, 3, -1],
    [0, -1, 4],
  ]);
  const x = tensor([1, -2, 0.5]);
  const v = tensor([0.3, 1, -1]);
  const quadratic = (t: Tensor) => t.matmul(a).matmul(t).mul(0.5);

  it("quadratic form: gradient A x, Hessian A, product A v", () => {
    close(grad(quadratic)(x), list(a.matmul(x)));
    close(hessian(quadratic)(x), list(a));
    close(hvp(quadratic, x, v), list(a.matmul(v)));
  });

  it("linear map: jacobian A, jvp A v, vjp Aᵀ u", () => {
    const f = (t: Tensor) => a.slice([0, 0], [2, 3]).matmul(t);
    close(jacobian(f)(x), list(a).slice(0, 6));
    close(jvp(f, [x], [v])[1], list(a.matmul(v)).slice(0, 2));
    const u = tensor([1, 10]);
    close(vjp(f, x).pullback(u)[0], list(u.matmul(a.slice([0, 0], [2, 3]))));
  });

  it("softmax: jacobian diag(y) − y yᵀ", () => {
    const y = list(x.softmax());
    const expected = y.flatMap((yi, i) => y.map((yj, j) => (i === j ? yi : 0) - yi * yj));
    close(jacobian((t) => t.softmax())(x), expected);
  });

  it("logsumexp: the Hessian is the jacobian of softmax, inside another gradient too", () => {
    close(hessian((t) => t.logsumexp())(x), list(jacobian((t) => t.softmax())(x)));
    const trace = (t: Tensor) => hessian((s) => s.pow(3).sum())(t).sum();
    close(grad(trace)(x), [6, 6, 6]);
  });

  it("shapes are those of the output, then those of the input", () => {
    const f = (t: Tensor) => t.reshape([3, 1]).mul(ones([1, 2]));
    expect(jacobian(f)(x).shape).toEqual([3, 2, 3]);
    expect(jacobian((t) => t.slice([0], [0]))(x).shape).toEqual([0, 3]);
    expect(hessian((t) => t.sum())(ones([2, 2])).shape).toEqual([2, 2, 2, 2]);
  });
});

describe("valueAndGrad", () => {
  it("keeps the structure of its argument and hands more values through", () => {
    const model = { w: tensor([1, 2]), deep: [{ b: tensor(3) }] };
    const [value, gradient] = valueAndGrad(
      (m: typeof model, x: Tensor) => [m.w.mul(x).sum().add(m.deep[0]!.b), { seen: x }] as const,
      { hasAux: true },
    )(model, tensor([5, 7]));
    expect(value[0].item()).toBe(22);
    expect(list(value[1].seen)).toEqual([5, 7]);
    expect([list(gradient.w), gradient.deep[0]!.b.item()]).toEqual([[5, 7], 1]);
  });

  it("differentiates by the argument that is named; a second one may hold integers", () => {
    const f = (i: Tensor, w: Tensor) => w.gather(i).sum();
    const g = grad(f, { argument: 1 })(tensor(Int32Array.of(0, 0, 2)), ones([3]));
    expect(list(g as Tensor)).toEqual([2, 0, 1]);
  });

  it("gives zeros where nothing depends on the argument, or the way is cut", () => {
    expect(list(grad((_: Tensor) => tensor(1))(ones([2])))).toEqual([0, 0]);
    expect(list(grad((x: Tensor) => x.stopGradient().sum())(ones([2])))).toEqual([0, 0]);
    expect(list(grad((x: Tensor) => x.cast("int32").cast("float64").sum())(ones([2])))).toEqual([0, 0]);
  });

  it("shares a gradient among ties, and half of it at equal operands", () => {
    expect(list(grad((x: Tensor) => x.max())(tensor([2, 1, 2])))).toEqual([0.5, 0, 0.5]);
    expect(list(grad((x: Tensor) => x.maximum(1).sum())(tensor([1, 2, 0])))).toEqual([0.5, 1, 0]);
    expect(list(grad((x: Tensor) => x.relu().add(x.abs()).sum())(tensor([0])))).toEqual([0]);
  });

  it("says what cannot be differentiated", () => {
    const messageOf = (call: () => unknown): string => {
      try {
        call();
      } catch (error) {
        return `${(error as { code: string }).code}: ${(error as Error).message}`;
      }
      return "nothing was thrown";
    };
    const x = ones([2]);
    expect(messageOf(() => grad((t: Tensor) => t)(x))).toMatchInlineSnapshot(
      `"NOT_DIFFERENTIABLE: grad: the loss must be a float scalar; got f64[2]. Reduce it with .sum() or .mean(), or use vjp or jacobian."`,
    );
    expect(messageOf(() => grad((t: Tensor) => t.sum().greater(0))(x))).toMatchInlineSnapshot(
      `"NOT_DIFFERENTIABLE: grad: the loss must be a float scalar; got bool[]. Only float values vary smoothly: leave out the comparison or the cast."`,
    );
    expect(messageOf(() => grad((t: Tensor) => [t.sum(), t] as never)(x))).toMatchInlineSnapshot(
      `"NOT_DIFFERENTIABLE: grad: the function must return one scalar tensor; it returned tensors at 0, 1. Return the loss alone, or [loss, more] with { hasAux: true }."`,
    );
    expect(messageOf(() => grad((t: Tensor) => t.sum(), { argument: 1 })(x))).toMatchInlineSnapshot(
      `"INVALID_ARGUMENT: grad: argument 1 was to be differentiated by, but the function was called with 1 argument."`,
    );
    expect(messageOf(() => vjp((t: Tensor) => t, x).pullback(ones([3])))).toMatchInlineSnapshot(
      `"SHAPE_MISMATCH: vjp: dy must have the structure and types of the value it belongs to: float64 [2]; got float64 [3]."`,
    );
    expect(messageOf(() => jvp((t: Tensor) => t, [x], [ones([1])]))).toMatchInlineSnapshot(
      `"SHAPE_MISMATCH: jvp: tangent 0 must have the structure and types of the value it belongs to: float64 [2]; got float64 [1]."`,
    );
  });
});

describe("numbers at the tails", () => {
  const at = (f: (t: Tensor) => Tensor, values: readonly number[]) =>
    list(grad((t: Tensor) => f(t).sum())(tensor([...values])));
  const finite = (values: readonly number[]) => values.every(Number.isFinite);

  it("values and gradients neither overflow nor turn to NaN", () => {
    const far = [-1e4, -750, -100, -40, 40, 100, 750, 1e4];
    const bounded: readonly ((t: Tensor) => Tensor)[] = [
      (t) => t.sigmoid(),
      (t) => t.softplus(),
      (t) => t.tanh(),
      (t) => t.silu(),
      (t) => t.gelu(),
      (t) => t.geluTanh(),
      (t) => t.erf(),
      (t) => t.elu(),
      (t) => t.logsumexp(),
      (t) => t.softmax().mul(t.stopGradient().sign()),
      (t) => t.logSoftmax(),
    ];
    for (const f of bounded) {
      expect(finite(list(f(tensor(far)))), String(f)).toBe(true);
      expect(finite(at(f, far)), `gradient of ${f}`).toBe(true);
    }
  });

  it("small values keep their digits", () => {
    close(tensor(-40).sigmoid().mul(1e17), [Math.exp(-40) * 1e17], 1e-12);
    close(tensor(-40).softplus().mul(1e17), [Math.exp(-40) * 1e17], 1e-12);
    close(tensor(1e-12).expm1().mul(1e12), [1 + 5e-13], 1e-15);
    close(tensor(1e-12).log1p().mul(1e12), [1 - 5e-13], 1e-15);
    // Φ(−10) = 7.619853024160527e−24 (Abramowitz and Stegun 26.2)
    close(tensor(-10).gelu().mul(1e23), [-7.619853024160527], 1e-9);
    close(tensor([1e8, 1e8 + 1, 1e8 + 2]).var(), [2 / 3], 1e-12);
  });

  it("masked softmax and log of a sum with −∞ have gradients", () => {
    expect(
      at(
        (t) =>
          t
            .add(tensor([0, -Infinity]))
            .softmax()
            .slice([0], [1]),
        [1, 2],
      ),
    ).toEqual([0, 0]);
    expect(at((t) => t.add(tensor([0, -Infinity])).logsumexp(), [1, 2])).toEqual([1, 0]);
    expect(list(grad((t: Tensor) => t.logsumexp())(tensor([-Infinity, -Infinity])))).toEqual([0, 0]);
  });

  it("powers at zero", () => {
    expect(at((t) => t.pow(2), [0, -3])).toEqual([0, -6]);
    expect(at((t) => t.pow(0), [0, 2])).toEqual([0, 0]);
    expect(at((t) => t.pow(1), [0])).toEqual([1]);
    expect(at((t) => tensor(0).pow(t), [2])).toEqual([0]);
  });
});
