// From a module to a plan: optimize, fuse, order, choose buffers, place them.
import type { DType, TypedArray } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Graph, Node, NodeId } from "../ir/graph.ts";
import { sameShape, sizeOf, type TensorType } from "../ir/shape.ts";
import { fuse, type Group, isFree } from "./fuse.ts";
import type { Module, Program } from "./module.ts";
import { optimize } from "./optimize.ts";
import { order } from "./order.ts";
import { place } from "./place.ts";
import type {
  Buffer,
  BufferId,
  FusedArgument,
  FusedStep,
  Kernel,
  OpKernel,
  Plan,
  PlannedProgram,
  View,
} from "./plan.ts";
import { splatOf } from "./simplify.ts";

/** What the planner needs to know of a backend. */
export interface Target {
  readonly bytesPerElement: Readonly<Record<DType, number>>;
}

/** Constants larger than this are recomputed in the program rather than kept. */
const largestSetup = 65_536;

/** A buffer while the plan is being made: scratch has no place yet. */
type Draft = { -readonly [K in keyof Buffer]: Buffer[K] };

/** The plan of all programs of a module, for one kind of memory layout. */
export function makePlan(module: Module, target: Target): Plan {
  const buffers: Draft[] = [];
  const bytesOf = (type: TensorType) => Math.ceil((sizeOf(type.shape) * target.bytesPerElement[type.dtype]) / 16) * 16;
  const addBuffer = (role: Buffer["role"], type: TensorType, name?: string, data?: TypedArray): View => {
    const id = buffers.length;
    const { shape, dtype } = type;
    buffers.push({
      id,
      role,
      shape,
      dtype,
      offset: 0,
      bytes: bytesOf(type),
      ...(name === undefined ? {} : { name }),
      ...(data === undefined ? {} : { data }),
    });
    return { buffer: id, shape, dtype };
  };

  const states: Record<string, View> = {};
  for (const [name, type] of Object.entries(module.state)) states[name] = addBuffer("state", type, name);

  const setup: Kernel[] = [];
  const programs: Record<string, PlannedProgram> = {};
  let scratchBytes = 0;
  let largestProgram = 0;
  const placements: { buffers: BufferId[]; offsets: readonly number[] }[] = [];

  for (const [name, program] of Object.entries(module.programs)) {
    const planned = planProgram(name, program, states, addBuffer, setup);
    programs[name] = planned.program;
    const own = planned.scratch.map(({ buffer, first, last }) => ({ bytes: buffers[buffer]!.bytes, first, last }));
    const placement = place(own);
    placements.push({ buffers: planned.scratch.map(({ buffer }) => buffer), offsets: placement.offsets });
    largestProgram = Math.max(largestProgram, placement.bytes);
    scratchBytes += planned.valueBytes(bytesOf);
  }

  let offset = 0;
  for (const buffer of buffers) {
    if (buffer.role === "scratch") continue;
    buffer.offset = offset;
    offset += buffer.bytes;
  }
  for (const placement of placements) {
    placement.buffers.forEach((id, i) => {
      buffers[id]!.offset = offset + placement.offsets[i]!;
    });
  }
  return {
    buffers,
    states,
    setup,
    programs,
    arena: { bytes: offset + largestProgram, bytesWithoutReuse: offset + scratchBytes },
  };
}

interface ScratchLife {
  readonly buffer: BufferId;
  readonly first: number;
  last: number;
}

interface ProgramDraft {
  readonly program: PlannedProgram;
  readonly scratch: readonly ScratchLife[];
  /** Bytes of all scratch values if each had its own place. */
  valueBytes(bytesOf: (type: TensorType) => number): number;
}

