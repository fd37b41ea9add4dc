// Tells whether what a pass gives keeps its promise, without asking how it was made: each is followed by its check.
import { ChainruleError } from "../ir/errors.ts";
import type { Graph, NodeId } from "../ir/graph.ts";
import { sizeOf } from "../ir/shape.ts";
import { verify } from "../ir/verify.ts";
import { ops } from "../ops/index.ts";
import type { Aliases } from "./alias.ts";
import type { BoundProgram } from "./bind.ts";
import type { CopiedProgram } from "./copies.ts";
import type { RootOf } from "./dependencies.ts";
import { type Group, isView } from "./fuse.ts";
import type { Lifetime, Placement } from "./place.ts";

const fail = (pass: string, rule: string): never => {
  throw new ChainruleError("INVALID_GRAPH", `After ${pass}: ${rule}.`, { pass, rule });
};

/** Every next value has a node that is written over its state, every output a node that shows it. */
export function verifyCopies(copied: CopiedProgram, { graph: before, states, results }: BoundProgram): CopiedProgram {
  const pass = "explicit copies";
  const { graph, groups, homes, outputs } = copied;
  verify(graph, ops, pass);
  if (before.nodes.some((node, i) => graph.nodes[i] !== node)) fail(pass, "nodes are added, none is changed");
  const computed = new Set(groups.flatMap(({ members }) => members));
  /** Through the copies of the pass and other views. */
  const sourceOf = (id: NodeId): NodeId => {
    let source = id;
    while (source >= before.nodes.length || isView(graph.nodes[source]!)) source = graph.nodes[source]!.inputs[0]!;
    return source;
  };
  const writerOf = new Map<string, NodeId>();
  for (const [id, home] of homes) {
    if (!computed.has(id)) fail(pass, `%${id} has a home, and no group computes it`);
    if (!("state" in home)) continue;
    if (writerOf.has(home.state)) fail(pass, `state "${home.state}" is written twice`);
    writerOf.set(home.state, id);
  }
  for (const { node, to } of results) {
    if ("state" in to) {
      const shown = writerOf.get(to.state) ?? states.get(to.state);
      if (shown === undefined || sourceOf(shown) !== sourceOf(node))
        fail(pass, `state "${to.state}" misses its next value`);
    } else {
      const shown = outputs.get(to.name)?.node;
      if (shown === undefined || sourceOf(shown) !== sourceOf(node))
        fail(pass, `output "${to.name}" shows another value`);
    }
  }
  return copied;
}

/** All groups, each after those that compute what it reads; no state is read after it was written over. */
export function verifyOrder(
  ordered: readonly Group[],
  { graph, groups, writes }: CopiedProgram,
  rootOf: RootOf,
): readonly Group[] {
  const pass = "order";
  const positionOf = new Map<NodeId, number>();
  ordered.forEach(({ members }, position) => {
    for (const id of members) positionOf.set(id, position);
  });
  if (ordered.length !== groups.length || new Set(ordered).size !== groups.length) fail(pass, "every group runs once");
  const overwritten = new Map(writes.map(([state, next]) => [state, positionOf.get(next)!]));
  const isComputed = new Set(groups.flatMap(({ members }) => members));
  ordered.forEach(({ members }, position) => {
    for (const id of members) {
      for (const input of graph.nodes[id]!.inputs) {
        const root = rootOf(input);
        if (isComputed.has(root) && positionOf.get(root)! > position)
          fail(pass, `%${id} reads %${root} before it is there`);
        if ((overwritten.get(root) ?? position) < position)
          fail(pass, `%${id} reads state %${root} after it was written`);
      }
    }
  });
  return ordered;
}

/** What is read is what was written: no other value came into the buffer in the meantime. */
export function verifyAliases(aliases: Aliases, ordered: readonly Group[], graph: Graph, rootOf: RootOf): Aliases {
  const pass = "alias";
  const { scratch, scratchOf } = aliases;
  /** By buffer: the value in it. */
  const holds = new Map<number, NodeId>();
  ordered.forEach(({ members, visible }, position) => {
    const inside = new Set(members);
    const isAlive = (own: number) => scratch[own]!.first <= position && position <= scratch[own]!.last;
    for (const id of members) {
      for (const root of graph.nodes[id]!.inputs.map(rootOf)) {
        const own = scratchOf.get(root);
        if (own === undefined || inside.has(root)) continue;
        if (holds.get(own) !== root) fail(pass, `%${id} reads %${root} where another value lies`);
        if (!isAlive(own)) fail(pass, `%${root} is read out of its time`);
      }
    }
    const written = new Set<number>();
    for (const id of visible) {
      const own = scratchOf.get(id);
      if (own === undefined) continue;
      const { dtype, shape } = graph.nodes[id]!;
      if (written.has(own)) fail(pass, `%${id} is written where another value of its group is`);
      if (scratch[own]!.dtype !== dtype || sizeOf(scratch[own]!.shape) !== sizeOf(shape))
        fail(pass, `%${id} does not fit`);
      if (!isAlive(own)) fail(pass, `%${id} is written out of its time`);
      written.add(own);
      holds.set(own, id);
    }
  });
  return aliases;
}

/** Values that are alive together lie apart. */
export function verifyPlaces(placement: Placement, lifetimes: readonly Lifetime[]): Placement {
  const { offsets, bytes } = placement;
  const begins = lifetimes.map((_, i) => i).filter((i) => lifetimes[i]!.bytes > 0);
  const ends = [...begins].sort((a, b) => lifetimes[a]!.last - lifetimes[b]!.last);
  begins.sort((a, b) => lifetimes[a]!.first - lifetimes[b]!.first);
  /** What is alive, by offset. */
  const alive: number[] = [];
  const indexOf = (offset: number): number => {
    let [low, high] = [0, alive.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (offsets[alive[middle]!]! < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  let ended = 0;
  for (const value of begins) {
    while (lifetimes[ends[ended]!]!.last < lifetimes[value]!.first) alive.splice(indexOf(offsets[ends[ended++]!]!), 1);
    const index = indexOf(offsets[value]!);
    const end = offsets[value]! + lifetimes[value]!.bytes;
    const [before, after] = [alive[index - 1], alive[index]];
    const isApart =
      (before === undefined || offsets[before]! + lifetimes[before]!.bytes <= offsets[value]!) &&
      (after === undefined || offsets[after]! >= end);
    if (!isApart || end > bytes) fail("place", `bytes ${offsets[value]} to ${end} are taken`);
    alive.splice(index, 0, value);
  }
  return placement;
}
