// A network that came as an ONNX graph, as one layer.
import { ChainruleError } from "../../ir/errors.ts";
import type { Fail, Field } from "../../ir/fields.ts";
import { whole } from "../../ir/fields.ts";
import { formatShape, type TensorType } from "../../ir/shape.ts";
import { randomNormal } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { trace } from "../../trace/trace.ts";
import type { LayerRecord, TensorTree, Variable } from "../layer.ts";
import { evaluateOnnx } from "../onnx/evaluate.ts";
import {
  graphFault,
  isConstants,
  isInputs,
  isNodes,
  isVariables,
  type OnnxGraph,
  type OnnxVariable,
} from "../onnx/graph.ts";

export type OnnxLayer = OnnxGraph;

const text: Field<string> = { must: "a text", holds: (value): value is string => typeof value === "string" };
const field = <T>(must: string, holds: (value: unknown) => value is T): Field<T> => ({ must, holds });

/** A new one is drawn with the mean and deviation of the numbers that came. */
const variable = ({ shape, mean, std }: OnnxVariable): Variable => ({
  shape,
  initial: std === 0 ? mean : (key, stream) => randomNormal(key, shape, stream).mul(std).add(mean),
});

const allOf = (named: Readonly<Record<string, OnnxVariable>>): Record<string, Variable> =>
  Object.fromEntries(Object.entries(named).map(([name, one]) => [name, variable(one)]));

const leaves = (tree: TensorTree): [string, Tensor][] => Object.entries(tree) as [string, Tensor][];

export const onnxRecord: LayerRecord<OnnxLayer> = {
  kind: "onnx",
  fields: {
    opset: whole(1),
    inputs: field("a list of at most one input, { name, dtype, shape }", isInputs),
    output: text,
    nodes: field("a list of nodes, each { op, name, inputs, outputs, attributes }", isNodes),
    parameters: field("an object of { shape, mean, std }", isVariables),
    buffers: field("an object of { shape, mean, std }", isVariables),
    constants: field("an object of { dtype, shape, data }, data being the numbers' bytes in base64", isConstants),
  },
  fault: graphFault,
  variables: ({ parameters, buffers }) => ({ parameters: allOf(parameters), buffers: allOf(buffers) }),
  apply(layer, { parameters, buffers }, x, { key, nextStream, share }) {
    const next = new Map(leaves(buffers));
    const values = evaluateOnnx(layer, x, {
      variables: new Map([...leaves(parameters), ...leaves(buffers)]),
      ...(key !== undefined && {
        draw: () => [key, nextStream()] as const,
        share,
        move: (name: string, value: Tensor) => void next.set(name, value),
      }),
    });
    return { y: values.get(layer.output)!, buffers: Object.fromEntries(next) };
  },
  output: (layer, x, fail) => outputOf(layer, x, fail),
};

function outputOf(layer: OnnxLayer, x: TensorType, fail: Fail): TensorType {
  const { inputs, output, parameters, buffers } = layer;
  const shape = inputs[0]?.shape;
  if (shape !== undefined && (shape.length !== x.shape.length || shape.some((n, i) => n !== null && n !== x.shape[i])))
    throw fail(
      `the network takes ${formatShape(shape.map((n) => n ?? "any") as never)}, and what comes has the shape ${formatShape(x.shape)}`,
    );
  const variables = Object.entries({ ...parameters, ...buffers });
  const dtype = x.dtype === "float32" || x.dtype === "float64" ? x.dtype : "float32";
  let y: TensorType | undefined;
  try {
    trace(
      [{ ...x, name: "x" }, ...variables.map(([name, own]) => ({ shape: own.shape, dtype, name }))],
      ([traced, ...own]) => {
        const values = evaluateOnnx(layer, traced, {
          variables: new Map(variables.map(([name], i) => [name, own[i]!])),
          isCheck: true,
        });
        const made = values.get(output)!;
        y = { shape: made.shape, dtype: made.dtype };
        return [made];
      },
    );
  } catch (error) {
    if (error instanceof ChainruleError) throw fail(error.message.replace(/\.$/, ""));
    throw error;
  }
  return y!;
}
