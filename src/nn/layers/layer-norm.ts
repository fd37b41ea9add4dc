// Layer norm (Ba et al. 2016).
import { make, nonNegative, whole } from "../../ir/fields.ts";
import type { Tensor } from "../../trace/tensor.ts";
import type { LayerRecord } from "../layer.ts";
import { assertFeatures, takes } from "./check.ts";

export interface LayerNorm {
  readonly kind: "layerNorm";
  /** Size of the last dimension. */
  readonly features: number;
  readonly epsilon: number;
}

export const layerNormRecord: LayerRecord<LayerNorm> = {
  kind: "layerNorm",
  fields: { features: whole(1), epsilon: nonNegative(1e-5) },
  variables: ({ features }) => ({
    parameters: { weight: { shape: [features], initial: 1 }, bias: { shape: [features], initial: 0 } },
  }),
  apply({ epsilon, features }, { parameters, buffers }, x) {
    assertFeatures("layerNorm", x, -1, features);
    const centred = x.sub(x.mean(-1, { keepDims: true }));
    const scale = x.var(-1, { keepDims: true }).add(epsilon).rsqrt();
    const y = centred
      .mul(scale)
      .mul(parameters.weight as Tensor)
      .add(parameters.bias as Tensor);
    return { y, buffers };
  },
  output({ features }, x, fail) {
    takes(features, x, -1, fail);
    return x;
  },
};

/** (x − mean) / √(var + ε) over the last dimension, times weight, plus bias. */
export const layerNorm = (features: number, options: { readonly epsilon?: number } = {}): LayerNorm =>
  make(layerNormRecord, options, { features });
