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
  return `${node.op}(${node.inputs.map((id) => `%${id}`).join(", ")})${formatAttributes(node.attributes)}`;
}

/** " axes=[0] keepDims=true": what a type does not say already, without flags that are not set. */
export function formatAttributes(attributes: object): string {
  return Object.entries(attributes)
    .filter(([key, value]) => key !== "shape" && key !== "dtype" && value !== false && !isRecord(value))
    .map(([key, value]) => ` ${key}=${formatValue(value)}`)
    .join("");
}

/** A formula or a rule, which would fill pages. */
const isRecord = (value: unknown): boolean => typeof value === "object" && !Array.isArray(value);

function formatValue(value: unknown): string {
  if (typeof value === "number") return formatNumber(value);
  return Array.isArray(value) ? `[${value.map(formatValue).join(",")}]` : JSON.stringify(value);
}

/** As String, but −0 is "-0". */
export const formatNumber = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

function formatData(data: TypedArray): string {
  if (data.length === 1) return formatNumber(data[0]!);
  const head = Array.from(data.subarray(0, 6), formatNumber).join(", ");
  return `[${head}${data.length > 6 ? `, … ${data.length} in all` : ""}]`;
}
