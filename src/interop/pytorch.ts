// PyTorch: the weights as a module's state_dict.
import type { ModelExporter } from "./exporter.ts";

export const pytorch: ModelExporter = {
  holds:
    "weights as PyTorch names and shapes them, in safetensors, for load_state_dict of a torch module of the same layers; no preprocessing",
  extension: "pytorch.safetensors",
  from: "model",
  async write({ model, variables }) {
    const { encodeStateDict } = await import("./pytorch/state-dict.ts");
    return encodeStateDict(model, variables);
  },
};
