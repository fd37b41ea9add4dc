// Whether a value may be written where an operand lies.
import type { Graph, NodeId } from "../ir/graph.ts";
import { sizeOf } from "../ir/shape.ts";
import type { RootOf } from "./dependencies.ts";
import type { Group } from "./fuse.ts";

/**
 * Whether step `output` of a group may write where `input` lies: elementwise over all of it, and no later step reads it.
 * Kernels work by blocks, so a later step would read what was just written.
 */
export function writesInPlace(graph: Graph, group: Group, output: NodeId, input: NodeId, rootOf: RootOf): boolean {
  const reads = group.members.filter((id) => graph.nodes[id]!.inputs.some((i) => rootOf(i) === input));
  if (reads.length === 0) return true;
  const size = sizeOf(graph.nodes[output]!.shape);
  return group.fused && sizeOf(graph.nodes[input]!.shape) === size && reads.every((id) => id <= output);
}
