// Gradients compared with central differences in float64, along random directions, to first and second order.
import { isFloat } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import { formatType, type Shape } from "../ir/shape.ts";
import { Tensor } from "../trace/tensor.ts";
import { callGraph, trace } from "../trace/trace.ts";
import { flatten } from "../trace/tree.ts";
import { checkDirection, type DirectionCheck, drawer, pointOf, weights } from "./check-direction.ts";
import {
  dependencies,
  gradientAlong,
  inspectOps,
  type KinkedOp,
  type WrongElement,
  type WrongOp,
  wrongElements,
} from "./locate-disagreement.ts";

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

/** The element of an input whose derivative is wrong, and the op that is to blame. */
export interface Disagreement extends Omit<WrongElement, "input"> {
  readonly order: 1 | 2;
  /** Path of the tensor in its argument ("layers.0.weight"), or the argument's position; "dy" in second order. */
  readonly input: string;
  /** The first op after the input whose own rule is wrong. Absent where each rule is right by itself. */
  readonly op?: WrongOp;
}

export interface GradientCheck {
  /** No error beyond the tolerance, and at least one direction of each order that met no kink. */
  readonly passed: boolean;
  readonly worst: number;
  readonly tolerance: number;
  /** The tensors that were varied, by their paths. */
  readonly inputs: readonly { readonly name: string; readonly shape: Shape }[];
  readonly checks: readonly DirectionCheck[];
  /**
   * One for each input that is wrong. In first order its derivative is that of the result, or of ⟨u, result⟩ with random
   * u where the result has many elements; in second order, of that gradient along a random direction.
   */
  readonly disagreements: readonly Disagreement[];
  /** Ops on a kink, where a direction met one. */
  readonly kinks: readonly KinkedOp[];
  /** The figures as text, one line per direction, then what is wrong. */
  toString(): string;
}

/**
 * Compares the derivatives of a function with differences of its values. The inputs are its arguments: tensors, or trees
 * of them. Floats are taken as float64 and varied; int32 and bool stay as they are. The differences are refined by
 * Richardson's rule over a sweep of step sizes, closer and closer to the point, so that kinks nearby do no harm.
 *
 * It never throws for a wrong gradient: read `passed`, and `disagreements`, which names the tensor, the element and the op.
 *
 * Throws NOT_DIFFERENTIABLE where the function returns no floats, or takes none.
 *
 * ```ts
 * checkGradients(({ w, b }, x) => x.matmul(w).add(b).tanh(), [{ w, b: tensor([0.5, 1]) }, x]).passed // true
 * ```
 */
export function checkGradients<A extends readonly unknown[] | readonly []>(
  fn: (...args: { -readonly [K in keyof A]: A[K] }) => Tensor,
  inputs: A,
  options: CheckGradientsOptions = {},
): GradientCheck {
  const { order = 2, directions = 2, tolerance = 1e-6, step = 1e-3, seed = 0 } = options;
  const { names, varied, graph, point, smooth } = traced(fn, inputs);
  const settings = { tolerance, step, seed };
  const draw = drawer(seed);
  const xs = varied.map((i) => point[i]!);
  const checks: DirectionCheck[] = [];
  const wrong: { readonly order: 1 | 2; readonly found: readonly WrongElement[] }[] = [];
  const compare = (own: 1 | 2, f: typeof smooth, at: readonly Tensor[]) => {
    const here = pointOf(own, f, at, draw);
    const v = at.map((x) => draw(x).data);
    const check = checkDirection(here, v, step);
    checks.push(check);
    const known = wrong.some((one) => one.order === own);
    if (!known && !check.kink && !(check.error <= tolerance)) {
      wrong.push({ order: own, found: wrongElements(here, v, settings) });
    }
    return here;
  };
  for (let i = 0; i < directions; i++) {
    const { value } = compare(1, smooth, xs);
    if (order === 1) continue;
    compare(2, gradientAlong(smooth, xs.map(draw), value), [...xs, weights(value, draw)]);
  }

  const { disagreements, kinks } = explained();
  const clear = checks.filter(({ kink, error }) => !kink && (error <= tolerance || disagreements.length > 0));
  const worst = clear.reduce((largest, { error }) => Math.max(error, largest), 0);
  const orders: readonly number[] = order === 1 ? [1] : [1, 2];
  const covered = orders.every((n) => clear.some((check) => check.order === n));
  const passed = covered && worst <= tolerance;
  return {
    passed,
    worst,
    tolerance,
    inputs: varied.map((i) => ({ name: names[i]!, shape: point[i]!.shape })),
    checks,
    disagreements,
    kinks,
    toString: () => text(checks, disagreements, kinks),
  };

  /** The ops behind what disagrees. Where each rule is right by itself, a kink on the way explains it. */
  function explained(): Pick<GradientCheck, "disagreements" | "kinks"> {
    if (wrong.length === 0 && !checks.some(({ kink }) => kink)) return { disagreements: [], kinks: [] };
    const wrt = varied.map((i) => graph.inputs[i]!);
    const elements = point.map(({ data }) => data);
    const found = inspectOps(graph, elements, wrt, order, settings);
    const isExplained = found.wrong.length === 0 && found.kinks.length > 0;
    const finite = checks.every(({ reverse, forward }) => Number.isFinite(reverse + forward));
    if (isExplained && finite) return { disagreements: [], kinks: found.kinks };
    const blamed = found.wrong.map((op) => ({ op, before: dependencies(graph, [op.node]) }));
    const disagreements = wrong.flatMap(({ order: own, found: wrongs }) =>
      wrongs.map(({ input, ...element }): Disagreement => {
        const id = wrt[input];
        const first = blamed.find(({ op, before }) => op.order <= own && (id === undefined || before.has(id)));
        const name = id === undefined ? "dy" : names[varied[input]!]!;
        return { order: own, input: name, ...element, ...(first && { op: first.op }) };
      }),
    );
    return { disagreements, kinks: found.kinks };
  }
}

