// Which groups wait for which, and who reads what was there before the program ran.
import type { Graph, NodeId } from "../ir/graph.ts";
import { type Group, isView } from "./fuse.ts";

/** The node whose value a node shows: reshapes are other views of what is there. */
export type RootOf = (id: NodeId) => NodeId;

export function rootsOf({ nodes }: Graph): RootOf {
  const roots = new Int32Array(nodes.length);
  for (const node of nodes) roots[node.id] = isView(node) ? roots[node.inputs[0]!]! : node.id;
  return (id) => roots[id]!;
}

export interface Dependencies {
  /** Index of the group that computes a node. */
  readonly groupOf: ReadonlyMap<NodeId, number>;
  /** By group: those that read what it computes. */
  readonly users: readonly (readonly number[])[];
  /** Groups that read a value that no group computes. */
  readonly readers: ReadonlyMap<NodeId, readonly number[]>;
}

export function dependencies(graph: Graph, groups: readonly Group[], rootOf: RootOf): Dependencies {
  const groupOf = new Map<NodeId, number>();
  groups.forEach((group, i) => {
    for (const id of group.members) groupOf.set(id, i);
  });
  const users: Set<number>[] = groups.map(() => new Set());
  const readers = new Map<NodeId, Set<number>>();
  groups.forEach((group, i) => {
    for (const id of group.members) {
      for (const input of graph.nodes[id]!.inputs) {
        const root = rootOf(input);
        const from = groupOf.get(root);
        if (from === undefined) readers.set(root, (readers.get(root) ?? new Set()).add(i));
        else if (from !== i) users[from]!.add(i);
      }
    }
  });
  return {
    groupOf,
    users: users.map((set) => [...set]),
    readers: new Map([...readers].map(([root, set]) => [root, [...set]])),
  };
}
