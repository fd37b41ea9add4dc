// A network of any layers as a file of ONNX: a tensor in, a tensor out.
import { ChainruleError } from "../../ir/errors.ts";
import type { TensorType } from "../../ir/shape.ts";
import type { Layer, Variables } from "../../nn/layer.ts";
import { apply } from "../../nn/model.ts";
import { outputType } from "../../nn/parse.ts";
import { writeForward } from "./forward.ts";
import { type Dimension, GraphWriter } from "./graph-writer.ts";

export interface ExportOnnxOptions {
  /** Of x: int32 where the first layer is an embedding. Default float32. */
  readonly dtype?: "float32" | "int32";
  /** What the graph is called. Default "network". */
  readonly name?: string;
}

/**
 * A network of any layers with its weights, in float32, as the bytes of an ONNX file (opset 17): input "x" of `shape`, output "y", as after
 * training. A first dimension of "rows" is any number, which the runtime sees when it runs. Needs no file system.
 *
 * @throws ChainruleError INVALID_ARGUMENT (layers that cannot take x), UNSUPPORTED_EXPORT (an op that ONNX has not; a network that is another
 *   for each number of rows)
 * @example
 * const model = sequential(conv2d(1, 4, 3), activation("relu"), flatten(), dense(4 * 6 * 6, 10));
 * const bytes = exportOnnx(model, initialize(model), ["rows", 1, 8, 8]);
 */
export function exportOnnx(
  model: Layer,
  variables: Variables,
  shape: readonly [number | "rows", ...number[]],
  { dtype = "float32", name = "network" }: ExportOnnxOptions = {},
): Uint8Array<ArrayBuffer> {
  const [first, ...others] = shape;
  const rows = first === "rows" ? "any" : "fixed";
  const x: TensorType = { shape: [first === "rows" ? 1 : first, ...others], dtype };
  outputType(
    model,
    x,
    (problem) =>
      new ChainruleError(
        "INVALID_ARGUMENT",
        `exportOnnx: ${problem}. Give the shape and dtype of an x that the model takes.`,
        {
          shape,
          dtype,
        },
      ),
  );
  const g = new GraphWriter(["y"]);
  const dimensions: Dimension[] = [first === "rows" ? { perRow: 1 } : first, ...others];
  const input = g.input("x", { type: dtype, shape: dimensions });
  g.countRows(input);
  const y = writeForward(g, variables, (own, value) => apply(model, own, value), { ...x, name: input, rows });
  g.output("y", y.name, y);
  return g.model(name);
}
