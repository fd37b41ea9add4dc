// Tracing: a function runs once on symbolic tensors, and what it does becomes a graph.
import type { Value } from "../ir/builder.ts";
import { convert, type FloatDType, isFloat, type TypedArray } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Graph } from "../ir/graph.ts";
import { excerpt } from "../ir/json.ts";
import { formatType, type TensorType } from "../ir/shape.ts";
import { evaluate } from "./evaluator.ts";
import { GraphBuilder } from "./graph-builder.ts";
import { Tensor } from "./tensor.ts";

/** A function being traced. Traces nest: an inner one takes the tensors of the outer ones as further inputs. */
export class Trace {
  readonly builder: GraphBuilder;
  readonly depth: number;
  finished = false;
  /** Outer tensors used inside, in the order of their input nodes after the declared ones. */
  readonly captures: Tensor[] = [];
  readonly #lifted = new Map<Tensor, Value>();

  constructor(depth: number, float: FloatDType) {
    this.depth = depth;
    this.builder = new GraphBuilder(float);
  }

  /** The value of a tensor inside this trace: its own, a constant, or a captured outer tensor. */
  lift(tensor: Tensor): Value {
    const symbolic = tensor.symbolic;
    if (symbolic?.trace === this) return symbolic.value;
    let value = this.#lifted.get(tensor);
    if (value === undefined) {
      value = symbolic === undefined ? this.#constant(tensor) : this.#capture(tensor);
      this.#lifted.set(tensor, value);
    }
    return value;
  }

  /** Float constants take the float type of the trace. */
  #constant(tensor: Tensor): Value {
    const dtype = isFloat(tensor.dtype) ? this.builder.float : tensor.dtype;
    const data = convert(compact(tensor.data), dtype);
    return this.builder.apply("constant", [], { shape: tensor.shape, dtype, data });
  }

  #capture(tensor: Tensor): Value {
    const value = this.builder.input(tensor, `captured ${this.captures.length}`);
    this.captures.push(tensor);
    return value;
  }

  wrap = (value: Value): Tensor => Tensor.symbolic(this, value);
}

/** One element where all are equal. */
function compact(data: TypedArray): TypedArray {
  const first = data[0];
  for (let i = 1; i < data.length; i++) if (!Object.is(data[i], first)) return data;
  return data.slice(0, 1);
}

const active: Trace[] = [];

export interface Traced {
  readonly graph: Graph;
  /** Tensors of outer traces, to be passed after the declared inputs. */
  readonly captures: readonly Tensor[];
}

/**
 * Runs `fn` on symbolic inputs of the given types; the tensors that it returns become the outputs.
 * `float` is the type that float constants and numbers take; inside another trace, that of the outer one.
 */
export function trace(
  types: readonly (TensorType & { readonly name: string })[],
  fn: (inputs: Tensor[]) => Tensor[],
  float: FloatDType = active.at(-1)?.builder.float ?? "float64",
): Traced {
  const context = new Trace(active.length, float);
  active.push(context);
  try {
    const inputs = types.map((type) => context.wrap(context.builder.input(type, type.name)));
    const outputs = fn(inputs).map((tensor) => context.lift(tensor));
    return { graph: context.builder.finish(outputs), captures: context.captures };
  } finally {
    active.pop();
    context.finished = true;
  }
}

/** The innermost trace that any of the tensors belongs to. Throws TRACED_VALUE for one that has ended. */
export function innermost(tensors: readonly (Tensor | number)[]): Trace | undefined {
  let found: Trace | undefined;
  for (const tensor of tensors) {
    const own = typeof tensor === "number" ? undefined : tensor.symbolic?.trace;
    if (own === undefined) continue;
    if (own.finished) {
      throw new ChainruleError(
        "TRACED_VALUE",
        `A tensor (${formatType(tensor as Tensor)}) was used outside of the traced function that made it. Return it from that function instead of storing it elsewhere.`,
      );
    }
    if (found === undefined || own.depth > found.depth) found = own;
  }
  return found;
}

const describe = (value: unknown): string =>
  typeof value === "function" ? "a function" : value === undefined ? "undefined" : excerpt(value, 60);

/** Builds nodes on the operands: in their trace where one is symbolic, in a graph evaluated at once otherwise. */
export function build(
  operands: readonly (Tensor | number)[],
  make: (g: GraphBuilder, values: (Value | number)[]) => Value,
): Tensor {
  for (const operand of operands) {
    if (typeof operand === "number" || operand instanceof Tensor) continue;
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `Operands must be tensors or numbers; got ${describe(operand)}. Wrap arrays in tensor(…).`,
    );
  }
  const context = innermost(operands);
  if (context !== undefined) {
    const values = operands.map((operand) => (typeof operand === "number" ? operand : context.lift(operand)));
    return context.wrap(make(context.builder, values));
  }
  const g = new GraphBuilder();
  const tensors: Tensor[] = [];
  const values = operands.map((operand) => {
    if (typeof operand === "number") return operand;
    tensors.push(operand);
    return g.input(operand, `${tensors.length - 1}`);
  });
  const graph = g.finish([make(g, values)]);
  return run(graph, tensors)[0]!;
}

/** A graph as a function: inlined where an input is symbolic, evaluated at once otherwise. */
export function callGraph(graph: Graph, inputs: readonly Tensor[]): Tensor[] {
  const context = innermost(inputs);
  if (context === undefined) return run(graph, inputs);
  const values = inputs.map((tensor) => context.lift(tensor));
  return context.builder.inline(graph, values).map(context.wrap);
}

function run(graph: Graph, inputs: readonly Tensor[]): Tensor[] {
  const outputs = evaluate(
    graph,
    inputs.map((tensor) => tensor.data),
  );
  return outputs.map((data, i) => Tensor.concrete(data, graph.nodes[graph.outputs[i]!]!.shape));
}
