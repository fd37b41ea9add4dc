// A graph of scalars as one written expression.
import type { Graph, NodeId } from "../ir/graph.ts";
import { notation, number, type Piece } from "./notation.ts";

/**
 * Node `id` written with its operands put in, down to the nodes that `leaf` writes. Given `values`, what depends on
 * constants alone is written as its value.
 */
export function expression(
  graph: Graph,
  id: NodeId,
  leaf: (id: NodeId) => Piece | undefined,
  values?: readonly number[],
): Piece {
  const varies = (node: NodeId): boolean =>
    leaf(node) !== undefined || graph.nodes[node]!.op === "input" || graph.nodes[node]!.inputs.some(varies);
  const write = (at: NodeId): Piece => {
    const own = leaf(at);
    if (own !== undefined) return own;
    const node = graph.nodes[at]!;
    if (values !== undefined && !varies(at)) return number(values[at]!);
    if (node.op === "constant") return number(Number(node.attributes.data[0]));
    const operands = node.inputs.map(write);
    if (!Object.hasOwn(notation, node.op)) return operands[0]!;
    const put = notation[node.op as keyof typeof notation] as (args: readonly Piece[], attributes: unknown) => Piece;
    return put(operands, node.attributes);
  };
  return write(id);
}
