// Pass: elementwise ops of one shape that feed each other become one group, so that values between them stay in cache.
import type { Graph, Node, NodeId } from "../ir/graph.ts";
import { isElementwise } from "../ir/op.ts";
import { sameShape } from "../ir/shape.ts";
import { recordOf } from "../ops/index.ts";
import { AcyclicGraph } from "./acyclic.ts";
import { collectivePairs } from "./collectives.ts";

/** Bounds on one group: what a backend keeps at hand for a block of elements. */
export const maxSteps = 32;
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

/** Whether a node is another view of its input's elements. */
export const isView = (node: Node): boolean => recordOf(node).moves === "view";

/** Nodes that take no kernel: they are there before the program runs, or are another view of a buffer. */
export const isFree = (node: Node): boolean => node.op === "input" || node.op === "constant" || isView(node);

/**
 * Groups of the nodes for which `wanted` holds, in no particular order. Two groups merge where one feeds the other, both
 * are elementwise over one shape, and no path between them leads through a third (the groups stay free of cycles).
 */
export function fuse(graph: Graph, wanted: (node: Node) => boolean): Group[] {
  const { nodes } = graph;
  const users: NodeId[][] = nodes.map(() => []);
  for (const node of nodes) for (const input of node.inputs) users[input]!.push(node.id);
  for (const [before, after] of collectivePairs(graph)) users[before]!.push(after);

  // Nodes without a kernel stand alone too, so that paths lead through them.
  const acyclic = new AcyclicGraph(
    users,
    nodes.map(({ id }) => id),
  );

  const externalInputs = (members: readonly NodeId[]): number =>
    new Set(members.flatMap((id) => nodes[id]!.inputs).filter((id) => !members.includes(id))).size;

  for (let id = nodes.length - 1; id >= 0; id--) {
    const node = nodes[id]!;
    if (!wanted(node) || !isFusible(node)) continue;
    for (const user of users[id]!) {
      const own = acyclic.groupOf(id);
      const other = acyclic.groupOf(user);
      const consumer = nodes[user]!;
      if (own === other || !wanted(consumer) || !isFusible(consumer) || !sameShape(consumer.shape, node.shape))
        continue;
      const merged = [...acyclic.members(own), ...acyclic.members(other)];
      if (merged.length > maxSteps || externalInputs(merged) > maxInputs) continue;
      acyclic.join(own, other);
    }
  }
  const kernels = nodes.filter((node) => acyclic.groupOf(node.id) === node.id && wanted(node) && !isFree(node));
  return groupsOf(
    graph,
    kernels.map(({ id }) => acyclic.members(id)),
  );
}

/** Groups of these members, each list in topological order. */
export function groupsOf({ nodes, outputs }: Graph, lists: readonly (readonly NodeId[])[]): Group[] {
  const groupOf = new Int32Array(nodes.length).fill(-1);
  lists.forEach((members, i) => {
    for (const id of members) groupOf[id] = i;
  });
  const visible = new Uint8Array(nodes.length);
  for (const id of outputs) visible[id] = 1;
  for (const { id, inputs } of nodes)
    for (const input of inputs) if (groupOf[input] !== groupOf[id]) visible[input] = 1;
  return lists.map((members) => ({
    members,
    visible: members.filter((id) => visible[id] === 1),
    fused: isFusible(nodes[members[0]!]!),
  }));
}
