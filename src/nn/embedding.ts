// Embedding: rows of a table by index.
import { randomNormal } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import type { Embedding, LayerDefinition } from "./layer.ts";
import { whole } from "./settings.ts";

/** int32 indices of any shape, in 0 … rows − 1 → [...shape, width]. Rows begin as standard normal draws. */
export function embedding(rows: number, width: number): Embedding {
  whole("embedding", { rows, width });
  return { kind: "embedding", rows, width };
}

export const embeddingDefinition: LayerDefinition<Embedding> = {
  initialize: ({ rows, width }, key, nextStream) => ({
    parameters: { weight: randomNormal(key, [rows, width], nextStream()) },
    buffers: {},
  }),
  apply: (_layer, { parameters, buffers }, x) => ({ y: (parameters.weight as Tensor).gather(x), buffers }),
};
