// A graph of scalars as one written expression.
import type { ElementwiseOpName, Graph, NodeId } from "../ir/graph.ts";
import { constant, notation, type Piece, write } from "./notation.ts";

/** Node `id` written with its operands put in, down to constants and to the nodes that `leaf` writes. */
export function expression(graph: Graph, id: NodeId, leaf: (id: NodeId) => Piece | undefined): Piece {
  const own = leaf(id);
  if (own !== undefined) return own;
  const node = graph.nodes[id]!;
  if (node.op === "constant") return constant(Number(node.attributes.data[0]));
  const operands = node.inputs.map((input) => expression(graph, input, leaf));
  // What else a graph of scalars has only moves them.
  return Object.hasOwn(notation, node.op)
    ? write(node.op as ElementwiseOpName, operands, node.attributes)
    : operands[0]!;
}
