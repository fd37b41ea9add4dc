// Dead code: nodes that no output needs are dropped; inputs stay.
import type { Graph, Node, NodeId } from "./graph.ts";

export function prune(graph: Graph): Graph {
  const needed = new Set<NodeId>([...graph.outputs, ...graph.inputs]);
  for (let id = graph.nodes.length - 1; id >= 0; id--) {
    if (needed.has(id)) for (const input of graph.nodes[id]!.inputs) needed.add(input);
  }
  if (needed.size === graph.nodes.length) return graph;
  const renamed = new Map<NodeId, NodeId>();
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    if (!needed.has(node.id)) continue;
    renamed.set(node.id, nodes.length);
    nodes.push({ ...node, id: nodes.length, inputs: node.inputs.map((id) => renamed.get(id)!) } as Node);
  }
  const rename = (id: NodeId) => renamed.get(id)!;
  return { nodes, inputs: graph.inputs.map(rename), outputs: graph.outputs.map(rename) };
}
