// Embedding: rows of a table by index.
import { make, whole } from "../../ir/fields.ts";
import { randomNormal } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import type { LayerRecord } from "../layer.ts";

export interface Embedding {
  readonly kind: "embedding";
  readonly rows: number;
  readonly width: number;
}

export const embeddingRecord: LayerRecord<Embedding> = {
  kind: "embedding",
  fields: { rows: whole(1), width: whole(1) },
  variables: ({ rows, width }) => ({
    parameters: {
      weight: { shape: [rows, width], initial: (key, stream) => randomNormal(key, [rows, width], stream) },
    },
  }),
  apply: (_, { parameters, buffers }, x) => ({ y: (parameters.weight as Tensor).gather(x), buffers }),
  output({ width }, x, fail) {
    if (x.dtype !== "int32") throw fail(`an embedding takes int32 indices where ${x.dtype} comes`);
    return { shape: [...x.shape, width], dtype: "float32" };
  },
  isWeighted: true,
};

/** int32 indices of any shape, in 0 … rows − 1 → [...shape, width]. Rows begin as standard normal draws. */
export const embedding = (rows: number, width: number): Embedding => make(embeddingRecord, {}, { rows, width });
