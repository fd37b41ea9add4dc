// Layer norm (Ba et al. 2016) and batch norm (Ioffe and Szegedy 2015).
import { ones, zeros } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import type { BatchNorm, LayerDefinition, LayerNorm } from "./layer.ts";
import { assertFeatures, whole } from "./settings.ts";

/** (x − mean) / √(var + ε) over the last dimension, times weight, plus bias. */
export function layerNorm(features: number, options: { readonly epsilon?: number } = {}): LayerNorm {
  whole("layerNorm", { features });
  return { kind: "layerNorm", features, epsilon: options.epsilon ?? 1e-5 };
}

export const layerNormDefinition: LayerDefinition<LayerNorm> = {
  initialize: ({ features }) => ({ parameters: { weight: ones([features]), bias: zeros([features]) }, buffers: {} }),
  apply: ({ epsilon, features }, { parameters, buffers }, x) => {
    assertFeatures("layerNorm", x, -1, features);
    const centred = x.sub(x.mean(-1, { keepDims: true }));
    const scale = x.var(-1, { keepDims: true }).add(epsilon).rsqrt();
    const y = centred
      .mul(scale)
      .mul(parameters.weight as Tensor)
      .add(parameters.bias as Tensor);
    return { y, buffers };
  },
};

/**
 * (x − mean) / √(var + ε) per feature (dimension 1 of [batch, features, ...]), times weight, plus bias. Training takes
 * the statistics of the batch and moves the running ones towards them by `momentum`; afterwards the running ones serve.
 */
export function batchNorm(
  features: number,
  options: { readonly epsilon?: number; readonly momentum?: number } = {},
): BatchNorm {
  whole("batchNorm", { features });
  return { kind: "batchNorm", features, epsilon: options.epsilon ?? 1e-5, momentum: options.momentum ?? 0.1 };
}

export const batchNormDefinition: LayerDefinition<BatchNorm> = {
  initialize: ({ features }) => ({
    parameters: { weight: ones([features]), bias: zeros([features]) },
    buffers: { mean: zeros([features]), var: ones([features]) },
  }),
  apply: ({ epsilon, momentum, features }, { parameters, buffers }, x, { key }) => {
    assertFeatures("batchNorm", x, 1, features);
    const along = [features, ...x.shape.slice(2).map(() => 1)];
    const axes = x.shape.map((_, i) => i).filter((i) => i !== 1);
    const running = buffers as { mean: Tensor; var: Tensor };
    const training = key !== undefined;
    const mean = training ? x.mean(axes) : running.mean;
    const variance = training ? x.var(axes) : running.var;
    const y = x
      .sub(mean.reshape(along))
      .mul(
        variance
          .add(epsilon)
          .rsqrt()
          .mul(parameters.weight as Tensor)
          .reshape(along),
      )
      .add((parameters.bias as Tensor).reshape(along));
    if (!training) return { y, buffers };
    // The running variance is the unbiased one, n / (n − 1), as in PyTorch.
    const n = x.size / features;
    const move = (old: Tensor, batch: Tensor) => old.mul(1 - momentum).add(batch.stopGradient().mul(momentum));
    return {
      y,
      buffers: { mean: move(running.mean, mean), var: move(running.var, variance.mul(n / Math.max(1, n - 1))) },
    };
  },
};
