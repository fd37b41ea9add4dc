// An op that users define: a value made of other ops, with a gradient rule of its own in place of theirs.
import type { Builder, Value } from "../ir/builder.ts";
import { isFloat } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Graph, Node, NodeId } from "../ir/graph.ts";
import { formatShape, sameShape } from "../ir/shape.ts";
import { float, type OpCases, rows } from "./case.ts";
import { opRecord } from "./define.ts";
import type { GroupNotation } from "./notation.ts";

/** The nodes of `graph` built anew on `inputs`; gives its outputs. */
function rebuilt(graph: Graph, inputs: readonly Value[], g: Builder): Value[] {
  const placed = new Map<NodeId, Value>(graph.inputs.map((id, i) => [id, inputs[i]!]));
  for (const { id, op, inputs: operands, attributes } of graph.nodes) {
    if (placed.has(id)) continue;
    const values = operands.map((operand) => placed.get(operand)!);
    placed.set(id, g.apply(op, values, attributes as never));
  }
  return graph.outputs.map((id) => placed.get(id)!);
}

export const custom = opRecord({
  name: "custom",
  definition: ({ name, formula }) => ({ name, formula }),
  arity: "any",
  accepts: [],
  infer(inputs, { name, gradient }) {
    const y = inputs.at(-1);
    const types = [y, ...inputs.slice(0, -1), y];
    const fits =
      types.length === gradient.inputs.length &&
      types.every((type, i) => type !== undefined && sameShape(type.shape, gradient.nodes[gradient.inputs[i]!]!.shape));
    if (y === undefined || !fits) {
      const wanted = gradient.inputs.map((id) => formatShape(gradient.nodes[id]!.shape)).join(", ");
      throw new ChainruleError(
        "SHAPE_MISMATCH",
        `${name}: its rule was made for dy, x, y of shapes ${wanted}; got ${types.map((type) => (type ? formatShape(type.shape) : "none")).join(", ")}.`,
      );
    }
    return y;
  },
  identity: (splats) => splats.length - 1,
  saves: "both",
  gradient: ({ dy, inputs, y, attributes }, g) => {
    const operands = inputs.slice(0, -1);
    const dxs = rebuilt(attributes.gradient, [dy, ...operands, y], g);
    return operands.map(({ dtype }) => (isFloat(dtype) ? dxs.shift() : undefined));
  },
});

export const customNotation: GroupNotation<"custom"> = {
  formula: { text: "y = its last operand, with a rule for dx", tex: "y = y, \\quad dx := \\text{rule}(dy, x, y)" },
};

/** y = 2x on three numbers: dx = 2dy. */
const twice = (): Graph => {
  const type = { ...float, shape: [3] };
  const input = (id: NodeId, name: string): Node => ({
    ...type,
    id,
    op: "input",
    inputs: [],
    attributes: { ...type, name },
  });
  const dx: Node = { ...type, id: 3, op: "add", inputs: [0, 0], attributes: {} };
  return { nodes: [input(0, "dy"), input(1, "x"), input(2, "y"), dx], inputs: [0, 1, 2], outputs: [3] };
};

export const customCases: OpCases<"custom"> = {
  cases: () => rows([[3], [3], { name: "twice", formula: { text: "y = 2x", tex: "y = 2x" }, gradient: twice() }]),
};
