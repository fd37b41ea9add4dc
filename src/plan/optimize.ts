// The graph passes in their order, the graph verified after each.
import type { Graph } from "../ir/graph.ts";
import { prune } from "../ir/prune.ts";
import { verify } from "../ir/verify.ts";
import { ops } from "../ops/index.ts";
import { fuseAttention } from "./attention.ts";
import { cse } from "./cse.ts";
import { foldTransposes } from "./fold-transposes.ts";
import { simplify } from "./simplify.ts";
import { skipBroadcasts } from "./skip-broadcasts.ts";
import { sliceProducts } from "./slice-products.ts";
import { finish } from "./stages.ts";

const passes: readonly (readonly [name: string, pass: (graph: Graph) => Graph])[] = [
  ["dead code", prune],
  ["simplify", simplify],
  ["common subexpressions", cse],
  ["fold transposes", foldTransposes],
  ["skip broadcasts", skipBroadcasts],
  ["slice products", sliceProducts],
  ["dead code", prune],
  ["attention", fuseAttention],
  ["dead code", prune],
];

/** Yields after each pass. */
export function* optimizing(graph: Graph): Generator<void, Graph> {
  let current = graph;
  for (const [name, pass] of passes) {
    current = verify(pass(current), ops, name);
    yield;
  }
  return current;
}

export const optimize = (graph: Graph): Graph => finish(optimizing(graph));
