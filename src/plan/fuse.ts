// Pass: elementwise ops of one shape that feed each other become one group, so that values between them stay in cache.
import type { Graph, Node, NodeId } from "../ir/graph.ts";
import { isElementwise } from "../ir/op.ts";
import { sameShape } from "../ir/shape.ts";
import { recordOf } from "../ops/index.ts";

/** Bounds on one group: what a backend keeps at hand for a block of elements. */
const maxSteps = 32;
const maxInputs = 12;

/** Nodes that are computed together: one op, or a chain of elementwise ops. */
export interface Group {
  /** In topological order. */
  readonly members: readonly NodeId[];
  /** Members whose values are read outside of the group. */
  readonly visible: readonly NodeId[];
  readonly fused: boolean;
}

export const isFusible = (node: Node): boolean => isElementwise(recordOf(node));

/** Nodes that take no kernel: they are there before the program runs, or are another view of a buffer. */
export const isFree = (node: Node): boolean => node.op === "input" || node.op === "constant" || node.op === "reshape";

/**
 * Groups of the nodes for which `wanted` holds, in no particular order. Two groups merge where one feeds the other, both
 * are elementwise over one shape, and no path between them leads through a third (the groups stay free of cycles).
 */
export function fuse(graph: Graph, wanted: (node: Node) => boolean): Group[] {
  const { nodes } = graph;
  const users: NodeId[][] = nodes.map(() => []);
  for (const node of nodes) for (const input of node.inputs) users[input]!.push(node.id);

  // groupOf[id]: the group's first member; nodes without a kernel stand alone too, so that paths lead through them.
  const groupOf = nodes.map((node) => node.id);
  const membersOf = new Map<NodeId, NodeId[]>(nodes.map((node) => [node.id, [node.id]]));

  const reachesAround = (from: NodeId, to: NodeId): boolean => {
    const seen = new Set<NodeId>();
    const stack = membersOf
      .get(from)!
      .flatMap((id) => users[id]!)
      .map((id) => groupOf[id]!)
      .filter((group) => group !== from && group !== to);
    while (stack.length > 0) {
      const group = stack.pop()!;
      if (group === to) return true;
      if (seen.has(group)) continue;
      seen.add(group);
      // Ids are no bound: a group may hold a late node and an early one, and so lead back.
      for (const id of membersOf.get(group)!) {
        for (const user of users[id]!) if (groupOf[user] !== group) stack.push(groupOf[user]!);
      }
    }
    return false;
  };

  const externalInputs = (members: readonly NodeId[]): number =>
    new Set(members.flatMap((id) => nodes[id]!.inputs).filter((id) => !members.includes(id))).size;

  for (let id = nodes.length - 1; id >= 0; id--) {
    const node = nodes[id]!;
    if (!wanted(node) || !isFusible(node)) continue;
    for (const user of users[id]!) {
      const own = groupOf[id]!;
      const other = groupOf[user]!;
      const consumer = nodes[user]!;
      if (own === other || !wanted(consumer) || !isFusible(consumer) || !sameShape(consumer.shape, node.shape))
        continue;
      const merged = [...membersOf.get(own)!, ...membersOf.get(other)!].sort((a, b) => a - b);
      if (merged.length > maxSteps || externalInputs(merged) > maxInputs || reachesAround(own, other)) continue;
      for (const member of merged) groupOf[member] = own;
      membersOf.delete(other);
      membersOf.set(own, merged);
    }
  }
  const outputs = new Set(graph.outputs);
  return [...membersOf.values()]
    .filter((members) => wanted(nodes[members[0]!]!) && !isFree(nodes[members[0]!]!))
    .map((members) => ({
      members,
      visible: members.filter((id) => outputs.has(id) || users[id]!.some((user) => groupOf[user] !== groupOf[id])),
      fused: isFusible(nodes[members[0]!]!),
    }));
}
