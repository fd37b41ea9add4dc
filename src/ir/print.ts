// A graph as readable text: `%5: f32[64,128] = matmul(%1, %2)`.
import type { TypedArray } from "./dtype.ts";
import type { Graph, Node } from "./graph.ts";
import { formatType } from "./shape.ts";

/** One line per node, then the outputs. */
export function printGraph(graph: Graph): string {
  const lines = graph.nodes.map((node) => `%${node.id}: ${formatType(node)} = ${formatNode(node)}`);
  return [...lines, `return ${graph.outputs.map((id) => `%${id}`).join(", ")}`].join("\n");
}

function formatNode(node: Node): string {
  if (node.op === "input") return `input ${JSON.stringify(node.attributes.name)}`;
  if (node.op === "constant") return `constant ${formatData(node.attributes.data)}`;
  const shown = Object.entries(node.attributes).filter(
    ([key, value]) => key !== "shape" && key !== "dtype" && value !== false && !isRecord(value),
  );
  const attributes = shown.map(([key, value]) => ` ${key}=${JSON.stringify(value)}`).join("");
  return `${node.op}(${node.inputs.map((id) => `%${id}`).join(", ")})${attributes}`;
}

/** A formula or a rule, which would fill pages. */
const isRecord = (value: unknown): boolean => typeof value === "object" && !Array.isArray(value);

function formatData(data: TypedArray): string {
  if (data.length === 1) return String(data[0]);
  const head = Array.from(data.subarray(0, 6)).join(", ");
  return `[${head}${data.length > 6 ? `, … ${data.length} in all` : ""}]`;
}
