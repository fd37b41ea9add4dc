// Batch norm (Ioffe and Szegedy 2015).
import { ChainruleError } from "../../ir/errors.ts";
import { fraction, make, nonNegative, whole } from "../../ir/fields.ts";
import { formatShape, type Shape } from "../../ir/shape.ts";
import type { Tensor } from "../../trace/tensor.ts";
import type { LayerRecord } from "../layer.ts";
import { batchMoments, batchSize } from "../row-share.ts";
import { assertFeatures, takes } from "./check.ts";

export interface BatchNorm {
  readonly kind: "batchNorm";
  /** Size of dimension 1. */
  readonly features: number;
  readonly epsilon: number;
  /** Share of the newest batch in the running statistics. */
  readonly momentum: number;
}

export const batchNormRecord: LayerRecord<BatchNorm> = {
  kind: "batchNorm",
  fields: { features: whole(1), epsilon: nonNegative(1e-5), momentum: fraction(0.1) },
  variables: ({ features }) => ({
    parameters: { weight: { shape: [features], initial: 1 }, bias: { shape: [features], initial: 0 } },
    buffers: { mean: { shape: [features], initial: 0 }, var: { shape: [features], initial: 1 } },
  }),
  apply({ epsilon, momentum, features }, { parameters, buffers }, x, { key, share }) {
    assertFeatures("batchNorm", x, 1, features);
    const along = [features, ...x.shape.slice(2).map(() => 1)];
    const axes = x.shape.map((_, i) => i).filter((i) => i !== 1);
    const running = buffers as { mean: Tensor; var: Tensor };
    const training = key !== undefined;
    // Values of a feature in the batch.
    const n = batchSize(x, share) / features;
    if (training && n === 1) throw oneValue(x.shape);
    const { mean, variance } = training ? batchMoments(x, axes, share) : { mean: running.mean, variance: running.var };
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
    const move = (old: Tensor, batch: Tensor) => old.mul(1 - momentum).add(batch.stopGradient().mul(momentum));
    return {
      y,
      buffers: { mean: move(running.mean, mean), var: move(running.var, variance.mul(n / Math.max(1, n - 1))) },
    };
  },
  output({ features }, x, fail) {
    takes(features, x, 1, fail);
    return x;
  },
};

/** The variance of one value is 0: it would give the bias, whatever the value is. */
const oneValue = (x: Shape): ChainruleError =>
  new ChainruleError(
    "INVALID_ARGUMENT",
    `batchNorm: training normalises by the batch, and needs more than one value of each feature in it; a batch has shape ${formatShape(x)}. Train with more rows a batch (batchSize), or normalise by layerNorm, which looks at one row alone.`,
    { x },
  );

/**
 * (x − mean) / √(var + ε) per feature (dimension 1 of [batch, features, ...]), times weight, plus bias. Training takes
 * the statistics of the batch and moves the running ones towards them by `momentum`; afterwards the running ones serve.
 */
export const batchNorm = (
  features: number,
  options: { readonly epsilon?: number; readonly momentum?: number } = {},
): BatchNorm => make(batchNormRecord, options, { features });
