// The format of Chainrule itself: what saveModel writes and loadModel reads.
import type { ModelExporter } from "./exporter.ts";

export const chainrule: ModelExporter = {
  holds: "weights, layers and preprocessing in one safetensors file, which loadModel and decodeModel read",
  extension: "safetensors",
  from: "model",
  async write(trained) {
    const { encodeModel } = await import("../train/model-file.ts");
    return encodeModel(trained);
  },
};
