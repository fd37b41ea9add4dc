// Pass: elementwise ops broadcast their operands themselves, so a broadcast in front of one is skipped.
import type { Graph, Node } from "../ir/graph.ts";
import { broadcastShapes, sameShape } from "../ir/shape.ts";
import { recordOf } from "../ops/index.ts";
import { isFusible } from "./fuse.ts";

export function skipBroadcasts(graph: Graph): Graph {
  const nodes = [...graph.nodes];
  for (const node of graph.nodes) {
    if (!isFusible(node)) continue;
    const inputs = [...node.inputs];
    inputs.forEach((id, i) => {
      const input = nodes[id]!;
      if (recordOf(input).moves !== "broadcast") return;
      inputs[i] = input.inputs[0]!;
      // Another operand must have the full shape. Spread: the operands of one op.
      const shape = broadcastShapes(...inputs.map((other) => nodes[other]!.shape));
      if (shape === undefined || !sameShape(shape, node.shape)) inputs[i] = id;
    });
    nodes[node.id] = { ...node, inputs } as Node;
  }
  return { ...graph, nodes };
}
