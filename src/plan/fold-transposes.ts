// Pass: a transpose of the last two dimensions in front of a matrix product becomes a flag of the product.
import type { Graph, Node, NodeId } from "../ir/graph.ts";

export function foldTransposes(graph: Graph): Graph {
  const nodes = graph.nodes.map((node): Node => {
    if (node.op !== "matmul") return node;
    const [x, y] = node.inputs as [NodeId, NodeId];
    const left = untransposed(graph, x);
    const right = untransposed(graph, y);
    if (left === undefined && right === undefined) return node;
    return {
      ...node,
      inputs: [left ?? x, right ?? y],
      attributes: {
        transposeX: node.attributes.transposeX !== (left !== undefined),
        transposeY: node.attributes.transposeY !== (right !== undefined),
      },
    };
  });
  return { ...graph, nodes };
}

/** The node under a transpose that swaps the last two dimensions and nothing else. */
function untransposed(graph: Graph, id: NodeId): NodeId | undefined {
  const node = graph.nodes[id]!;
  if (node.op !== "transpose") return undefined;
  const { permutation } = node.attributes;
  const rank = permutation.length;
  const swapsLastTwo = permutation.every(
    (axis, i) => axis === (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i),
  );
  return swapsLastTwo ? node.inputs[0] : undefined;
}
