// Orders groups: inputs before users, readers of a state before its writer, ties by the original order.
import { ChainruleError } from "../ir/errors.ts";
import type { Graph, NodeId } from "../ir/graph.ts";
import type { Group } from "./fuse.ts";

export interface Ordering {
  readonly groups: readonly Group[];
  /** States (by their writer node) that could not wait for all their readers: they need a copy at the end. */
  readonly early: ReadonlySet<NodeId>;
}

/**
 * `writes` pairs a state's input node with the node of its next value. `rootOf` looks through reshapes.
 * A writer runs as soon as it may, which frees what it read.
 */
export function order(
  graph: Graph,
  groups: readonly Group[],
  writes: readonly (readonly [state: NodeId, next: NodeId])[],
  rootOf: (id: NodeId) => NodeId,
): Ordering {
  const groupOf = new Map<NodeId, number>();
  groups.forEach((group, i) => {
    for (const id of group.members) groupOf.set(id, i);
  });
  const successors: Set<number>[] = groups.map(() => new Set());
  const readers = new Map<NodeId, Set<number>>();
  groups.forEach((group, i) => {
    for (const id of group.members) {
      for (const input of graph.nodes[id]!.inputs) {
        const root = rootOf(input);
        const from = groupOf.get(root);
        if (from !== undefined && from !== i) successors[from]!.add(i);
        if (from === undefined) readers.set(root, (readers.get(root) ?? new Set()).add(i));
      }
    }
  });

  const reaches = (from: number, to: number): boolean => {
    const seen = new Set<number>([from]);
    const stack = [from];
    while (stack.length > 0) {
      for (const next of successors[stack.pop()!]!) {
        if (next === to) return true;
        if (!seen.has(next)) {
          seen.add(next);
          stack.push(next);
        }
      }
    }
    return false;
  };
  const early = new Set<NodeId>();
  const writers = new Set<number>();
  for (const [state, next] of writes) {
    const writer = groupOf.get(next);
    if (writer === undefined) continue;
    const others = [...(readers.get(state) ?? [])].filter((reader) => reader !== writer);
    if (others.some((reader) => reaches(writer, reader))) {
      early.add(next);
      continue;
    }
    for (const reader of others) successors[reader]!.add(writer);
    writers.add(writer);
  }

  const waiting = groups.map(() => 0);
  for (const set of successors) for (const next of set) waiting[next]!++;
  const first = groups.map((group) => group.members.at(-1)!);
  const before = (a: number, b: number) => Number(writers.has(b)) - Number(writers.has(a)) || first[a]! - first[b]!;
  const ready = groups.map((_, i) => i).filter((i) => waiting[i] === 0);
  const result: Group[] = [];
  while (ready.length > 0) {
    let best = 0;
    for (let i = 1; i < ready.length; i++) if (before(ready[i]!, ready[best]!) < 0) best = i;
    const [index] = ready.splice(best, 1) as [number];
    result.push(groups[index]!);
    for (const next of successors[index]!) if (--waiting[next]! === 0) ready.push(next);
  }
  if (result.length < groups.length) {
    throw new ChainruleError("INVALID_GRAPH", "order: groups of nodes wait for each other; fuse must not make cycles.");
  }
  return { groups: result, early };
}
