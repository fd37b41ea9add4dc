// Orders groups: inputs before users, readers of a state before its writer, ties by the original order.
import { ChainruleError } from "../ir/errors.ts";
import type { Graph, NodeId } from "../ir/graph.ts";
import { AcyclicGraph } from "./acyclic.ts";
import type { Group } from "./fuse.ts";
import { Heap } from "./heap.ts";

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

  const next = successors.map((set) => [...set]);
  const acyclic = new AcyclicGraph(
    next,
    topological(
      next,
      groups.map((_, i) => i),
    ),
  );
  const early = new Set<NodeId>();
  const writers = new Set<number>();
  for (const [state, value] of writes) {
    const writer = groupOf.get(value);
    if (writer === undefined) continue;
    const others = [...(readers.get(state) ?? [])].filter((reader) => reader !== writer);
    if (others.some((reader) => acyclic.reaches(writer, reader))) {
      early.add(value);
      continue;
    }
    for (const reader of others) {
      acyclic.connect(reader, writer);
      next[reader]!.push(writer);
    }
    writers.add(writer);
  }

  const rank = new Int32Array(groups.length);
  const last = groups.map(({ members }) => members.at(-1)!);
  groups
    .map((_, i) => i)
    .sort((a, b) => Number(writers.has(b)) - Number(writers.has(a)) || last[a]! - last[b]!)
    .forEach((group, i) => {
      rank[group] = i;
    });
  return { groups: topological(next, rank).map((i) => groups[i]!), early };
}

/** The nodes, each after those that lead to it; of those that may come next the one of the lowest rank. */
function topological(next: readonly (readonly number[])[], rank: ArrayLike<number>): number[] {
  const waiting = new Int32Array(next.length);
  for (const targets of next) for (const target of targets) waiting[target]!++;
  const nodeOf = new Int32Array(next.length);
  const ready = new Heap();
  next.forEach((_, node) => {
    nodeOf[rank[node]!] = node;
    if (waiting[node] === 0) ready.push(rank[node]!);
  });
  const order: number[] = [];
  for (let least = ready.pop(); least !== undefined; least = ready.pop()) {
    const node = nodeOf[least]!;
    order.push(node);
    for (const target of next[node]!) if (--waiting[target]! === 0) ready.push(rank[target]!);
  }
  if (order.length === next.length) return order;
  throw new ChainruleError("INVALID_GRAPH", "order: groups of nodes wait for each other; fuse must not make cycles.");
}
