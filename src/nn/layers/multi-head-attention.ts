// Multi-head self-attention (Vaswani et al. 2017).
import { boolean, choice, make, whole } from "../../ir/fields.ts";
import { arange, where } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { initialWeight } from "../initial-weight.ts";
import { type InitializerName, initializerNames } from "../initializers.ts";
import type { LayerRecord, Variable } from "../layer.ts";
import { assertFeatures, assertSequences, takes, takesSequences } from "./check.ts";

export interface MultiHeadAttention {
  readonly kind: "multiHeadAttention";
  /** Size of the last dimension. */
  readonly features: number;
  /** Of features / heads features each. */
  readonly heads: number;
  /** Whether a position sees itself and earlier ones alone. */
  readonly causal: boolean;
  readonly bias: boolean;
  readonly init: InitializerName;
}

export type MultiHeadAttentionOptions = Partial<Pick<MultiHeadAttention, "causal" | "bias" | "init">>;

const projections = ["query", "key", "value", "output"] as const;
type Projection = (typeof projections)[number];

/** Of a score that does not count: e to it is 0 beside any other. Finite, so that no step seems to have made an infinity. */
const hidden = -1e30;

export const multiHeadAttentionRecord: LayerRecord<MultiHeadAttention> = {
  kind: "multiHeadAttention",
  fields: {
    features: whole(1),
    heads: whole(1),
    causal: boolean(false),
    bias: boolean(true),
    init: choice("initializer", initializerNames, "xavierUniform"),
  },
  fault: ({ features, heads }) =>
    features % heads !== 0 ? `heads must divide features; got ${heads} heads of ${features} features` : undefined,
  variables: ({ features, bias, init }) => ({
    parameters: Object.fromEntries(
      projections.flatMap((name): [string, Variable][] => [
        [
          `${name}Weight`,
          {
            shape: [features, features],
            initial: (key, stream) => initialWeight(init, key, [features, features], stream, features, features),
          },
        ],
        ...(bias ? [[`${name}Bias`, { shape: [features], initial: 0 }] as [string, Variable]] : []),
      ]),
    ),
  }),
  apply({ features, heads, causal, bias }, { parameters, buffers }, x) {
    assertSequences("multiHeadAttention", x);
    assertFeatures("multiHeadAttention", x, -1, features);
    const [batch, time] = x.shape as readonly [number, number, number];
    const width = features / heads;
    const project = (a: Tensor, name: Projection): Tensor => {
      const z = a.matmul(parameters[`${name}Weight`] as Tensor);
      return bias ? z.add(parameters[`${name}Bias`] as Tensor) : z;
    };
    /** [batch, time, features] → [batch, heads, time, width] */
    const split = (a: Tensor): Tensor => a.reshape([batch, time, heads, width]).transpose([0, 2, 1, 3]);
    const [q, k, v] = (["query", "key", "value"] as const).map((name) => split(project(x, name))) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const scores = q.matmul(k.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(width));
    const seen = causal ? where(isLater(time), hidden, scores) : scores;
    const mixed = seen.softmax(-1).matmul(v);
    return { y: project(mixed.transpose([0, 2, 1, 3]).reshape([batch, time, features]), "output"), buffers };
  },
  output({ features }, x, fail) {
    takesSequences("multiHeadAttention", x, fail);
    takes(features, x, -1, fail);
    return x;
  },
  isWeighted: true,
  fans: ([inputs, outputs]) => ({ fanIn: inputs!, fanOut: outputs! }),
};

/** Whether the position that is looked at, a column, comes after the one that looks, a row. */
const isLater = (time: number): Tensor => arange(time).greater(arange(time).reshape([time, 1]));

/**
 * softmax(Q Kᵀ / √d) V in each head, d = features / heads, the heads side by side then times the output weight: x [batch, time, features] →
 * [batch, time, features], Q = x queryWeight + queryBias, K and V likewise. With `causal` a position attends to itself and to earlier ones
 * alone. `init` (default xavierUniform) draws the four weights [features, features]; `bias: false` leaves the biases out, which begin as
 * 0. That of the keys adds the same to all scores of a position, of which softmax sees nothing: its gradient is 0. Throws INVALID_ARGUMENT
 * unless heads divide features (Vaswani et al. 2017).
 *
 * ```ts
 * const block = residual(layerNorm(8), multiHeadAttention(8, 2, { causal: true }));
 * apply(block, initialize(block), zeros([1, 5, 8])).shape // [1, 5, 8]
 * ```
 */
export const multiHeadAttention = (
  features: number,
  heads: number,
  options: MultiHeadAttentionOptions = {},
): MultiHeadAttention => make(multiHeadAttentionRecord, options, { features, heads });
