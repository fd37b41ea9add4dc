// Pass: common subexpressions. Of nodes with the same op, inputs and attributes the first one serves for all.
import type { Graph, Node, NodeId } from "../ir/graph.ts";

export function cse(graph: Graph): Graph {
  const seen = new Map<string, NodeId>();
  const nodes: Node[] = [];
  const renamed: NodeId[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((id) => renamed[id]!);
    const key = node.op === "input" ? `input ${node.id}` : keyOf(node, inputs);
    const earlier = seen.get(key);
    if (earlier !== undefined) {
      renamed.push(earlier);
      continue;
    }
    seen.set(key, nodes.length);
    renamed.push(nodes.length);
    nodes.push({ ...node, id: nodes.length, inputs } as Node);
  }
  return { nodes, inputs: graph.inputs.map((id) => renamed[id]!), outputs: graph.outputs.map((id) => renamed[id]!) };
}

/** Large constants are told apart by their array alone; NaN and −0 by their bits' names. */
function keyOf(node: Node, inputs: readonly NodeId[]): string {
  if (node.op === "constant") {
    const { data } = node.attributes;
    const value = data.length === 1 ? nameOf(data[0]) : `array ${arrayId(data)}`;
    return `constant ${node.dtype} ${node.shape} ${value}`;
  }
  return `${node.op} ${inputs} ${node.dtype} ${node.shape} ${JSON.stringify(node.attributes, exactly)}`;
}

/** JSON has one null for NaN and both infinities, and no −0. */
const exactly = (_: string, value: unknown): unknown =>
  typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)) ? nameOf(value) : value;

const nameOf = (value: number | undefined): string => (Object.is(value, -0) ? "-0" : String(value));

const arrays = new WeakMap<object, number>();
let nextArray = 0;
function arrayId(array: object): number {
  let id = arrays.get(array);
  if (id === undefined) arrays.set(array, (id = nextArray++));
  return id;
}
