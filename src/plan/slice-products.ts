// Pass: of a matrix product of which only some rows are read, only these are computed.
import type { Graph, Node, NodeId } from "../ir/graph.ts";

/** (x y)[a … b − 1] becomes x[a … b − 1] y. The whole product is dead code then. */
export function sliceProducts(graph: Graph): Graph {
  const uses = new Int32Array(graph.nodes.length);
  for (const { inputs } of graph.nodes) for (const id of inputs) uses[id]!++;
  for (const id of graph.outputs) uses[id]!++;
  const nodes: Node[] = [];
  const renamed: NodeId[] = [];
  const put = (node: Omit<Node<"slice"> | Node, "id">): NodeId => nodes.push({ ...node, id: nodes.length } as Node) - 1;
  for (const node of graph.nodes) {
    const product = node.op === "slice" ? graph.nodes[node.inputs[0]!]! : undefined;
    if (node.op !== "slice" || product?.op !== "matmul" || uses[product.id] !== 1 || !isOfRows(node, product)) {
      renamed.push(put({ ...node, inputs: node.inputs.map((id) => renamed[id]!) } as Node));
      continue;
    }
    const [x, y] = product.inputs.map((id) => renamed[id]!) as [NodeId, NodeId];
    const inner = nodes[x]!.shape[1]!;
    const [from, to] = [node.attributes.start[0]!, node.attributes.stop[0]!];
    const rows = put({
      ...{ op: "slice", inputs: [x], attributes: { start: [from, 0], stop: [to, inner] } },
      ...{ shape: [to - from, inner], dtype: node.dtype },
    });
    renamed.push(put({ ...product, inputs: [rows, y], shape: node.shape } as Node));
  }
  return { nodes, inputs: graph.inputs.map((id) => renamed[id]!), outputs: graph.outputs.map((id) => renamed[id]!) };
}

/** Whole rows of a product whose first operand has them as rows. */
const isOfRows = (slice: Node<"slice">, { attributes, shape }: Node<"matmul">): boolean =>
  !attributes.transposeX &&
  shape.length === 2 &&
  slice.attributes.start[1] === 0 &&
  slice.attributes.stop[1] === shape[1];
