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
    graph.nodes.length === other.nodes.length && graph.nodes.every((node, i) => isSameNode(node, other.nodes[i]!));
  if (!isSame)
    throw new ChainruleError(
      "UNSUPPORTED_EXPORT",
      "ONNX: the network computes other values for another number of rows, so that one graph cannot stand for all. Export it with a fixed first dimension.",
    );
  return { graph, shapes: graph.nodes.map((node, i) => dimensionsOf(node, other.nodes[i]!)) };
}

/** Attributes that may go with the number of rows: writers take them from shapes, or refuse those that do. */
const ofShape = new Set(["shape", "start", "stop", "rows"]);

/** Whether it computes the same for both numbers of rows: a constant that holds one of them, or a number for each row, does not. */
function isSameNode(node: Node, other: Node): boolean {
  if (node.op !== other.op || node.inputs.join() !== other.inputs.join()) return false;
  if (node.op === "constant" && other.op === "constant") return isSameData(node, other);
  const others = new Map<string, unknown>(Object.entries(other.attributes));
  return Object.entries(node.attributes).every(
    ([key, value]) => ofShape.has(key) || textOf(value) === textOf(others.get(key)),
  );
}

/** Of plain attributes; ops of users hold functions, which are the same in both traces. */
const textOf = (value: unknown): string => (Array.isArray(value) || typeof value !== "object" ? String(value) : "");

/** The same numbers, or one number throughout where there are as many as rows. */
function isSameData({ attributes: { data } }: Node<"constant">, { attributes: { data: other } }: Node<"constant">) {
  const isEqual = (a = Number.NaN, b = Number.NaN) => Object.is(Number(a), Number(b));
  if (data.length === other.length) return data.every((value, i) => isEqual(value, other[i]));
  return [...data, ...other].every((value) => isEqual(value, data[0]));
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
