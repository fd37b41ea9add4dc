// Pass: which values share a buffer. A chain may write over an input that nobody needs afterwards.
import type { Graph, NodeId } from "../ir/graph.ts";
import type { TensorType } from "../ir/shape.ts";
import type { RootOf } from "./dependencies.ts";
import type { Group } from "./fuse.ts";
import { writesInPlace } from "./in-place.ts";

/** A buffer for values of one type, one after the other. */
export interface Scratch extends TensorType {
  /** Positions in the order of the first group that writes it and of the last one that writes or reads it. */
  readonly first: number;
  readonly last: number;
}

export interface Aliases {
  readonly scratch: readonly Scratch[];
  /** Index of the scratch buffer of every value that is read outside of its group and has no place yet. */
  readonly scratchOf: ReadonlyMap<NodeId, number>;
}

/** Of groups in their order; `isPlaced` tells which values have a place of their own. */
export function alias(
  graph: Graph,
  groups: readonly Group[],
  isPlaced: (id: NodeId) => boolean,
  rootOf: RootOf,
): Aliases {
  const lastUse = lastUses(graph, groups, rootOf);
  const scratch: { -readonly [K in keyof Scratch]: Scratch[K] }[] = [];
  const scratchOf = new Map<NodeId, number>();
  groups.forEach((group, position) => {
    const taken = new Set<number>();
    for (const id of group.visible) {
      if (isPlaced(id)) continue;
      const { shape, dtype } = graph.nodes[id]!;
      const dying = group.fused
        ? inputsOf(graph, group, rootOf).find((root) => {
            const own = scratchOf.get(root);
            return (
              own !== undefined &&
              !taken.has(own) &&
              lastUse.get(root) === position &&
              graph.nodes[root]!.dtype === dtype &&
              writesInPlace(graph, group, id, root, rootOf)
            );
          })
        : undefined;
      const own =
        dying === undefined
          ? scratch.push({ shape, dtype, first: position, last: position }) - 1
          : scratchOf.get(dying)!;
      scratchOf.set(id, own);
      taken.add(own);
    }
    for (const id of [...inputsOf(graph, group, rootOf), ...group.visible]) {
      const own = scratchOf.get(id);
      if (own !== undefined) scratch[own]!.last = position;
    }
  });
  return { scratch, scratchOf };
}

/** Roots that a group reads and does not compute, in the order in which it reads them. */
function inputsOf(graph: Graph, group: Group, rootOf: RootOf): NodeId[] {
  const inside = new Set(group.members);
  return group.members.flatMap((id) => graph.nodes[id]!.inputs.map(rootOf).filter((root) => !inside.has(root)));
}

/** Position of the last group that reads a value, looking through reshapes. */
function lastUses(graph: Graph, groups: readonly Group[], rootOf: RootOf): Map<NodeId, number> {
  const last = new Map<NodeId, number>();
  groups.forEach((group, position) => {
    for (const root of inputsOf(graph, group, rootOf)) last.set(root, position);
  });
  return last;
}
