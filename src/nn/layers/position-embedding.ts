// Position embedding: a learned vector for every place in a sequence (Gehring et al. 2017).
import { ChainruleError } from "../../ir/errors.ts";
import { make, whole } from "../../ir/fields.ts";
import { formatShape } from "../../ir/shape.ts";
import { randomNormal } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import type { LayerRecord } from "../layer.ts";
import { assertFeatures, assertSequences, takes, takesSequences } from "./check.ts";

export interface PositionEmbedding {
  readonly kind: "positionEmbedding";
  /** Length of the longest sequence. */
  readonly positions: number;
  readonly width: number;
}

/** Standard deviation of the first rows: beside what stands there, a place says little at first (BERT, GPT-2). */
const deviation = 0.02;

export const positionEmbeddingRecord: LayerRecord<PositionEmbedding> = {
  kind: "positionEmbedding",
  fields: { positions: whole(1), width: whole(1) },
  variables: ({ positions, width }) => ({
    parameters: {
      weight: {
        shape: [positions, width],
        initial: (key, stream) => randomNormal(key, [positions, width], stream).mul(deviation),
      },
    },
  }),
  apply({ positions, width }, { parameters, buffers }, x) {
    assertSequences("positionEmbedding", x);
    assertFeatures("positionEmbedding", x, -1, width);
    const time = x.shape[1]!;
    if (time > positions)
      throw new ChainruleError(
        "SHAPE_MISMATCH",
        `positionEmbedding: the input may have at most ${positions} positions, the layer's; got shape ${formatShape(x.shape)}. Give the layer more positions, or cut the sequences.`,
        { shape: x.shape, positions },
      );
    const weight = parameters.weight as Tensor;
    return { y: x.add(time === positions ? weight : weight.slice([0], [time])), buffers };
  },
  output({ positions, width }, x, fail) {
    takesSequences("positionEmbedding", x, fail);
    takes(width, x, -1, fail);
    if (x.shape[1]! > positions)
      throw fail(`a positionEmbedding of ${positions} positions stands where sequences of ${x.shape[1]} come`);
    return x;
  },
};

/**
 * x + weight[0 … time): x [batch, time, width], weight [positions, width], time at most `positions` → [batch, time, width]. Rows
 * begin as normal draws of standard deviation 0.02.
 *
 * ```ts
 * const tokens = sequential(embedding(65, 32), positionEmbedding(64, 32));
 * apply(tokens, initialize(tokens), zeros([1, 10], "int32")).shape // [1, 10, 32]
 * ```
 */
export const positionEmbedding = (positions: number, width: number): PositionEmbedding =>
  make(positionEmbeddingRecord, {}, { positions, width });
