// A graph of scalars as one written expression.
import type { Graph, NodeId } from "../ir/graph.ts";
import { isElementwise } from "../ir/op.ts";
import { recordOf } from "../ops/index.ts";
import { constant, type Piece } from "../ops/notation.ts";
import { write } from "../ops/notations.ts";

/** Node `id` written with its operands put in, down to constants and to the nodes that `leaf` writes. */
export function expression(graph: Graph, id: NodeId, leaf: (id: NodeId) => Piece | undefined): Piece {
  const own = leaf(id);
  if (own !== undefined) return own;
  const node = graph.nodes[id]!;
  if (node.op === "constant") return constant(Number(node.attributes.data[0]));
  const operands = node.inputs.map((input) => expression(graph, input, leaf));
  // What else a graph of scalars has only moves them.
  const record = recordOf(node);
  return isElementwise(record) ? write(record.name, operands, node.attributes) : operands[0]!;
}
