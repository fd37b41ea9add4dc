// Derivatives of any traced function: grad, valueAndGrad, vjp, jvp, hvp, jacobian, hessian.
import type { Value } from "../ir/builder.ts";
import { isFloat } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Graph } from "../ir/graph.ts";
import { prune } from "../ir/prune.ts";
import { formatShape, formatType, sameShape } from "../ir/shape.ts";
import { verify } from "../ir/verify.ts";
import { ops } from "../ops/index.ts";
import { stack } from "../trace/create.ts";
import { GraphBuilder } from "../trace/graph-builder.ts";
import { Tensor } from "../trace/tensor.ts";
import { callGraph, trace } from "../trace/trace.ts";
import { type Flattened, flatten } from "../trace/tree.ts";
import { backpropagate } from "./backpropagate.ts";

// biome-ignore lint/suspicious/noExplicitAny: a traced function takes and returns trees of tensors of any structure
type Fn<A extends any[], R> = (...args: A) => R;

export interface GradOptions {
  /** Which argument to differentiate by. Default 0, the first. */
  readonly argument?: number;
  /** The function returns [loss, more]; `more` is handed through beside the loss. */
  readonly hasAux?: boolean;
}

/** A function's graph on the types of its arguments, and how trees become lists of tensors and back. */
interface Linearized {
  readonly graph: Graph;
  readonly captures: readonly Tensor[];
  readonly argument: Flattened[];
  readonly inputs: Tensor[];
  readonly output: Flattened;
}

function traceArguments(fn: (...args: never[]) => unknown, args: readonly unknown[]): Linearized {
  const argument = args.map((arg) => flatten(arg));
  const types = argument.flatMap(({ leaves, paths }, i) =>
    leaves.map(({ shape, dtype }, j) => ({ shape, dtype, name: paths[j] || `${i}` })),
  );
  let output: Flattened | undefined;
  const { graph, captures } = trace(types, (leaves) => {
    let at = 0;
    const trees = argument.map((flat) => flat.rebuild(leaves.slice(at, (at += flat.leaves.length))));
    // Spread: the arguments of fn.
    output = flatten(fn(...(trees as never[])));
    return output.leaves;
  });
  return { graph, captures, argument, inputs: argument.flatMap((flat) => flat.leaves), output: output! };
}

const valuesOf = (graph: Graph, ids: readonly number[]): Value[] => ids.map((id) => graph.nodes[id]!);

/** Positions of the leaves of one argument among all inputs. */
function leafRange(arguments_: readonly Flattened[], index: number): [number, number] {
  const start = arguments_.slice(0, index).reduce((sum, flat) => sum + flat.leaves.length, 0);
  return [start, start + arguments_[index]!.leaves.length];
}

/**
 * The function's value and its gradient by one argument: `[value, gradient]`, the gradient of the argument's structure
 * and types. With `hasAux`, value is the `[loss, more]` that the function returned.
 *
 * Throws NOT_DIFFERENTIABLE unless the loss is a float scalar and the argument's tensors are floats.
 *
 * ```ts
 * const [loss, dw] = valueAndGrad((w) => w.square().sum())(tensor([1, 2])); // 5, [2, 4]
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: see Fn
export function valueAndGrad<A extends any[], R>(fn: Fn<A, R>, options: GradOptions = {}) {
  const all = reverse(fn, options.argument ?? 0, options.hasAux === true);
  return (...args: A): [R, A[0]] => {
    const [value, gradient] = all(...args);
    return [value, gradient];
  };
}

/**
 * As valueAndGrad by the first argument, for a function that returns `[loss, more, through]`: a third result holds the
 * gradients by the tensors of `through`, values on the way from the argument to the loss, in their structure.
 *
 * ```ts
 * const twice = gradThrough((w) => [w.mul(3).square().sum(), {}, { w }]);
 * twice(tensor(2))[2].w.item() // 36: ∂(3w)²/∂w = 18w
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: see Fn
export const gradThrough = <A extends any[], M, T>(fn: Fn<A, readonly [loss: Tensor, more: M, through: T]>) =>
  reverse(fn, 0, true) as (...args: A) => [[loss: Tensor, more: M, through: T], A[0], T];

/** Value, gradient by one argument, and gradients by the third part of what `fn` returns, where it has one. */
// biome-ignore lint/suspicious/noExplicitAny: see Fn
function reverse<A extends any[], R>(fn: Fn<A, R>, index: number, hasAux: boolean) {
  return (...args: A): [R, A[0], unknown] => {
    if (typeof args[index] === "number") {
      throw new ChainruleError(
        "NOT_DIFFERENTIABLE",
        `grad: argument ${index} is the plain number ${args[index]}, which has no gradient. Wrap it: tensor(${args[index]}).`,
        { argument: index },
      );
    }
    let through: Flattened | undefined;
    const traced = (...tensors: A): R => {
      const value = fn(...tensors);
      if (hasAux && Array.isArray(value) && value.length === 3) through = flatten(value[2]);
      return value;
    };
    const { graph, captures, argument, inputs, output } = traceArguments(traced as never, args);
    const flat = argument[index];
    if (flat === undefined) {
      throw new ChainruleError(
        "INVALID_ARGUMENT",
        `grad: argument ${index} was to be differentiated by, but the function was called with ${args.length} ${args.length === 1 ? "argument" : "arguments"}.`,
      );
    }
    assertFloats(flat, index);
    assertLoss(output, hasAux);
    const g = GraphBuilder.from(graph);
    const [from, to] = leafRange(argument, index);
    const outputs = valuesOf(graph, graph.outputs);
    const count = outputs.length;
    const wrt = [
      ...valuesOf(graph, graph.inputs.slice(from, to)),
      ...outputs.slice(count - (through?.paths.length ?? 0)),
    ];
    const loss = outputs[0]!;
    const gradients = backpropagate(g, [loss], [g.full(loss, 1)], wrt);
    const whole = finish(g, [...outputs, ...gradients], "grad");
    const results = callGraph(whole, [...inputs, ...captures]);
    const end = count + flat.leaves.length;
    return [
      output.rebuild(results.slice(0, count)) as R,
      flat.rebuild(results.slice(count, end)) as A[0],
      through?.rebuild(results.slice(end)),
    ];
  };
}

