// Pass: a transpose of the last two axes in front of an op that can read its operands so (a matrix product) becomes a flag of it.
import type { Graph, Node, NodeId, OpAttributes, OpName } from "../ir/graph.ts";
import { recordOf } from "../ops/index.ts";

export function foldTransposes(graph: Graph): Graph {
  const nodes = graph.nodes.map((node): Node => {
    const { transposing } = recordOf(node);
    if (transposing === undefined) return node;
    let attributes: OpAttributes[OpName] = node.attributes;
    const inputs = node.inputs.map((id, i) => {
      const under = untransposed(graph, id);
      if (under !== undefined) attributes = transposing(attributes, i);
      return under ?? id;
    });
    return attributes === node.attributes ? node : ({ ...node, inputs, attributes } as Node);
  });
  return { ...graph, nodes };
}

/** The node under a transpose that swaps the last two axes and nothing else. */
function untransposed(graph: Graph, id: NodeId): NodeId | undefined {
  const node = graph.nodes[id]!;
  const permutation = recordOf(node).permutes?.(node.attributes);
  if (permutation === undefined) return undefined;
  const rank = permutation.length;
  const swapsLastTwo = permutation.every(
    (axis, i) => axis === (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i),
  );
  return swapsLastTwo ? node.inputs[0] : undefined;
}
