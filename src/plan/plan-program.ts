// One program of a module through the passes: bind, fuse, explicit copies, order, alias; then its kernels.
import type { TypedArray } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Graph, NodeId } from "../ir/graph.ts";
import { sizeOf, type TensorType } from "../ir/shape.ts";
import { alias, type Scratch } from "./alias.ts";
import { bind } from "./bind.ts";
import { type CopiedProgram, explicitCopies } from "./copies.ts";
import { type RootOf, rootsOf } from "./dependencies.ts";
import { fuse, isFree } from "./fuse.ts";
import { hasElements, kernelOf } from "./kernels.ts";
import type { Program } from "./module.ts";
import { optimizing } from "./optimize.ts";
import { order } from "./order.ts";
import type { Buffer, BufferId, Kernel, PlannedProgram, View } from "./plan.ts";
import { verifyAliases, verifyCopies, verifyOrder } from "./verify-passes.ts";

/** Constants larger than this are recomputed in the program rather than kept. */
const largestSetup = 65_536;

/** Adds a buffer to the plan; where it lies is decided later. */
export type AddBuffer = (role: Buffer["role"], type: TensorType, name?: string, data?: TypedArray) => View;

/** A scratch buffer of the plan and the time in which it is needed. */
export interface ScratchLife {
  readonly buffer: BufferId;
  readonly first: number;
  readonly last: number;
}

export interface ProgramDraft {
  readonly program: PlannedProgram;
  readonly scratch: readonly ScratchLife[];
  /** Types of all scratch values, also of those that share a buffer. */
  readonly values: readonly TensorType[];
}

/** Kernels that depend on constants alone are added to `setup`. Yields between passes. */
export function* planProgram(
  name: string,
  program: Program,
  states: Readonly<Record<string, View>>,
  addBuffer: AddBuffer,
  setup: Kernel[],
): Generator<void, ProgramDraft> {
  const bound = bind(name, { ...program, graph: yield* optimizing(program.graph) }, states);
  yield;
  const isSetup = dependsOnConstants(bound.graph);
  const groups = fuse(bound.graph, (node) => !isSetup[node.id]);
  yield;
  const isComputed = (id: NodeId) => !isSetup[id] && !isFree(bound.graph.nodes[id]!);
  const copied = verifyCopies(explicitCopies(bound, groups, isComputed), bound);
  const { graph } = copied;
  const rootOf = rootsOf(graph);
  yield;
  const ordered = verifyOrder(order(graph, copied.groups, copied.writes, rootOf), copied, rootOf);
  yield;
  const aliases = verifyAliases(
    alias(graph, ordered, (id) => copied.homes.has(id), rootOf),
    ordered,
    graph,
    rootOf,
  );
  yield;

  const views = new Views(name, graph, rootOf, addBuffer);
  const inputs: Record<string, View> = {};
  for (const [state, id] of bound.states) views.set(id, states[state]!);
  for (const [input, id] of bound.inputs) {
    inputs[input] = addBuffer("input", graph.nodes[id]!, input);
    views.set(id, inputs[input]);
  }
  const setupGroups = fuse(bound.graph, (node) => isSetup[node.id]!);
  for (const group of order(graph, setupGroups, [], rootOf)) {
    for (const id of group.visible) views.set(id, addBuffer("constant", graph.nodes[id]!));
    if (hasElements(graph, group)) setup.push(kernelOf(graph, group, views.of));
  }
  yield;
  const outputs = placeHomes(copied, states, views, addBuffer);
  yield;
  const buffers = new Map<number, View>();
  const kernels: Kernel[] = [];
  for (const group of ordered) {
    for (const id of group.visible) {
      const own = aliases.scratchOf.get(id);
      if (own === undefined) continue;
      let view = buffers.get(own);
      if (view === undefined) buffers.set(own, (view = addBuffer("scratch", aliases.scratch[own]!)));
      views.set(id, view);
    }
    if (hasElements(graph, group)) kernels.push(kernelOf(graph, group, views.of));
  }
  const lifeOf = ({ first, last }: Scratch, i: number): ScratchLife => ({
    buffer: buffers.get(i)!.buffer,
    first,
    last,
  });
  return {
    program: { kernels, inputs, outputs },
    scratch: aliases.scratch.map(lifeOf),
    values: [...aliases.scratchOf.keys()].map((id) => graph.nodes[id]!),
  };
}

/** Nodes that are computed when the plan is loaded. */
function dependsOnConstants({ nodes }: Graph): boolean[] {
  const isSetup: boolean[] = [];
  for (const { id, op, shape, inputs } of nodes) {
    isSetup[id] = op !== "input" && sizeOf(shape) <= largestSetup && inputs.every((input) => isSetup[input]!);
  }
  return isSetup;
}

/** Buffers of the values that have a place of their own; gives the outputs'. */
function placeHomes(
  { graph, homes, outputs }: CopiedProgram,
  states: Readonly<Record<string, View>>,
  views: Views,
  addBuffer: AddBuffer,
): Record<string, View> {
  for (const [id, home] of homes) {
    const { dtype } = graph.nodes[id]!;
    views.set(
      id,
      "state" in home
        ? states[home.state]!
        : addBuffer("output", { shape: outputs.get(home.name)!.shape, dtype }, home.name),
    );
  }
  return Object.fromEntries([...outputs].map(([name, { node, shape }]) => [name, { ...views.of(node), shape }]));
}

/** Where the values of a program lie; constants get their buffers when they are first asked for. */
class Views {
  readonly #name: string;
  readonly #graph: Graph;
  readonly #rootOf: RootOf;
  readonly #addBuffer: AddBuffer;
  readonly #views = new Map<NodeId, View>();

  constructor(name: string, graph: Graph, rootOf: RootOf, addBuffer: AddBuffer) {
    this.#name = name;
    this.#graph = graph;
    this.#rootOf = rootOf;
    this.#addBuffer = addBuffer;
  }

  /** Puts a value into the buffer of `view`. */
  set(id: NodeId, { buffer }: View): void {
    const { shape, dtype } = this.#graph.nodes[id]!;
    this.#views.set(id, { buffer, shape, dtype });
  }

  readonly of = (id: NodeId): View => {
    const root = this.#rootOf(id);
    let view = this.#views.get(root);
    if (view === undefined) {
      const node = this.#graph.nodes[root]!;
      if (node.op !== "constant") {
        throw new ChainruleError("INVALID_GRAPH", `Program ${this.#name}: %${root} has no buffer.`);
      }
      view = this.#addBuffer("constant", node, undefined, node.attributes.data);
      this.#views.set(root, view);
    }
    return { ...view, shape: this.#graph.nodes[id]!.shape };
  };
}
