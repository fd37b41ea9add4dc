// One directional derivative: what reverse and forward mode say, beside central differences over a sweep of step sizes.
import { isFloat, type TypedArray } from "../ir/dtype.ts";
import { prune } from "../ir/prune.ts";
import { sizeOf } from "../ir/shape.ts";
import { randomKey, randomNormal } from "../trace/create.ts";
import { evaluate } from "../trace/evaluator.ts";
import { GraphBuilder } from "../trace/graph-builder.ts";
import { Tensor } from "../trace/tensor.ts";
import { trace } from "../trace/trace.ts";
import { backpropagate } from "./backpropagate.ts";
import { jvp } from "./transforms.ts";

/** Steps halve from the first one on. */
const STEPS = 13;

export interface SweepStep {
  /** h: the function was evaluated at x ± h v, x ± (h/2) v and x ± (h/4) v. */
  readonly step: number;
  /** (4 D(h/4) − D(h/2)) / 3 with D(h) = (f(x + h v) − f(x − h v)) / 2h (Richardson). */
  readonly numeric: number;
  /** The larger deviation of `reverse` and `forward`, relative to the sum of the terms' magnitudes. */
  readonly error: number;
  /** How far to trust `numeric`: its change from the estimate before it, and what rounding can do. */
  readonly uncertainty: number;
  /** Whether the estimates agree and no kink lies within the step. */
  readonly stable: boolean;
}

/** One directional derivative ⟨u, ∂y/∂x · v⟩, computed in three ways. */
export interface DirectionCheck {
  readonly order: 1 | 2;
  readonly reverse: number;
  readonly forward: number;
  /** At the step of the sweep that is to be trusted most. */
  readonly numeric: number;
  readonly step: number;
  /** How far `reverse` and `forward` are outside of what can be trusted of `numeric`, relative to the sum of the terms' magnitudes. */
  readonly error: number;
  /** No step gave a stable difference: the point lies on a kink (or the function is not smooth), nothing is said. */
  readonly kink: boolean;
  readonly sweep: readonly SweepStep[];
}

type Fn = (...inputs: Tensor[]) => Tensor;

/** A function at a point, with the gradients that its reverse pass gives there. */
export interface Point {
  readonly order: 1 | 2;
  readonly inputs: readonly Tensor[];
  readonly value: Tensor;
  /** The gradients are those of ⟨u, value⟩. */
  readonly u: TypedArray;
  readonly gradients: readonly TypedArray[];
  /** What rounding can do to ⟨u, value⟩ at other inputs: ε Σ |∂⟨u, value⟩/∂z · z| over all values z on the way, times a few. */
  rounding(inputs: readonly TypedArray[]): number;
  /** The function's values at other inputs. */
  at(inputs: readonly TypedArray[]): TypedArray;
  /** ∂value/∂inputs · v */
  forward(v: readonly TypedArray[]): TypedArray;
}

/** Random numbers of a tensor's shape, others for each call. */
export type Draw = (x: Tensor) => Tensor;

export function drawer(seed: number): Draw {
  let drawn = 0;
  return (x) => randomNormal(randomKey(seed), x.shape, drawn++);
}

/** 1 for a single number, so that its derivatives are the ones that its users know. */
export const weights = (y: Tensor, draw: Draw): Tensor =>
  y.size === 1 ? Tensor.concrete(Float64Array.of(1), y.shape) : draw(y);

export function pointOf(order: 1 | 2, fn: Fn, inputs: readonly Tensor[], draw: Draw): Point {
  const types = inputs.map(({ shape, dtype }, i) => ({ shape, dtype, name: `x${i}` }));
  // Spread: as many as fn has arguments.
  const { graph } = trace(types, (xs) => [fn(...xs)], "float64");
  const tangent = trace(
    [...types, ...types.map((type, i) => ({ ...type, name: `v${i}` }))],
    (all) => [jvp(fn, all.slice(0, inputs.length), all.slice(inputs.length))[1]],
    "float64",
  );
  const data = inputs.map((x) => x.data);
  const y = graph.nodes[graph.outputs[0]!]!;
  const floats = graph.nodes.filter(({ dtype }) => isFloat(dtype));
  const u = weights(Tensor.concrete(new Float64Array(sizeOf(y.shape)), y.shape), draw).cast(y.dtype).data;
  const g = GraphBuilder.from(graph);
  const dy = g.apply("constant", [], { shape: y.shape, dtype: y.dtype, data: u });
  const gradients = backpropagate(g, [y], [dy], floats);
  const both = prune(g.finish([...floats, ...gradients]));
  const values = evaluate(both, data);
  const gradientOf = new Map(floats.map(({ id }, i) => [id, values[floats.length + i]!]));
  return {
    order,
    inputs,
    value: Tensor.concrete(values[floats.indexOf(y)]!, y.shape),
    u,
    gradients: graph.inputs.map((id) => gradientOf.get(id)!),
    rounding(xs) {
      const there = evaluate(both, xs);
      const sizes = floats.reduce((sum, _, i) => sum + magnitude(there[i]!, there[floats.length + i]!), 0);
      return 16 * Number.EPSILON * sizes;
    },
    at: (xs) => evaluate(graph, xs)[0]!,
    forward: (v) => evaluate(tangent.graph, [...data, ...v])[0]!,
  };
}

