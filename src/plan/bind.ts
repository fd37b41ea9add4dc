// Pass: a program's graph with what its inputs and outputs stand for, checked against the states.
import { ChainruleError } from "../ir/errors.ts";
import type { Graph, NodeId } from "../ir/graph.ts";
import { sameShape, type TensorType } from "../ir/shape.ts";
import type { Binding, Program } from "./module.ts";

/** A node whose value shall lie in a state at the end, or be read by a name. */
export interface Result {
  readonly node: NodeId;
  readonly to: Binding;
}

export interface BoundProgram {
  readonly graph: Graph;
  /** Input node of every state that the program has for an input. */
  readonly states: ReadonlyMap<string, NodeId>;
  readonly inputs: ReadonlyMap<string, NodeId>;
  readonly results: readonly Result[];
}

/** Throws INVALID_GRAPH where an input does not have its state's type. */
export function bind(name: string, program: Program, types: Readonly<Record<string, TensorType>>): BoundProgram {
  const { graph } = program;
  const states = new Map<string, NodeId>();
  const inputs = new Map<string, NodeId>();
  graph.inputs.forEach((id, i) => {
    const binding = program.inputs[i]!;
    if ("name" in binding) {
      inputs.set(binding.name, id);
      return;
    }
    const type = types[binding.state];
    const node = graph.nodes[id]!;
    if (type === undefined || type.dtype !== node.dtype || !sameShape(type.shape, node.shape)) {
      throw new ChainruleError("INVALID_GRAPH", `Program ${name}: input ${i} does not fit state "${binding.state}".`);
    }
    states.set(binding.state, id);
  });
  return { graph, states, inputs, results: graph.outputs.map((node, i) => ({ node, to: program.outputs[i]! })) };
}
