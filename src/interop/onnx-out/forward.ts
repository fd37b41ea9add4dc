// A traced network with its weights as nodes of ONNX.
import { isFloat } from "../../ir/dtype.ts";
import type { TensorType } from "../../ir/shape.ts";
import type { Variables } from "../../nn/layer.ts";
import { traceProgram } from "../../run/program.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { flatten } from "../../trace/tree.ts";
import { forAnyRows, forFixedRows } from "./any-rows.ts";
import type { Dimension, GraphWriter } from "./graph-writer.ts";
import { writeGraph } from "./ops.ts";

export interface WrittenValue {
  readonly name: string;
  readonly shape: readonly Dimension[];
  readonly type: TensorType["dtype"];
}

/**
 * Writes y = forward(variables, x) in float32, weights under their paths; x is the value of that name, its first dimension any number where
 * `rows` says so. Throws UNSUPPORTED_EXPORT.
 */
export function writeForward(
  g: GraphWriter,
  variables: Variables,
  forward: (variables: Variables, x: Tensor) => Tensor,
  x: TensorType & { readonly name: string; readonly rows: "any" | "fixed" },
): WrittenValue {
  const { leaves, paths, rebuild } = flatten(variables);
  const typeOf = ({ shape, dtype }: Tensor): TensorType => ({ shape, dtype: isFloat(dtype) ? "float32" : dtype });
  const state = Object.fromEntries(paths.map((path, i) => [path, typeOf(leaves[i]!)]));
  const trace = (rows: number | undefined) => {
    const shape = rows === undefined ? x.shape : [rows, ...x.shape.slice(1)];
    const program = traceProgram(
      state,
      { x: { shape, dtype: x.dtype } },
      (own, inputs) => ({
        outputs: { y: forward(rebuild(paths.map((path) => own[path]!)) as Variables, inputs.x!) },
      }),
      "float32",
    );
    return program.graph;
  };
  const traced = x.rows === "any" ? forAnyRows(trace) : forFixedRows(trace(undefined));
  // Those that are not read in predicting are left out.
  const read = new Set(traced.graph.nodes.flatMap((node) => node.inputs).concat(traced.graph.outputs));
  const weights = leaves.map((leaf, i) => {
    const name = paths[i]!.replace(/^(parameters|buffers)\./, "");
    if (!read.has(traced.graph.inputs[i]!)) return "";
    return g.weight(name, typeOf(leaf).dtype, leaf.shape, leaf.data);
  });
  const [name] = writeGraph(g, traced, [...weights, x.name]);
  const at = traced.graph.outputs[0]!;
  return { name: name!, shape: traced.shapes[at]!, type: traced.graph.nodes[at]!.dtype };
}
