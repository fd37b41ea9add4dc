// Reverse mode on graphs: every op's rule once, in reverse order, un-broadcast and accumulated here and nowhere else.
import type { Builder, Value } from "../ir/builder.ts";
import { isFloat } from "../ir/dtype.ts";
import type { NodeId } from "../ir/graph.ts";
import { sameShape, type TensorType } from "../ir/shape.ts";
import { recordOf } from "../ops/index.ts";
import type { GraphBuilder } from "../trace/graph-builder.ts";
import { added, type Gradient, throughRule } from "./gradient.ts";

/**
 * Appends to `g` the nodes of Σᵢ ⟨cotangentᵢ, ∂outputᵢ/∂w⟩ for each w of `wrt`, and returns them; zeros where nothing
 * depends on w. A cotangent has the type of its output.
 */
export function backpropagate(
  g: GraphBuilder,
  outputs: readonly Value[],
  cotangents: readonly Value[],
  wrt: readonly Value[],
): Value[] {
  const end = g.nodes.length;
  const varies = new Uint8Array(end);
  for (const value of wrt) varies[value.id] = 1;
  for (let id = 0; id < end; id++) {
    if (varies[id] === 0 && g.nodes[id]!.inputs.some((input) => varies[input] === 1)) varies[id] = 1;
  }

  const gradients = new Map<NodeId, Gradient>();
  const accumulate = (id: NodeId, gradient: Gradient): void => {
    const sum = gradients.get(id);
    gradients.set(id, sum === undefined ? gradient : added(g, sum, gradient));
  };
  outputs.forEach((output, i) => {
    accumulate(output.id, { dx: cotangents[i]! });
  });

  const targets = new Set(wrt.map((value) => value.id));
  for (let id = end - 1; id >= 0; id--) {
    const gradient = gradients.get(id);
    const node = g.nodes[id]!;
    const record = recordOf(node);
    if (gradient === undefined || varies[id] === 0 || record.gradient === "none" || node.inputs.length === 0) continue;
    const inputs = node.inputs.map((input) => g.nodes[input]!);
    const savesInputs = record.saves === "inputs" || record.saves === "both";
    const savesOutput = record.saves === "output" || record.saves === "both";
    const dxs = record.gradient(
      {
        dy: gradient.dx,
        inputs: savesInputs ? inputs : inputs.map(typeOnly),
        y: savesOutput ? node : typeOnly(node),
        attributes: node.attributes,
      },
      g,
    );
    inputs.forEach((input, i) => {
      if (dxs[i] === undefined || varies[input.id] === 0 || !isFloat(input.dtype)) return;
      const { dx, counts, steep } = throughRule(g, node, inputs, i, dxs[i]!, gradient);
      accumulate(input.id, {
        dx: g.cast(unbroadcast(g, dx, input), input.dtype),
        counts: counts && anyOf(g, counts, input),
        steep,
      });
    });
    if (!targets.has(id)) gradients.delete(id);
  }
  return wrt.map((value) => gradients.get(value.id)?.dx ?? g.full(value, 0));
}

/** Whether a bool holds anywhere along the dimensions along which an operand of `type` was repeated. */
const anyOf = (g: Builder, x: Value, type: TensorType): Value =>
  sameShape(x.shape, type.shape) ? x : g.greater(unbroadcast(g, g.cast(x, type.dtype), type), 0);

/** A value of which a rule may read the type alone: what the record does not save has no id to build with. */
const typeOnly = ({ shape, dtype }: TensorType): Value => ({ id: -1, shape, dtype });

/** The gradient of a broadcast operand: summed over the dimensions along which it was repeated. */
function unbroadcast(g: Builder, dx: Value, type: TensorType): Value {
  if (sameShape(dx.shape, type.shape)) return dx;
  const lead = dx.shape.length - type.shape.length;
  const axes = dx.shape.flatMap((n, i) => (i < lead || (type.shape[i - lead] === 1 && n !== 1) ? [i] : []));
  const sum = axes.length === 0 ? dx : g.sum(dx, axes, false);
  return g.reshape(sum, type.shape);
}
