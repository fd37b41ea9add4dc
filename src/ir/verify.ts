// Checks that a graph keeps its invariants; every pass is followed by this.
import { ChainruleError } from "./errors.ts";
import type { Graph, Node, OpName } from "./graph.ts";
import type { OpRecord, OpTable } from "./op.ts";
import { printGraph } from "./print.ts";
import { formatType, sameShape } from "./shape.ts";

/** Throws INVALID_GRAPH, naming the pass, the node and the rule that it breaks. Returns the graph. */
export function verify(graph: Graph, ops: OpTable, pass: string): Graph {
  const fail: (rule: string, node?: Node) => never = (rule, node) => {
    const at = node ? ` at %${node.id} (${node.op})` : "";
    throw new ChainruleError("INVALID_GRAPH", `After ${pass}${at}: ${rule}.\n\n${printGraph(graph)}`, { pass, rule });
  };
  graph.nodes.forEach((node, index) => {
    if (node.id !== index) fail(`a node's id is its place in the list; found ${node.id} at ${index}`, node);
    const record = ops[node.op] as OpRecord<OpName> | undefined;
    if (record === undefined) fail("the op is not in the table", node);
    if (record.arity !== "any" && node.inputs.length !== record.arity) {
      fail(`takes ${record.arity} inputs; has ${node.inputs.length}`, node);
    }
    const inputs = node.inputs.map((id) => {
      if (!(id >= 0 && id < index)) fail(`inputs come earlier in the list; %${id} does not`, node);
      return graph.nodes[id]!;
    });
    const inferred = record.infer(inputs, node.attributes);
    if (inferred.dtype !== node.dtype || !sameShape(inferred.shape, node.shape)) {
      fail(`the op's rule gives ${formatType(inferred)}; the node says ${formatType(node)}`, node);
    }
  });
  for (const id of graph.inputs) if (graph.nodes[id]?.op !== "input") fail(`input %${id} is not an input node`);
  for (const id of graph.outputs) if (graph.nodes[id] === undefined) fail(`output %${id} does not exist`);
  const listed = new Set(graph.inputs);
  for (const node of graph.nodes) {
    if (node.op === "input" && !listed.has(node.id)) fail("an input node is listed among the graph's inputs", node);
  }
  return graph;
}
