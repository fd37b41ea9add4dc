// Dense layer: z = x W + b.
import { zeros } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import { initialWeight } from "./initializers.ts";
import type { Dense, LayerDefinition } from "./layer.ts";
import { whole } from "./settings.ts";

export type DenseOptions = Partial<Pick<Dense, "bias" | "init">>;

/**
 * z = x W + b: x [..., inputs], W [inputs, outputs], b [outputs] → [..., outputs].
 * `init` (default heUniform) draws W; b begins at 0.
 */
export function dense(inputs: number, outputs: number, options: DenseOptions = {}): Dense {
  whole("dense", { inputs, outputs });
  return { kind: "dense", inputs, outputs, bias: options.bias ?? true, init: options.init ?? "heUniform" };
}

export const denseDefinition: LayerDefinition<Dense> = {
  initialize: ({ inputs, outputs, bias, init }, key, nextStream) => {
    const weight = initialWeight(init, key, [inputs, outputs], nextStream(), inputs, outputs);
    return { parameters: bias ? { weight, bias: zeros([outputs]) } : { weight }, buffers: {} };
  },
  apply: ({ bias }, { parameters, buffers }, x) => {
    const z = x.matmul(parameters.weight as Tensor);
    return { y: bias ? z.add(parameters.bias as Tensor) : z, buffers };
  },
};