function planProgram(
  name: string,
  { graph: original, inputs: inputBindings, outputs: outputBindings }: Program,
  states: Readonly<Record<string, View>>,
  addBuffer: (role: Buffer["role"], type: TensorType, name?: string, data?: TypedArray) => View,
  setup: Kernel[],
): ProgramDraft {
  const graph = optimize(original);
  const { nodes } = graph;
  const rootOf = (id: NodeId): NodeId => (nodes[id]!.op === "reshape" ? rootOf(nodes[id]!.inputs[0]!) : id);

  // Where each root node's value lies.
  const views = new Map<NodeId, View>();
  const inputs: Record<string, View> = {};
  const stateNodes = new Map<string, NodeId>();
  graph.inputs.forEach((id, i) => {
    const binding = inputBindings[i]!;
    if ("state" in binding) {
      const state = states[binding.state];
      if (state === undefined || state.dtype !== nodes[id]!.dtype || !sameShape(state.shape, nodes[id]!.shape)) {
        throw new ChainruleError("INVALID_GRAPH", `Program ${name}: input ${i} does not fit state "${binding.state}".`);
      }
      views.set(id, state);
      stateNodes.set(binding.state, id);
    } else {
      const view = addBuffer("input", nodes[id]!, binding.name);
      views.set(id, view);
      inputs[binding.name] = view;
    }
  });

  // Nodes that depend on constants alone are computed when the plan is loaded.
  const isSetup = nodes.map(() => false);
  for (const node of nodes) {
    isSetup[node.id] =
      node.op !== "input" && sizeOf(node.shape) <= largestSetup && node.inputs.every((id) => isSetup[id]!);
  }
  const viewOf = (id: NodeId): View => {
    const root = rootOf(id);
    let view = views.get(root);
    if (view === undefined) {
      const node = nodes[root]!;
      if (node.op !== "constant") throw new ChainruleError("INVALID_GRAPH", `Program ${name}: %${root} has no buffer.`);
      view = addBuffer("constant", node, undefined, node.attributes.data);
      views.set(root, view);
    }
    return { ...view, shape: nodes[id]!.shape };
  };

  const setupGroups = order(
    graph,
    fuse(graph, (node) => isSetup[node.id]!),
    [],
    rootOf,
  ).groups;
  for (const group of setupGroups) {
    for (const id of group.visible) views.set(id, addBuffer("constant", nodes[id]!));
    if (hasElements(graph, group)) setup.push(kernelOf(graph, group, viewOf));
  }

  // Which state each node is the next value of, and which outputs need a copy before or after the program's kernels.
  const groups = fuse(graph, (node) => !isSetup[node.id]);
  const writes: [state: NodeId, next: NodeId][] = [];
  const home = new Map<NodeId, View>();
  const outputs: Record<string, View> = {};
  const copiesBefore: { from: NodeId; to: View }[] = [];
  // `from` is a node, or −k for what the k-th copy before put aside.
  const copiesAfter: { from: NodeId; to: View }[] = [];
  const isComputed = (id: NodeId) => !isSetup[id] && !isFree(nodes[id]!);
  const writtenStates = new Set(outputBindings.flatMap((b) => ("state" in b ? [b.state] : [])));
  const stateOf = (id: NodeId) => [...stateNodes].find(([, node]) => node === id)?.[0];

  graph.outputs.forEach((id, i) => {
    const binding = outputBindings[i]!;
    if (!("state" in binding)) return;
    const root = rootOf(id);
    const state = states[binding.state]!;
    const own = stateNodes.get(binding.state);
    if (root === own) return;
    if (isComputed(root) && !home.has(root)) {
      home.set(root, state);
      if (own !== undefined) writes.push([own, root]);
    } else if (!isComputed(root) && nodes[root]!.op === "input") {
      const held = copiesBefore.push({ from: root, to: addBuffer("scratch", nodes[root]!) });
      copiesAfter.push({ from: -held, to: state });
    } else {
      copiesAfter.push({ from: root, to: state });
    }
  });
  const { groups: ordered, early } = order(graph, groups, writes, rootOf);
  for (const [, next] of writes) {
    const group = ordered.find(({ members }) => members.includes(next))!;
    const own = writes.find(([, id]) => id === next)![0];
    if (!early.has(next) && writesInPlace(graph, group, next, own, rootOf)) continue;
    copiesAfter.push({ from: next, to: home.get(next)! });
    home.delete(next);
  }

  const kernels: Kernel[] = [];
  const life = new Map<BufferId, ScratchLife>();
  const scratchTypes: TensorType[] = [];
  const use = (view: View) => {
    const entry = life.get(view.buffer);
    if (entry !== undefined) entry.last = kernels.length;
  };
  const scratch = (type: TensorType): View => {
    const view = addBuffer("scratch", type);
    scratchTypes.push(type);
    life.set(view.buffer, { buffer: view.buffer, first: kernels.length, last: kernels.length });
    return view;
  };
  const copy = (from: View, to: View): void => {
    if (sizeOf(to.shape) === 0) return;
    use(from);
    use(to);
    kernels.push({ kind: "op", op: "reshape", attributes: { shape: to.shape }, inputs: [from], output: to });
  };

  graph.outputs.forEach((id, i) => {
    const binding = outputBindings[i]!;
    if ("state" in binding) return;
    const root = rootOf(id);
    const node = nodes[id]!;
    if (isComputed(root)) {
      if (!home.has(root)) home.set(root, addBuffer("output", node, binding.name));
      outputs[binding.name] = { ...home.get(root)!, shape: node.shape };
      return;
    }
    const state = stateOf(root);
    if (state !== undefined && writtenStates.has(state)) {
      const view = addBuffer("output", node, binding.name);
      copy(viewOf(id), view);
      outputs[binding.name] = view;
    } else {
      outputs[binding.name] = viewOf(id);
    }
  });
  for (const { from, to } of copiesBefore) {
    scratchTypes.push(to);
    life.set(to.buffer, { buffer: to.buffer, first: kernels.length, last: kernels.length });
    copy(viewOf(from), to);
  }

  const lastUse = lastUses(graph, ordered, rootOf);
  const kept = new Set([...graph.outputs.map(rootOf), ...copiesAfter.map(({ from }) => from)]);
  ordered.forEach((group, position) => {
    const reused = new Set<BufferId>();
    for (const id of group.visible) {
      const fixed = home.get(id);
      if (fixed !== undefined) {
        views.set(id, { ...fixed, shape: nodes[id]!.shape });
        continue;
      }
      const dying = group.fused
        ? dyingInput(graph, group, id, position, lastUse, kept, rootOf, (root) => {
            const view = views.get(root);
            return view !== undefined && life.has(view.buffer) && !reused.has(view.buffer);
          })
        : undefined;
      if (dying !== undefined) {
        const view = views.get(dying)!;
        reused.add(view.buffer);
        scratchTypes.push(nodes[id]!);
        views.set(id, { buffer: view.buffer, shape: nodes[id]!.shape, dtype: nodes[id]!.dtype });
      } else {
        views.set(id, scratch(nodes[id]!));
      }
    }
    if (!hasElements(graph, group)) return;
    const kernel = kernelOf(graph, group, viewOf);
    for (const view of kernel.inputs) use(view);
    for (const view of kernel.kind === "op" ? [kernel.output] : kernel.outputs.map((output) => output.view)) use(view);
    kernels.push(kernel);
  });
  for (const { from, to } of copiesAfter) copy(from < 0 ? copiesBefore[-from - 1]!.to : viewOf(from), to);

  return {
    program: { kernels, inputs, outputs },
    scratch: [...life.values()],
    valueBytes: (bytesOf) => scratchTypes.reduce((sum, type) => sum + bytesOf(type), 0),
  };
}

