// Pass: algebra that needs no numbers (x + 0, x · 1, reshapes of reshapes) and constants computed ahead.
import { allocate, isFloat } from "../ir/dtype.ts";
import type { Graph, Node, NodeId, OpName } from "../ir/graph.ts";
import { isElementwise, type OpRecord } from "../ir/op.ts";
import { sameShape } from "../ir/shape.ts";
import { ops } from "../ops/index.ts";

/** Splat value of a constant node, undefined for others. */
export const splatOf = (node: Node): number | undefined =>
  node.op === "constant" && node.attributes.data.length === 1 ? node.attributes.data[0] : undefined;

/** Rewrites node by node, inputs before users. */
export function simplify(graph: Graph): Graph {
  const nodes: Node[] = [];
  const renamed: NodeId[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((id) => renamed[id]!);
    const placed = { ...node, id: nodes.length, inputs } as Node;
    const same = identity(placed, nodes);
    if (same !== undefined) {
      renamed.push(same);
      continue;
    }
    nodes.push(folded(placed, nodes) ?? regular(placed, nodes));
    renamed.push(nodes.length - 1);
  }
  return { nodes, inputs: graph.inputs.map((id) => renamed[id]!), outputs: graph.outputs.map((id) => renamed[id]!) };
}

/** The earlier node that has the value of this one already. */
function identity(node: Node, nodes: readonly Node[]): NodeId | undefined {
  const [x, y] = node.inputs;
  const splat = (id: NodeId | undefined) => (id === undefined ? undefined : splatOf(nodes[id]!));
  const keeps = (id: NodeId | undefined): NodeId | undefined => {
    const kept = id === undefined ? undefined : nodes[id];
    return kept !== undefined && kept.dtype === node.dtype && sameShape(kept.shape, node.shape) ? id : undefined;
  };
  switch (node.op) {
    case "add":
      return splat(y) === 0 ? keeps(x) : splat(x) === 0 ? keeps(y) : undefined;
    case "sub":
      return splat(y) === 0 ? keeps(x) : undefined;
    case "mul":
      return splat(y) === 1 ? keeps(x) : splat(x) === 1 ? keeps(y) : undefined;
    case "div":
    case "pow":
      return splat(y) === 1 ? keeps(x) : undefined;
    case "reshape":
    case "broadcast":
    case "cast":
    case "stopGradient":
      return keeps(x);
    case "sum":
    case "mean":
    case "max":
    case "min":
      return node.attributes.axes.length === 0 ? keeps(x) : undefined;
    case "transpose":
      return node.attributes.permutation.every((axis, i) => axis === i) ? x : undefined;
    case "neg": {
      const inner = nodes[x!]!;
      return inner.op === "neg" ? inner.inputs[0] : undefined;
    }
    default:
      return undefined;
  }
}

/** A constant in place of an elementwise op on splats, or of a splat moved about. */
function folded(node: Node, nodes: readonly Node[]): Node | undefined {
  const values = node.inputs.map((id) => splatOf(nodes[id]!));
  if (values.length === 0 || values.some((value) => value === undefined)) return undefined;
  const record = ops[node.op] as unknown as OpRecord<OpName>;
  let value: number | undefined;
  if (isElementwise(record)) value = record.scalar(node.attributes as never)(...(values as number[]));
  else if (moves.has(node.op)) value = values[0];
  if (value === undefined) return undefined;
  const data = allocate(node.dtype, 1);
  data[0] = value;
  const { id, shape, dtype } = node;
  return { id, op: "constant", inputs: [], attributes: { shape, dtype, data }, shape, dtype };
}

/** Ops that put elements elsewhere and change none. */
const moves: ReadonlySet<OpName> = new Set<OpName>(["reshape", "transpose", "broadcast", "slice"]);

/** One form for what can be written in several. */
function regular(node: Node, nodes: readonly Node[]): Node {
  if (node.op === "reshape") {
    const inner = nodes[node.inputs[0]!]!;
    if (inner.op === "reshape") return { ...node, inputs: inner.inputs };
  }
  if (node.op === "pow" && splatOf(nodes[node.inputs[1]!]!) === 2 && isFloat(node.dtype)) {
    const x = nodes[node.inputs[0]!]!;
    if (sameShape(x.shape, node.shape)) return { ...node, op: "square", inputs: [x.id], attributes: {} };
  }
  return node;
}
