// Which values may be written where an operand lies.
import type { Graph, NodeId } from "../ir/graph.ts";
import { sizeOf } from "../ir/shape.ts";
import type { Group } from "./fuse.ts";

/** Index of the last group that reads a value, looking through reshapes. */
export function lastUses(graph: Graph, groups: readonly Group[], rootOf: (id: NodeId) => NodeId): Map<NodeId, number> {
  const last = new Map<NodeId, number>();
  groups.forEach((group, position) => {
    for (const id of group.members) for (const input of graph.nodes[id]!.inputs) last.set(rootOf(input), position);
  });
  return last;
}

/**
 * Whether step `output` of a group may write where `input` lies: elementwise over all of it, and no later step reads it.
 * Kernels work by blocks, so a later step would read what was just written.
 */
export function writesInPlace(
  graph: Graph,
  group: Group,
  output: NodeId,
  input: NodeId,
  rootOf: (id: NodeId) => NodeId,
): boolean {
  const reads = group.members.filter((id) => graph.nodes[id]!.inputs.some((i) => rootOf(i) === input));
  if (reads.length === 0) return true;
  const size = sizeOf(graph.nodes[output]!.shape);
  return group.fused && sizeOf(graph.nodes[input]!.shape) === size && reads.every((id) => id <= output);
}

/** An input of a fused group that nobody needs afterwards and whose place the output may take. */
export function dyingInput(
  graph: Graph,
  group: Group,
  output: NodeId,
  position: number,
  lastUse: ReadonlyMap<NodeId, number>,
  kept: ReadonlySet<NodeId>,
  rootOf: (id: NodeId) => NodeId,
  isFreeToTake: (root: NodeId) => boolean,
): NodeId | undefined {
  const inside = new Set(group.members);
  for (const id of group.members) {
    for (const input of graph.nodes[id]!.inputs) {
      const root = rootOf(input);
      if (inside.has(root) || kept.has(root) || lastUse.get(root) !== position || !isFreeToTake(root)) continue;
      const sameType = graph.nodes[root]!.dtype === graph.nodes[output]!.dtype;
      if (sameType && writesInPlace(graph, group, output, root, rootOf)) return root;
    }
  }
  return undefined;
}
