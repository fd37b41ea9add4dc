// Pass: the schedule. Inputs before users, readers of a state before its writer, what all ranks compute together in the original order, ties by it, too.
import type { Graph } from "../ir/graph.ts";
import { collectivePairs } from "./collectives.ts";
import type { Write } from "./copies.ts";
import { dependencies, type RootOf } from "./dependencies.ts";
import type { Group } from "./fuse.ts";
import { topological } from "./topological.ts";

/**
 * A writer runs as soon as it may, which frees what it read. Ranks whose shares of a batch differ in rows have other groups, maybe: what they compute together
 * comes in one order all the same. Throws INVALID_GRAPH where groups wait for each other.
 */
export function order(
  graph: Graph,
  groups: readonly Group[],
  writes: readonly Write[],
  rootOf: RootOf,
): readonly Group[] {
  const { groupOf, users, readers } = dependencies(graph, groups, rootOf);
  const next = users.map((targets) => [...targets]);
  const writers = new Set<number>();
  for (const [state, value] of writes) {
    const writer = groupOf.get(value)!;
    writers.add(writer);
    for (const reader of readers.get(state) ?? []) if (reader !== writer) next[reader]!.push(writer);
  }
  // Those of constants are computed before the program.
  for (const [before, after] of collectivePairs(graph, (id) => groupOf.has(id)))
    next[groupOf.get(before)!]!.push(groupOf.get(after)!);
  const rank = new Int32Array(groups.length);
  const last = groups.map(({ members }) => members.at(-1)!);
  groups
    .map((_, i) => i)
    .sort((a, b) => Number(writers.has(b)) - Number(writers.has(a)) || last[a]! - last[b]!)
    .forEach((group, i) => {
      rank[group] = i;
    });
  return topological(next, rank).map((i) => groups[i]!);
}
