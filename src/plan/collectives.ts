// What all ranks of a training compute together: it comes in the order of the graph, whatever else would do.
import type { Graph, NodeId } from "../ir/graph.ts";
import { recordOf } from "../ops/index.ts";

/** Each such node that is `wanted` with the one that must come after it. */
export function collectivePairs(
  { nodes }: Graph,
  wanted: (id: NodeId) => boolean = () => true,
): readonly (readonly [before: NodeId, after: NodeId])[] {
  const together = nodes.filter((node) => recordOf(node).isCollective && wanted(node.id));
  return together.slice(1).map(({ id }, i) => [together[i]!.id, id]);
}