/**
 * The gradient of a scalar function by one argument (default: the first), of that argument's structure.
 * It is a function of the same arguments and may be differentiated again. Errors as in valueAndGrad.
 *
 * ```ts
 * grad((x) => x.pow(3).sum())(tensor(2)).item() // 12
 * grad(grad((x) => x.pow(3).sum()))(tensor(2)).item() // 12: 6x
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: see Fn
export function grad<A extends any[]>(fn: Fn<A, Tensor>, options: Omit<GradOptions, "hasAux"> = {}) {
  const both = valueAndGrad(fn, options);
  return (...args: A): A[0] => both(...args)[1];
}

/**
 * Value and pullback: `pullback(dy)` is the list of gradients ⟨dy, ∂y/∂argument⟩, one per argument, for any output.
 *
 * ```ts
 * const { pullback } = vjp((x) => x.square(), tensor([1, 2]));
 * pullback(tensor([1, 10]))[0] // [2, 40]
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: see Fn
export function vjp<A extends any[], R>(fn: Fn<A, R>, ...args: A): { value: R; pullback: (dy: R) => A } {
  const { graph, captures, argument, inputs, output } = traceArguments(fn as never, args);
  for (const [i, flat] of argument.entries()) assertFloats(flat, i);
  const outer = [...inputs, ...captures];
  const g = GraphBuilder.from(graph);
  const outputs = valuesOf(graph, graph.outputs);
  const cotangents = outputs.map((value, i) => g.input(value, `d${output.paths[i] || "y"}`));
  const wrt = valuesOf(graph, graph.inputs.slice(0, inputs.length));
  const backward = finish(g, backpropagate(g, outputs, cotangents, wrt), "vjp");
  return {
    value: output.rebuild(callGraph(prune(graph), outer)) as R,
    pullback: (dy) => {
      const flat = flatten(dy);
      assertSameTypes("vjp: dy", flat, output);
      const gradients = callGraph(backward, [...outer, ...flat.leaves]);
      let at = 0;
      return argument.map((arg) => arg.rebuild(gradients.slice(at, (at += arg.leaves.length)))) as A;
    },
  };
}

/**
 * Value and directional derivative: `[f(x), ∂f/∂x · v]` for arguments and tangents of the same structures.
 * It is built from two reverse passes (the transpose of the transpose), so every op needs one rule alone.
 *
 * ```ts
 * jvp((x) => x.square(), [tensor([1, 2])], [tensor([1, 1])])[1] // [2, 4]
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: see Fn
export function jvp<A extends any[], R>(fn: Fn<A, R>, args: [...A], tangents: [...A]): [R, R] {
  const { graph, captures, argument, inputs, output } = traceArguments(fn as never, args);
  const directions = tangents.map((tangent) => flatten(tangent));
  argument.forEach((flat, i) => {
    assertFloats(flat, i);
    assertSameTypes(`jvp: tangent ${i}`, directions[i]!, flat);
  });
  const g = GraphBuilder.from(graph);
  const outputs = valuesOf(graph, graph.outputs);
  const v = directions.flatMap((flat) => flat.leaves).map((leaf, i) => g.input(leaf, `v${i}`));
  // dx is linear in u, so its derivative by u along v is the same at any u: here 0.
  const u = outputs.map((value) => g.full(value, 0));
  const dx = backpropagate(g, outputs, u, valuesOf(graph, graph.inputs.slice(0, inputs.length)));
  const tangent = backpropagate(g, dx, v, u);
  const whole = finish(g, [...outputs, ...tangent], "jvp");
  const results = callGraph(whole, [...inputs, ...captures, ...directions.flatMap((flat) => flat.leaves)]);
  const count = outputs.length;
  return [output.rebuild(results.slice(0, count)) as R, output.rebuild(results.slice(count)) as R];
}

/**
 * Hessian times vector, ∂²f/∂x² · v, of a scalar function at x, without the Hessian.
 *
 * ```ts
 * hvp((x) => x.pow(3).sum(), tensor([1, 2]), tensor([1, 1])) // [6, 12]
 * ```
 */