/** The function as a graph in float64, and as a function of its float inputs alone, `varied`; the others stay at `point`. */
function traced<A extends readonly unknown[]>(fn: (...args: A) => Tensor, inputs: A) {
  const { leaves, paths, rebuild } = flatten([...inputs]);
  const names = namesOf(paths);
  const types = leaves.map(({ shape, dtype }, i) => ({
    shape,
    dtype: isFloat(dtype) ? ("float64" as const) : dtype,
    name: names[i]!,
  }));
  const varied = leaves.flatMap(({ dtype }, i) => (isFloat(dtype) ? [i] : []));
  if (varied.length === 0) {
    throw new ChainruleError("NOT_DIFFERENTIABLE", "checkGradients: needs at least one float input; got none.");
  }
  // Spread: the arguments of fn.
  const { graph } = trace(types, (own) => [resultOf(fn(...(rebuild(own) as A)))], "float64");
  const point = leaves.map((leaf, i) => leaf.cast(types[i]!.dtype));
  const fixed = [...point];
  const smooth = (...xs: Tensor[]): Tensor => {
    varied.forEach((i, j) => {
      fixed[i] = xs[j]!;
    });
    return callGraph(graph, fixed)[0]!;
  };
  return { names, varied, graph, point, smooth };
}

/** Paths without the argument's position where they are told apart without it. */
function namesOf(paths: readonly string[]): string[] {
  const short = paths.map((path) => path.replace(/^\d+\./, ""));
  return new Set(short).size === short.length ? short : [...paths];
}

function resultOf(y: unknown): Tensor {
  if (y instanceof Tensor && isFloat(y.dtype)) return y;
  throw new ChainruleError(
    "NOT_DIFFERENTIABLE",
    `checkGradients: the function must return a float tensor; got ${y instanceof Tensor ? formatType(y) : typeof y}.`,
  );
}

/** Ten digits: enough to see an error of the tolerance. */
export const ten = (value: number): string => String(Number(value.toPrecision(10)));
/** "[1,2]", and nothing for a single number. */
export const formatIndices = (indices: readonly number[]): string =>
  indices.length === 0 ? "" : `[${indices.join(",")}]`;

function text(
  checks: readonly DirectionCheck[],
  disagreements: readonly Disagreement[],
  kinks: readonly KinkedOp[],
): string {
  return [
    ...checks.map((c) => {
      const verdict = c.kink ? "on a kink" : `error ${c.error.toExponential(1)}`;
      return `order ${c.order}: reverse ${c.reverse}, forward ${c.forward}, numeric ${c.numeric}: ${verdict}`;
    }),
    ...disagreements.map(formatDisagreement),
    ...kinks.map(formatKink),
  ].join("\n");
}

/** "w[2]: gradient 0.3, differences 0.25; op swish (%5), operand 0 at [2]: its rule gives 1.2, differences 1" */
function formatDisagreement({ order, input, indices, analytic, numeric, op }: Disagreement): string {
  const what = order === 1 ? "gradient" : "second derivative";
  const first = `${input}${formatIndices(indices)}: ${what} ${ten(analytic)}, differences ${ten(numeric)}`;
  return op === undefined ? first : `${first}; ${formatOp(op)}`;
}

const formatOp = (op: WrongOp): string =>
  `op ${op.name} (%${op.node}), ${operandName(op.operand)}${op.indices.length === 0 ? "" : ` at ${formatIndices(op.indices)}`}: its rule${op.order === 1 ? "" : "'s derivative"} gives ${ten(op.analytic)}, differences ${ten(op.numeric)}`;

const operandName = (operand: number) => (operand < 0 ? "dy" : `operand ${operand}`);

export const formatKink = ({ name, node, operand, indices, at }: KinkedOp): string =>
  `on a kink: op ${name} (%${node}), ${operandName(operand)}${indices.length === 0 ? "" : ` at ${formatIndices(indices)}`} is ${ten(at)}`;
