// A spanning tree of a graph, every node under the latest of its inputs: it knows of many paths without a search.
import type { Graph, NodeId } from "../ir/graph.ts";

/** Whether the tree has a path from one node to a later one. The graph may have another one where it says no. */
export function latestTree({ nodes }: Graph): (from: NodeId, to: NodeId) => boolean {
  const parent = Int32Array.from(nodes, ({ inputs }) => inputs.reduce((latest, id) => Math.max(latest, id), -1));
  const size = new Int32Array(nodes.length).fill(1);
  for (let id = nodes.length - 1; id >= 0; id--) if (parent[id]! >= 0) size[parent[id]!]! += size[id]!;
  // A node's descendants are numbered right after it.
  const first = new Int32Array(nodes.length);
  const free = new Int32Array(nodes.length);
  let root = 0;
  for (let id = 0; id < nodes.length; id++) {
    const above = parent[id]!;
    first[id] = above < 0 ? root : free[above]!;
    free[id] = first[id]! + 1;
    if (above < 0) root += size[id]!;
    else free[above]! += size[id]!;
  }
  return (from, to) => first[from]! <= first[to]! && first[to]! < first[from]! + size[from]!;
}
