// Graphs have fixed shapes, and a file shall take any number of rows: which dimensions go with it is seen from two traces.
import { ChainruleError } from "../../ir/errors.ts";
import type { Graph, Node } from "../../ir/graph.ts";
import { prune } from "../../ir/prune.ts";
import type { Dimension } from "./graph-writer.ts";

/** A graph, and of each node its shape for any number of rows. */
export interface AnyRowsGraph {
  readonly graph: Graph;
  readonly shapes: readonly (readonly Dimension[])[];
}

/** Primes, so that what is not a number of rows is hardly taken for one. */
const [few, more] = [1009, 1013];

/** `trace` gives the graph for so many rows. Throws UNSUPPORTED_EXPORT where it is another graph for each number of rows. */
export function forAnyRows(trace: (rows: number) => Graph): AnyRowsGraph {
  const [graph, other] = [prune(trace(few)), prune(trace(more))];
  const isSame =
    graph.nodes.length === other.nodes.length &&
    graph.nodes.every(
      (node, i) => node.op === other.nodes[i]!.op && node.inputs.join() === other.nodes[i]!.inputs.join(),
    );
  if (!isSame)
    throw new ChainruleError(
      "UNSUPPORTED_EXPORT",
      "ONNX: the network computes other values for another number of rows, so that one graph cannot stand for all. Export it with a fixed first dimension.",
    );
  return { graph, shapes: graph.nodes.map((node, i) => dimensionsOf(node, other.nodes[i]!)) };
}

/** The shapes are as they are. */
export const forFixedRows = (graph: Graph): AnyRowsGraph => {
  const pruned = prune(graph);
  return { graph: pruned, shapes: pruned.nodes.map(({ shape }) => shape) };
};

/** n = rows · perRow, from two numbers of rows. */
function dimensionsOf({ op, shape }: Node, { shape: other }: Node): Dimension[] {
  return shape.map((n, axis) => {
    if (n === other[axis]) return n;
    const perRow = n / few;
    if (Number.isInteger(perRow) && other[axis] === perRow * more) return { perRow };
    throw new ChainruleError(
      "UNSUPPORTED_EXPORT",
      `ONNX: dimension ${axis} of a value of the op ${op} is no multiple of the number of rows (${n} of ${few}). Export the network with a fixed first dimension.`,
      { op, axis },
    );
  });
}