/** Σ a b over the elements where b is not 0: what is not asked for may be NaN. */
const dot = (a: TypedArray, b: TypedArray): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) if (b[i] !== 0) sum += a[i]! * b[i]!;
  return sum;
};
const magnitude = (a: TypedArray, b: TypedArray): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) if (b[i] !== 0) sum += Math.abs(a[i]! * b[i]!);
  return sum;
};

/** The derivative along v, one array per input. Differences start at x ± firstStep · v. */
export function checkDirection(point: Point, v: readonly TypedArray[], firstStep: number): DirectionCheck {
  const { order, inputs, value, u, gradients } = point;
  const terms = gradients.reduce((sum, dx, i) => sum + magnitude(dx, v[i]!), 0);
  const reverse = gradients.reduce((sum, dx, i) => sum + dot(dx, v[i]!), 0);
  const forward = dot(point.forward(v), u);

  const here = dot(value.data, u);
  const moved = (t: number) => inputs.map(({ data }, i) => data.map((x, at) => x + t * v[i]![at]!));
  // A value that is 0 here has rounding beside this point. Below the smallest normal number no digit is safe.
  const [own, beside] = [0, firstStep].map((t) => point.rounding(moved(t)));
  const rounding = Math.max(own!, Number.isFinite(beside) ? beside! : 0) + 2 ** -1022;
  const valueAt = (t: number): number => dot(point.at(moved(t)), u);
  const differences = Array.from({ length: STEPS }, (_, i) => {
    const t = firstStep / 2 ** i;
    const [above, below] = [valueAt(t), valueAt(-t)];
    // The slope of the secant, and the slope to the right less the slope to the left.
    return { step: t, slope: (above - below) / (2 * t), bend: (above - 2 * here + below) / t };
  });
  // Slopes have errors c h² + O(h⁴): two of them cancel c, a third one tells whether that held.
  const estimates = differences.slice(1).map((near, i) => (4 * near.slope - differences[i]!.slope) / 3);
  const changes = estimates.slice(1).map((near, i) => Math.abs(near - estimates[i]!));
  const deviation = (numeric: number) => Math.max(Math.abs(reverse - numeric), Math.abs(forward - numeric));
  const sweep = changes.map((change, i): SweepStep => {
    const [far, near] = [differences[i]!, differences[i + 2]!];
    const numeric = estimates[i + 1]!;
    const noise = (4 * rounding) / far.step;
    const scale = terms + Math.abs(numeric);
    const small = 1e-7 * scale + 4 * noise;
    // On a kink the slopes to the left and to the right differ, however near.
    const bends = Math.abs(near.bend) > 0.5 * Math.abs(far.bend) + small;
    // Where all that is left is O(h⁴), halving h divides it by 16: so it does where the derivative is 0 to a high order.
    const converges = change <= changes[i - 1]! / 8 && changes[i - 1]! <= changes[i - 2]! / 8;
    const off = deviation(numeric);
    return {
      step: far.step,
      numeric,
      error: off === 0 ? 0 : off / scale,
      uncertainty: change + noise,
      stable: !bends && (change <= small || converges),
    };
  });
  const stable = sweep.filter((one) => one.stable);
  const best = stable.reduce((a, b) => (b.uncertainty < a.uncertainty ? b : a), stable[0] ?? sweep.at(-1)!);
  const { numeric, step, uncertainty } = best;
  const excess = Math.max(0, deviation(numeric) - uncertainty);
  // A gradient that is not a number is wrong, wherever it is.
  const broken = !Number.isFinite(reverse + forward);
  return {
    order,
    reverse,
    forward,
    numeric,
    step,
    error: broken ? Number.POSITIVE_INFINITY : excess === 0 ? 0 : excess / (terms + Math.abs(numeric)),
    kink: stable.length === 0 && !broken,
    sweep,
  };
}
