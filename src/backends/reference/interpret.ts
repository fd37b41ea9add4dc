// Runs a graph node by node, without a plan: eager tensors, and what every backend is compared with.
import { allocate, type TypedArray } from "../../ir/dtype.ts";
import { ChainruleError } from "../../ir/errors.ts";
import type { Graph, Node } from "../../ir/graph.ts";
import { isElementwise } from "../../ir/op.ts";
import { broadcastStrides, formatType, type Shape, sizeOf } from "../../ir/shape.ts";
import { recordOf } from "../../ops/index.ts";
import type { KernelOpName } from "../../plan/plan.ts";
import { applyElementwise } from "./elementwise.ts";
import type { Kernel, NdArray } from "./kernel.ts";
import { kernels } from "./kernels.ts";
import { offsetsOf } from "./offsets.ts";

/**
 * The outputs' elements from those of the inputs, in the order of the graph's lists. Arrays are not copied where a value
 * is passed through: an output may be an input's array.
 */
export function interpret(graph: Graph, inputs: readonly TypedArray[]): TypedArray[] {
  const values: NdArray[] = [];
  graph.inputs.forEach((id, i) => {
    values[id] = inputValue(graph.nodes[id]!, inputs[i], i);
  });
  for (const node of graph.nodes) values[node.id] ??= evaluateNode(node, values);
  return graph.outputs.map((id) => values[id]!.data);
}

function inputValue({ shape, dtype }: Node, data: TypedArray | undefined, index: number): NdArray {
  if (data?.length !== sizeOf(shape)) {
    throw new ChainruleError(
      "SHAPE_MISMATCH",
      `interpret: input ${index} is ${formatType({ shape, dtype })} and needs ${sizeOf(shape)} elements; got ${data?.length ?? "none"}.`,
      { input: index, shape },
    );
  }
  return { data, shape, dtype };
}

function evaluateNode(node: Node, values: readonly NdArray[]): NdArray {
  const { shape, dtype } = node;
  if (node.op === "constant") return { data: filled(node.attributes.data, sizeOf(shape)), shape, dtype };
  const inputs = node.inputs.map((id) => values[id]!);
  const output: NdArray = { data: allocate(dtype, sizeOf(shape)), shape, dtype };
  const record = recordOf(node);
  if (isElementwise(record)) {
    const operands = inputs.map((x) => repeated(x, shape));
    applyElementwise(record.scalar(node.attributes as never, dtype), operands, output.data, output.data.length);
  } else {
    const kernel = kernels[node.op as KernelOpName] as Kernel<KernelOpName>;
    kernel(inputs, node.attributes as never, output)();
  }
  return output;
}

/** One element for all is written out. */
function filled(data: TypedArray, length: number): TypedArray {
  return data.length === length ? data : new (data.constructor as new (n: number) => TypedArray)(length).fill(data[0]!);
}

/** Elements of x broadcast to `shape`; x's own array where nothing repeats. */
function repeated({ data, shape: from, dtype }: NdArray, shape: Shape): TypedArray {
  const length = sizeOf(shape);
  if (data.length === length) return data;
  const out = allocate(dtype, length);
  if (data.length === 1) return out.fill(data[0]!);
  const offsets = offsetsOf(shape, broadcastStrides(from, shape));
  for (let i = 0; i < length; i++) out[i] = data[offsets[i]!]!;
  return out;
}
