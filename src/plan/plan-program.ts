// One program of a module: its kernels in order, and where each of its values lies.

import type { TypedArray } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { NodeId } from "../ir/graph.ts";
import { sameShape, sizeOf, type TensorType } from "../ir/shape.ts";
import { fuse, isFree, isView } from "./fuse.ts";
import { dyingInput, lastUses, writesInPlace } from "./in-place.ts";
import { hasElements, kernelOf } from "./kernels.ts";
import type { Program } from "./module.ts";
import { optimize } from "./optimize.ts";
import { order } from "./order.ts";
import type { Buffer, BufferId, Kernel, PlannedProgram, View } from "./plan.ts";

/** Constants larger than this are recomputed in the program rather than kept. */
const largestSetup = 65_536;

/** Adds a buffer to the plan; where it lies is decided later. */
export type AddBuffer = (role: Buffer["role"], type: TensorType, name?: string, data?: TypedArray) => View;

export interface ScratchLife {
  readonly buffer: BufferId;
  readonly first: number;
  last: number;
}

export interface ProgramDraft {
  readonly program: PlannedProgram;
  readonly scratch: readonly ScratchLife[];
  /** Bytes of all scratch values if each had its own place. */
  valueBytes(bytesOf: (type: TensorType) => number): number;
}

/** Kernels that depend on constants alone are added to `setup`. */
export function planProgram(
  name: string,
  { graph: original, inputs: inputBindings, outputs: outputBindings }: Program,
  states: Readonly<Record<string, View>>,
  addBuffer: AddBuffer,
  setup: Kernel[],
): ProgramDraft {
  const graph = optimize(original);
  const { nodes } = graph;
  const rootOf = (id: NodeId): NodeId => {
    let root = id;
    while (isView(nodes[root]!)) root = nodes[root]!.inputs[0]!;
    return root;
  };

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
  const named = new Map<NodeId, View>();
  const copiesBefore: { from: NodeId; to: View }[] = [];
  // `from` is a node, or −k for what the k-th copy before put aside.
  const copiesAfter: { from: NodeId; to: View }[] = [];
  const isComputed = (id: NodeId) => !isSetup[id] && !isFree(nodes[id]!);
  const stateInputs = new Set(stateNodes.values());

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
  const groupOf = new Map(ordered.flatMap((group) => group.members.map((id) => [id, group] as const)));
  for (const [own, next] of writes) {
    const group = groupOf.get(next)!;
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
      let view = named.get(root);
      if (view === undefined) {
        view = addBuffer("output", node, binding.name);
        named.set(root, view);
        // A state may change before the output is read.
        if (home.has(root)) copiesAfter.push({ from: root, to: view });
        else home.set(root, view);
      }
      outputs[binding.name] = { ...view, shape: node.shape };
      return;
    }
    if (stateInputs.has(root)) {
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
