// Pass: explicit copies. What shall lie in two places, or cannot be written where it shall lie, gets a copy of its own.
import type { Graph, Node, NodeId } from "../ir/graph.ts";
import type { Shape } from "../ir/shape.ts";
import { AcyclicGraph } from "./acyclic.ts";
import type { BoundProgram, Result } from "./bind.ts";
import { dependencies, rootsOf } from "./dependencies.ts";
import { type Group, groupsOf, isFusible, maxSteps } from "./fuse.ts";
import { writesInPlace } from "./in-place.ts";
import type { Binding } from "./module.ts";
import { topological } from "./topological.ts";

/** A state's input node, and the node whose value is written over it. */
export type Write = readonly [state: NodeId, next: NodeId];

export interface CopiedProgram {
  /** The copies are its last nodes. */
  readonly graph: Graph;
  readonly groups: readonly Group[];
  /** Where nodes are written: one place a node, one node a place. */
  readonly homes: ReadonlyMap<NodeId, Binding>;
  /** The node that an output shows, as a shape: one with a home, a constant, or an input that is no state. */
  readonly outputs: ReadonlyMap<string, Shown>;
  /** Of the states that the program has for inputs. */
  readonly writes: readonly Write[];
}

export interface Shown {
  readonly node: NodeId;
  readonly shape: Shape;
}

/** A result and the node that has its value and a group computes; none where it stays what and where it is. */
interface Wanted extends Result {
  readonly value: NodeId | undefined;
}

/**
 * Every next value of a state becomes a node that may be written over the state once all others have read it. Of three
 * ways the first that serves: the value itself, in place; a copy as the last step of the group that computes the value; a
 * copy in a kernel of its own. `isComputed` tells what groups compute.
 */
export function explicitCopies(
  { graph, states, results }: BoundProgram,
  groups: readonly Group[],
  isComputed: (id: NodeId) => boolean,
): CopiedProgram {
  const draft = new Draft(graph, groups);
  const rootOf = rootsOf(graph);
  const stateNodes = new Set(states.values());
  const wanted = results.map(({ node, to }): Wanted => {
    const root = rootOf(node);
    const stays = "state" in to ? root === states.get(to.state) : !isComputed(root) && !stateNodes.has(root);
    if (stays) return { node, to, value: undefined };
    return { node, to, value: isComputed(root) ? root : draft.copy(root) };
  });
  const homes = new Map<NodeId, Binding>();
  const writes = placeStates(draft, states, wanted, homes);
  const outputs = placeOutputs(draft, wanted, homes);
  const shown = new Set([...homes.keys(), ...[...outputs.values()].map(({ node }) => node)]);
  return { ...draft.finish([...shown]), homes, outputs, writes };
}

function placeStates(
  draft: Draft,
  states: ReadonlyMap<string, NodeId>,
  wanted: readonly Wanted[],
  homes: Map<NodeId, Binding>,
): Write[] {
  const { graph, groups } = draft.finish([]);
  const rootOf = rootsOf(graph);
  const { groupOf, users, readers } = dependencies(graph, groups, rootOf);
  const acyclic = new AcyclicGraph(users, topological(users, [...users.keys()]));
  const writes: Write[] = [];
  for (const { value, to } of wanted) {
    if (!("state" in to) || value === undefined) continue;
    const own = states.get(to.state);
    const group = groupOf.get(value)!;
    const others = own === undefined ? [] : (readers.get(own) ?? []).filter((reader) => reader !== group);
    let writer = value;
    if (others.some((reader) => acyclic.reaches(group, reader))) {
      writer = draft.copy(value);
    } else {
      const isInPlace = own === undefined || writesInPlace(graph, groups[group]!, value, own, rootOf);
      if (homes.has(value) || !isInPlace) writer = draft.append(value) ?? draft.copy(value);
      // A copy in a kernel of its own waits for the readers by itself: nothing waits for it.
      if (draft.isTogether(writer, value)) for (const reader of others) acyclic.connect(reader, group);
    }
    homes.set(writer, to);
    if (own !== undefined) writes.push([own, writer]);
  }
  return writes;
}

function placeOutputs(draft: Draft, wanted: readonly Wanted[], homes: Map<NodeId, Binding>): Map<string, Shown> {
  const outputs = new Map<string, Shown>();
  /** By value: the node that lies in the buffer of an output. */
  const named = new Map<NodeId, NodeId>();
  for (const { node, value, to } of wanted) {
    if (!("name" in to)) continue;
    let shown = value === undefined ? node : named.get(value);
    if (value !== undefined && shown === undefined) {
      // What lies in a state is copied: that may change before the output is read.
      shown = homes.has(value) ? (draft.append(value) ?? draft.copy(value)) : value;
      homes.set(shown, to);
      named.set(value, shown);
    }
    outputs.set(to.name, { node: shown!, shape: draft.shapeOf(node) });
  }
  return outputs;
}

/** A graph that grows by copies, with its groups. */
class Draft {
  readonly #graph: Graph;
  readonly #nodes: Node[];
  readonly #members: NodeId[][];
  readonly #groupOf = new Map<NodeId, number>();

  constructor(graph: Graph, groups: readonly Group[]) {
    this.#graph = graph;
    this.#nodes = [...graph.nodes];
    this.#members = groups.map(({ members }) => [...members]);
    this.#members.forEach((members, group) => {
      for (const id of members) this.#groupOf.set(id, group);
    });
  }

  /** In a group of its own. */
  copy(value: NodeId): NodeId {
    return this.#add(value, this.#members.push([]) - 1);
  }

  /** As the last step of the group that computes the value; undefined where that is no chain, or has no room. */
  append(value: NodeId): NodeId | undefined {
    const group = this.#groupOf.get(value)!;
    const hasRoom = isFusible(this.#nodes[value]!) && this.#members[group]!.length < maxSteps;
    return hasRoom ? this.#add(value, group) : undefined;
  }

  isTogether(a: NodeId, b: NodeId): boolean {
    return this.#groupOf.get(a) === this.#groupOf.get(b);
  }

  shapeOf(id: NodeId): Shape {
    return this.#nodes[id]!.shape;
  }

  finish(outputs: readonly NodeId[]): { readonly graph: Graph; readonly groups: Group[] } {
    const graph = { ...this.#graph, nodes: [...this.#nodes], outputs };
    const lists = this.#members.map((members) => [...members]);
    return { graph, groups: groupsOf(graph, lists) };
  }

  #add(value: NodeId, group: number): NodeId {
    const { shape, dtype } = this.#nodes[value]!;
    const id = this.#nodes.length;
    this.#nodes.push({ id, op: "copy", inputs: [value], attributes: {}, shape, dtype });
    this.#members[group]!.push(id);
    this.#groupOf.set(id, group);
    return id;
  }
}