export function hvp<T>(fn: (x: T) => Tensor, x: T, v: T): T {
  return jvp(grad(fn) as (x: T) => T, [x], [v])[1];
}

/**
 * ∂y/∂x of a function from one tensor to one tensor: shape [...y.shape, ...x.shape]. One reverse pass per element of y.
 *
 * ```ts
 * jacobian((x) => x.square())(tensor([1, 2])) // [[2, 0], [0, 4]]
 * ```
 */
export function jacobian(fn: (x: Tensor) => Tensor) {
  return (x: Tensor): Tensor => {
    const { value, pullback } = vjp(fn, x);
    const n = value.size;
    const rows = Array.from({ length: n }, (_, i) => {
      const unit = new Float64Array(n);
      unit[i] = 1;
      return pullback(Tensor.concrete(unit, value.shape).cast(value.dtype))[0];
    });
    const shape = [...value.shape, ...x.shape];
    return rows.length === 0 ? Tensor.concrete(new Float64Array(0), shape) : stack(rows).reshape(shape);
  };
}

/** ∂²f/∂x² of a scalar function of one tensor: shape [...x.shape, ...x.shape]. */
export const hessian = (fn: (x: Tensor) => Tensor) => jacobian(grad(fn));

const finish = (g: GraphBuilder, outputs: readonly Value[], pass: string): Graph =>
  verify(prune(g.finish(outputs)), ops, pass);

function assertLoss(output: Flattened, hasAux: boolean): void {
  const loss = output.leaves[0];
  const first = hasAux ? "0" : "";
  if (loss === undefined || output.paths[0] !== first || (!hasAux && output.leaves.length !== 1)) {
    throw new ChainruleError(
      "NOT_DIFFERENTIABLE",
      hasAux
        ? "grad: with hasAux the function must return [loss, more], the loss a scalar tensor."
        : `grad: the function must return one scalar tensor; it returned ${output.leaves.length === 0 ? "none" : `tensors at ${output.paths.map((path) => path || "the top").join(", ")}`}. Return the loss alone, or [loss, more] with { hasAux: true }.`,
    );
  }
  if (loss.size !== 1 || !isFloat(loss.dtype)) {
    throw new ChainruleError(
      "NOT_DIFFERENTIABLE",
      `grad: the loss must be a float scalar; got ${formatType(loss)}. ${loss.size === 1 ? "Only float values vary smoothly: leave out the comparison or the cast." : "Reduce it with .sum() or .mean(), or use vjp or jacobian."}`,
      { shape: loss.shape, dtype: loss.dtype },
    );
  }
}

function assertFloats(flat: Flattened, index: number): void {
  flat.leaves.forEach((leaf, i) => {
    if (isFloat(leaf.dtype)) return;
    const path = flat.paths[i] ? ` at ${flat.paths[i]}` : "";
    throw new ChainruleError(
      "NOT_DIFFERENTIABLE",
      `A gradient by ${leaf.dtype} values does not exist (argument ${index}${path}). Cast them with .cast("float32"), or pass them in an argument that is not differentiated by.`,
      { argument: index, path: flat.paths[i], dtype: leaf.dtype },
    );
  });
}

function assertSameTypes(what: string, flat: Flattened, expected: Flattened): void {
  const same =
    flat.leaves.length === expected.leaves.length &&
    flat.leaves.every(
      (leaf, i) => sameShape(leaf.shape, expected.leaves[i]!.shape) && leaf.dtype === expected.leaves[i]!.dtype,
    );
  if (same) return;
  const list = (leaves: readonly Tensor[]) =>
    leaves.map((leaf) => `${leaf.dtype} ${formatShape(leaf.shape)}`).join(", ");
  throw new ChainruleError(
    "SHAPE_MISMATCH",
    `${what} must have the structure and types of the value it belongs to: ${list(expected.leaves)}; got ${list(flat.leaves)}.`,
  );
}
