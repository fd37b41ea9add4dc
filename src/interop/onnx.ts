// ONNX: raw rows in, predictions out, in any runtime.
import type { ModelExporter } from "./exporter.ts";

export const onnx: ModelExporter = {
  holds:
    "preprocessing, forward pass and weights for ONNX runtimes: a column an input, prediction and probabilities out (opset 17, ai.onnx.ml 2)",
  extension: "onnx",
  from: "model",
  async write(trained, name) {
    const { writeTableModel } = await import("./onnx-out/table-model.ts");
    return writeTableModel(trained, name);
  },
};
