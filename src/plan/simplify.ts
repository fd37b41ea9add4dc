// Pass: algebra that needs no numbers (x + 0, x · 1, views of views) and constants computed ahead.
import { allocate } from "../ir/dtype.ts";
import type { Graph, Node, NodeId } from "../ir/graph.ts";
import { isElementwise } from "../ir/op.ts";
import { sameShape } from "../ir/shape.ts";
import { recordOf } from "../ops/index.ts";

/** Splat value of a constant node, undefined for others. */
export const splatOf = (node: Node): number | undefined =>
  node.op === "constant" && node.attributes.data.length === 1 ? node.attributes.data[0] : undefined;

/** Rewrites node by node, inputs before users. */
export function simplify(graph: Graph): Graph {
  const nodes: Node[] = [];
  const renamed: NodeId[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((id) => renamed[id]!);
    const placed = { ...node, id: nodes.length, inputs } as Node;
    const same = identity(placed, nodes);
    if (same !== undefined) {
      renamed.push(same);
      continue;
    }
    nodes.push(folded(placed, nodes) ?? regular(placed, nodes));
    renamed.push(nodes.length - 1);
  }
  return { nodes, inputs: graph.inputs.map((id) => renamed[id]!), outputs: graph.outputs.map((id) => renamed[id]!) };
}

/** The earlier node that has the value of this one already. */
function identity(node: Node, nodes: readonly Node[]): NodeId | undefined {
  const index = recordOf(node).identity?.(
    node.inputs.map((id) => splatOf(nodes[id]!)),
    node.attributes,
  );
  if (index === undefined) return undefined;
  const kept = nodes[node.inputs[index]!]!;
  return kept.dtype === node.dtype && sameShape(kept.shape, node.shape) ? kept.id : undefined;
}

/** A constant in place of an elementwise op on splats, or of a splat moved about. */
function folded(node: Node, nodes: readonly Node[]): Node | undefined {
  const values = node.inputs.map((id) => splatOf(nodes[id]!));
  if (values.length === 0 || values.some((value) => value === undefined)) return undefined;
  const record = recordOf(node);
  let value: number | undefined;
  // Spread: the operands of one op.
  if (isElementwise(record)) value = record.scalar(node.attributes as never, node.dtype)(...(values as number[]));
  else if (record.moves) value = values[0];
  if (value === undefined) return undefined;
  const data = allocate(node.dtype, 1);
  data[0] = value;
  const { id, shape, dtype } = node;
  return { id, op: "constant", inputs: [], attributes: { shape, dtype, data }, shape, dtype };
}

/** A view of a view is one. */
function regular(node: Node, nodes: readonly Node[]): Node {
  const isView = (of: Node) => recordOf(of).moves === "view";
  if (!isView(node)) return node;
  const inner = nodes[node.inputs[0]!]!;
  return isView(inner) ? { ...node, inputs: inner.inputs } : node;
}
