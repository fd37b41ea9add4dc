// From a function of named tensors to explanations of its numbers.
import { isFloat } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Node, NodeId } from "../ir/graph.ts";
import { formatShape, sizeOf } from "../ir/shape.ts";
import { partial } from "../ops/notation.ts";
import type { Optimizer } from "../optim/optimizers/index.ts";
import type { Tensor } from "../trace/tensor.ts";
import { trace } from "../trace/trace.ts";
import { flatten } from "../trace/tree.ts";
import { type ExplainOptions, explainer } from "./explain.ts";
import type { Explanation } from "./explanation.ts";
import { ravelIndex } from "./indices.ts";
import { ScalarGraph } from "./scalar-graph.ts";
import { explainUpdate } from "./update.ts";

/** A tree of tensors; a tensor's name is its path: `{ layers: [{ weight }] }` holds "layers.0.weight". */
export type NamedTensors = { readonly [name: string]: Tensor | NamedTensors | readonly NamedTensors[] };

/** Gives a value on the way a name, and returns it as it is. */
export type Name = (name: string, value: Tensor) => Tensor;

export interface Explain {
  /** The loss. */
  readonly loss: number;
  /** Names of the inputs and of the values named on the way, with their shapes. */
  readonly names: ReadonlyMap<string, readonly number[]>;
  /** Explains an element by its name and indices: "w[1]", "layers.0.weight[2,1]", or "b" for a scalar. */
  of(element: string, options?: ExplainOptions): Explanation;
  /** All elements of a named value, row-major; and ∂loss/∂each. */
  values(name: string): Float64Array;
  gradients(name: string): Float64Array;
}

/**
 * Works a computation out in float64 so that each of its numbers can be explained: `fn` takes the tensors by name and
 * returns the loss, a scalar; it may name values on the way.
 *
 * Throws NOT_DIFFERENTIABLE where `fn` returns no float scalar; `of` throws INVALID_ARGUMENT for an element that is not there.
 *
 * ```ts
 * const one = explain(({ w }, name) => name("y", w.mul(tensor([1, 2])).sum().sigmoid()), { w: tensor([0.5, -0.5]) });
 * one.of("w[1]").gradient // 0.470007424403189: 2 y (1 − y)
 * ```
 */
export function explain<T extends NamedTensors>(fn: (tensors: T, name: Name) => Tensor, tensors: T): Explain {
  const { leaves, paths, rebuild } = flatten(tensors);
  const names = new Map<NodeId, string>();
  const types = leaves.map(({ shape, dtype }, i) => ({
    shape,
    dtype: dtype === "float32" ? ("float64" as const) : dtype,
    name: paths[i]!,
  }));
  const name: Name = (own, value) => {
    if (value.symbolic !== undefined) names.set(value.symbolic.value.id, own);
    return value;
  };
  const { graph } = trace(types, (inputs) => [fn(rebuild(inputs) as T, name)], "float64");
  const loss = graph.nodes[graph.outputs[0]!]!;
  if (sizeOf(loss.shape) !== 1 || loss.dtype !== "float64") {
    throw new ChainruleError(
      "NOT_DIFFERENTIABLE",
      `explain: the function must return a float scalar, the loss; it returned ${loss.dtype} ${formatShape(loss.shape)}.`,
    );
  }
  if (!names.has(loss.id)) names.set(loss.id, "loss");
  const scalars = new ScalarGraph(
    graph,
    leaves.map(({ data, dtype }) => (dtype === "float32" ? Float64Array.from(data) : data)),
  );
  const explained = explainer(scalars, names);
  const named = new Map<string, Node>();
  for (const [i, id] of graph.inputs.entries()) named.set(paths[i]!, graph.nodes[id]!);
  for (const [id, own] of names) named.set(own, graph.nodes[id]!);
  const node = (wanted: string): Node => {
    const found = named.get(wanted);
    if (found !== undefined) return found;
    const list = [...named.keys()].slice(0, 30).join(", ");
    throw new ChainruleError("INVALID_ARGUMENT", `There is no value "${wanted}" to explain; there are ${list}.`, {
      name: wanted,
    });
  };
  return {
    loss: scalars.values[loss.id]![0]!,
    names: new Map([...named].map(([own, { shape }]) => [own, shape])),
    of(element, options) {
      const { name: wanted, indices } = parseElement(element);
      const found = node(wanted);
      if (isFloat(found.dtype)) return explained({ node: found.id, index: placeIn(element, found, indices) }, options);
      throw new ChainruleError(
        "NOT_DIFFERENTIABLE",
        `${element}: it is ${found.dtype}, and only floats have gradients. Choose another value.`,
        { element },
      );
    },
    values: (wanted) => Float64Array.from(scalars.values[node(wanted).id]!),
    gradients: (wanted) => {
      const { id, shape } = node(wanted);
      return Float64Array.from(scalars.gradients[id] ?? new Float64Array(sizeOf(shape)));
    },
  };
}

export interface UpdateState {
  /** Of this number, by slot: { mean, square } for adam. Default: none, as for sgd without momentum. */
  readonly state?: Readonly<Record<string, number>>;
  /** Updates done before. Default 0. */
  readonly step?: number;
  /** Default: the optimizer's own. */
  readonly learningRate?: number;
  /** What the clipping of all gradients together multiplies this one by. Default 1. */
  readonly clip?: number;
}

/**
 * An explanation with the update that the number gets from an optimizer.
 *
 * ```ts
 * const one = explain(({ w }) => w.square().sum(), { w: tensor([3, -1]) });
 * const { update } = withUpdate(one.of("w[0]"), sgd({ learningRate: 0.1 }));
 * update.equations.at(-1)?.value // 2.4: 3 − 6 · 0.1
 * ```
 */
export function withUpdate(explanation: Explanation, optimizer: Optimizer, given: UpdateState = {}) {
  const { name, value, gradient, lossName } = explanation;
  const { state = {}, step = 0, learningRate = optimizer.learningRate, clip = 1 } = given;
  const slope = partial(lossName, name);
  const update = explainUpdate(optimizer, { name, value, slope, gradient, clip, state, step, learningRate });
  return { ...explanation, update } satisfies Explanation;
}

/** "layers.0.weight[2,1]" → layers.0.weight, [2, 1] */
export function parseElement(text: string): { readonly name: string; readonly indices: readonly number[] } {
  const [, name, list] = /^([^[\]]+?)(?:\[([\d,\s]*)\])?$/.exec(text.trim()) ?? [];
  const indices =
    list === undefined || list.trim() === "" ? [] : list.split(",").map((part) => Number(part.trim() || NaN));
  if (name === undefined || indices.some((index) => !Number.isSafeInteger(index))) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `An element is a name with its indices, like layers.0.weight[2,1]; got ${JSON.stringify(text)}.`,
      { element: text },
    );
  }
  return { name, indices };
}

function placeIn(element: string, { shape }: Node, indices: readonly number[]): number {
  const fits = indices.length === shape.length && indices.every((index, axis) => index < shape[axis]!);
  if (!fits) {
    const example = `${parseElement(element).name}[${shape.map((n) => n - 1).join(",")}]`;
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      shape.length === 0
        ? `${element}: it is a single number; leave out the indices.`
        : `${element}: its shape is ${formatShape(shape)}, so it needs ${shape.length === 1 ? "one index" : `${shape.length} indices`}, counted from 0; the last element is ${example}.`,
      { element, shape },
    );
  }
  return ravelIndex(indices, shape);
}