/** False where there is nothing to compute. */
const hasElements = (graph: Graph, group: Group): boolean => sizeOf(graph.nodes[group.members.at(-1)!]!.shape) > 0;

/** Index of the last group that reads a value, looking through reshapes. */
function lastUses(graph: Graph, groups: readonly Group[], rootOf: (id: NodeId) => NodeId): Map<NodeId, number> {
  const last = new Map<NodeId, number>();
  groups.forEach((group, position) => {
    for (const id of group.members) for (const input of graph.nodes[id]!.inputs) last.set(rootOf(input), position);
  });
  return last;
}

/**
 * Whether step `output` of a group may write where `input` lies: elementwise over all of it, and no later step reads it.
 * Kernels work by blocks, so a later step would read what was just written.
 */
function writesInPlace(
  graph: Graph,
  group: Group,
  output: NodeId,
  input: NodeId,
  rootOf: (id: NodeId) => NodeId,
): boolean {
  const reads = group.members.filter((id) => graph.nodes[id]!.inputs.some((i) => rootOf(i) === input));
  if (reads.length === 0) return true;
  const size = sizeOf(graph.nodes[output]!.shape);
  return group.fused && sizeOf(graph.nodes[input]!.shape) === size && reads.every((id) => id <= output);
}

/** An input of a fused group that nobody needs afterwards and whose place the output may take. */
function dyingInput(
  graph: Graph,
  group: Group,
  output: NodeId,
  position: number,
  lastUse: ReadonlyMap<NodeId, number>,
  kept: ReadonlySet<NodeId>,
  rootOf: (id: NodeId) => NodeId,
  isFreeToTake: (root: NodeId) => boolean,
): NodeId | undefined {
  const inside = new Set(group.members);
  for (const id of group.members) {
    for (const input of graph.nodes[id]!.inputs) {
      const root = rootOf(input);
      if (inside.has(root) || kept.has(root) || lastUse.get(root) !== position || !isFreeToTake(root)) continue;
      const sameType = graph.nodes[root]!.dtype === graph.nodes[output]!.dtype;
      if (sameType && writesInPlace(graph, group, output, root, rootOf)) return root;
    }
  }
  return undefined;
}

function kernelOf(graph: Graph, group: Group, viewOf: (id: NodeId) => View): Kernel {
  const last = graph.nodes[group.members.at(-1)!]!;
  return group.fused ? fusedKernel(graph, group, last, viewOf) : opKernel(last, viewOf);
}

function opKernel(node: Node, viewOf: (id: NodeId) => View): Kernel {
  const { op, attributes } = node;
  return { kind: "op", op, attributes, inputs: node.inputs.map(viewOf), output: viewOf(node.id) } as OpKernel;
}

function fusedKernel(graph: Graph, group: Group, last: Node, viewOf: (id: NodeId) => View): Kernel {
  const stepOf = new Map(group.members.map((id, step) => [id, step]));
  const inputs: View[] = [];
  const indexOf = new Map<NodeId, number>();
  const argument = (id: NodeId): FusedArgument => {
    const step = stepOf.get(id);
    if (step !== undefined) return { kind: "step", index: step };
    const splat = splatOf(graph.nodes[id]!);
    if (splat !== undefined) return { kind: "number", value: splat };
    let index = indexOf.get(id);
    if (index === undefined) {
      index = inputs.push(viewOf(id)) - 1;
      indexOf.set(id, index);
    }
    return { kind: "input", index };
  };
  const steps = group.members.map((id) => {
    const node = graph.nodes[id]!;
    return {
      op: node.op,
      attributes: node.attributes,
      arguments: node.inputs.map(argument),
      dtype: node.dtype,
    } as FusedStep;
  });
  const outputs = group.visible.map((id) => ({ step: stepOf.get(id)!, view: viewOf(id) }));
  return { kind: "fused", shape: last.shape, inputs, steps, outputs };
}
