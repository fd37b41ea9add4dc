// A group of nodes as a kernel of the plan.
import type { Graph, Node, NodeId } from "../ir/graph.ts";
import { sizeOf } from "../ir/shape.ts";
import type { Group } from "./fuse.ts";
import type { FusedArgument, FusedStep, Kernel, OpKernel, View } from "./plan.ts";
import { splatOf } from "./simplify.ts";

/** False where there is nothing to compute. */
export const hasElements = (graph: Graph, group: Group): boolean =>
  sizeOf(graph.nodes[group.members.at(-1)!]!.shape) > 0;

/** The kernel that computes a group; `viewOf` says where values lie. */
export function kernelOf(graph: Graph, group: Group, viewOf: (id: NodeId) => View): Kernel {
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
