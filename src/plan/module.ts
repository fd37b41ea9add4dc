// What is planned: named programs (graphs) over shared state.
import type { Graph } from "../ir/graph.ts";
import type { TensorType } from "../ir/shape.ts";

/** Where a graph's input comes from, or its output goes to. */
export type Binding = { readonly state: string } | { readonly name: string };

export interface Program {
  readonly graph: Graph;
  /** One per input of the graph. */
  readonly inputs: readonly Binding[];
  /** One an output. An output bound to a state is that state's next value; all are read before any is written. */
  readonly outputs: readonly Binding[];
}

export interface Module {
  /** Values that stay from run to run, shared by all programs. */
  readonly state: Readonly<Record<string, TensorType>>;
  readonly programs: Readonly<Record<string, Program>>;
}
