// Where eager values get computed: the entry module hands the interpreter in, since it stands to the right of this folder.
import type { TypedArray } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Graph } from "../ir/graph.ts";

/** Computes a graph's outputs from its inputs' elements. */
export type Evaluate = (graph: Graph, inputs: readonly TypedArray[]) => TypedArray[];

let installed: Evaluate | undefined;

export function installEvaluator(evaluate: Evaluate): void {
  installed = evaluate;
}

export function evaluate(graph: Graph, inputs: readonly TypedArray[]): TypedArray[] {
  if (installed === undefined) {
    throw new ChainruleError("INVALID_ARGUMENT", 'Eager tensors need the engine: import from "chainrule" once.');
  }
  return installed(graph, inputs);
}
