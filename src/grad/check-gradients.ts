// Gradients compared with central differences in float64, along random directions, to first and second order.
import { isFloat } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import { formatType } from "../ir/shape.ts";
import { randomKey, randomNormal } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import { jvp, vjp } from "./transforms.ts";

export interface CheckGradientsOptions {
  /** 2 (default) checks the gradients of gradients too. */
  readonly order?: 1 | 2;
  /** Random directions for each order. Default 2. */
  readonly directions?: number;
  /** Largest error of a derivative, relative to the sum of its terms' magnitudes. Default 1e-6. */
  readonly tolerance?: number;
  /** First distance of the two points of a difference from the given one. Default 1e-3. */
  readonly step?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** One directional derivative ⟨u, ∂y/∂x · v⟩, computed in three ways. */
export interface DirectionCheck {
  readonly order: 1 | 2;
  readonly reverse: number;
  readonly forward: number;
  readonly numeric: number;
  /** The larger deviation of `reverse` and `forward` from `numeric`, relative to the sum of the terms' magnitudes. */
  readonly error: number;
  /** No distance gave a stable difference: the point lies on a kink (or the function is not smooth), nothing is said. */
  readonly kink: boolean;
}

export interface GradientCheck {
  /** No error beyond the tolerance, and at least one direction of each order that met no kink. */
  readonly passed: boolean;
  readonly worst: number;
  readonly checks: readonly DirectionCheck[];
  /** The figures as text, one line a direction. */
  toString(): string;
}

type Fn = (...inputs: Tensor[]) => Tensor;

/**
 * Compares the derivatives of a function with differences of its values. Float inputs are taken as float64 and varied;
 * int32 and bool inputs stay as they are. The differences are refined by Richardson's rule, and taken closer and closer
 * to the point until they are stable, so that kinks nearby do no harm. It never throws for a wrong gradient: read `passed`.
 *
 * Throws NOT_DIFFERENTIABLE where the function returns no floats, or takes none.
 *
 * ```ts
 * checkGradients((x, w) => x.matmul(w).tanh(), [x, w]).passed // true
 * ```
 */
export function checkGradients(fn: Fn, inputs: readonly Tensor[], options: CheckGradientsOptions = {}): GradientCheck {
  const { order = 2, directions = 2, tolerance = 1e-6, step = 1e-3, seed = 0 } = options;
  const varied = inputs.flatMap(({ dtype }, i) => (isFloat(dtype) ? [i] : []));
  if (varied.length === 0) {
    throw new ChainruleError("NOT_DIFFERENTIABLE", "checkGradients: needs at least one float input; got none.");
  }
  const points = varied.map((i) => inputs[i]!.cast("float64"));
  const smooth: Fn = (...xs) => {
    const all = [...inputs];
    varied.forEach((i, j) => {
      all[i] = xs[j]!;
    });
    return fn(...all);
  };
  const y = smooth(...points);
  if (!isFloat(y.dtype)) {
    throw new ChainruleError(
      "NOT_DIFFERENTIABLE",
      `checkGradients: the function must return a float tensor; got ${formatType(y)}.`,
    );
  }

  let drawn = 0;
  const like = (x: Tensor): Tensor => randomNormal(randomKey(seed), x.shape, drawn++);
  const checks: DirectionCheck[] = [];
  for (let i = 0; i < directions; i++) {
    checks.push(checkDirection(1, smooth, points, like, step));
    if (order === 1) continue;
    // ⟨w, ∂y/∂x ᵀ u⟩ as a function of x and u: its derivatives are those of the gradient.
    const w = points.map(like);
    const gradient: Fn = (...xs) => {
      const u = xs.at(-1)!;
      const dxs = vjp(smooth, ...xs.slice(0, -1)).pullback(u.cast(y.dtype));
      return dxs.map((dx, j) => dx.mul(w[j]!).sum()).reduce((a, b) => a.add(b));
    };
    checks.push(checkDirection(2, gradient, [...points, like(y)], like, step));
  }

  const clear = checks.filter(({ kink }) => !kink);
  const worst = clear.reduce((largest, { error }) => Math.max(error, largest), 0);
  const orders: readonly number[] = order === 1 ? [1] : [1, 2];
  const covered = orders.every((n) => clear.some((check) => check.order === n));
  return {
    passed: covered && worst <= tolerance,
    worst,
    checks,
    toString: () =>
      checks
        .map((c) => {
          const verdict = c.kink ? "on a kink" : `error ${c.error.toExponential(1)}`;
          return `order ${c.order}: reverse ${c.reverse}, forward ${c.forward}, numeric ${c.numeric}: ${verdict}`;
        })
        .join("\n"),
  };
}

/** Slope of a secant, and the slope to the right less the slope to the left. */
interface Difference {
  readonly slope: number;
  readonly bend: number;
}

const dot = (a: Tensor, b: Tensor): number => a.mul(b).sum().item();
const magnitude = (a: Tensor, b: Tensor): number => a.mul(b).abs().sum().item();

function checkDirection(
  order: 1 | 2,
  fn: Fn,
  points: readonly Tensor[],
  like: (x: Tensor) => Tensor,
  firstStep: number,
): DirectionCheck {
  const v = points.map(like);
  const { value, pullback } = vjp(fn, ...points);
  const u = like(value).cast(value.dtype);
  const dxs = pullback(u);
  const terms = dxs.reduce((sum, dx, i) => sum + magnitude(dx, v[i]!), 0);
  const reverse = dxs.reduce((sum, dx, i) => sum + dot(dx, v[i]!), 0);
  const forward = dot(jvp(fn, [...points], v)[1], u);
  // What rounding can do to a difference of values, per unit of 1 / step.
  const rounding = 64 * Number.EPSILON * (magnitude(value, u) + terms);

  const valueAt = (t: number): number => dot(fn(...points.map((x, i) => x.add(v[i]!.mul(t)))), u);
  const here = dot(value, u);
  let numeric = Number.NaN;
  let noise = 0;
  let kink = true;
  for (let h = firstStep; h > firstStep * 1e-4 && kink; h /= 8) {
    const [far, middle, near] = [h, h / 2, h / 4].map((t) => {
      const [above, below] = [valueAt(t), valueAt(-t)];
      return { slope: (above - below) / (2 * t), bend: (above - 2 * here + below) / t };
    }) as [Difference, Difference, Difference];
    noise = (4 * rounding) / h;
    // Slopes have errors c h² + O(h⁴): two of them cancel c, a third one tells whether that held.
    const coarse = (4 * middle.slope - far.slope) / 3;
    numeric = (4 * near.slope - middle.slope) / 3;
    const small = 1e-7 * (terms + Math.abs(numeric)) + 4 * noise;
    // On a kink the slopes to the left and to the right differ, however near.
    const bends = Math.abs(near.bend) > 0.5 * Math.abs(far.bend) + small;
    kink = bends || !(Math.abs(coarse - numeric) <= small);
  }
  const deviation = Math.max(Math.abs(reverse - numeric), Math.abs(forward - numeric));
  const excess = Math.max(0, deviation - noise);
  const error = excess === 0 ? 0 : excess / (terms + Math.abs(numeric));
  // A gradient that is not a number is wrong, wherever it is.
  const broken = !Number.isFinite(reverse + forward);
  return { order, reverse, forward, numeric, error: broken ? Number.POSITIVE_INFINITY : error, kink: kink && !broken };
}
