// The network of a table: dense layers with activations, normalised and with identities around them where asked for.
import type { ActivationName } from "../nn/activation.ts";
import {
  type InitializerName,
  type InitializerRecord,
  initializers,
  linearInit,
  spreadBias,
} from "../nn/initializers.ts";
import type { Layer } from "../nn/layer.ts";
import { activation, batchNorm, dense, dropout, layerNorm, residual } from "../nn/layers/index.ts";

/** By name: the layer that normalises so many features. */
const normalizations = { batch: batchNorm, layer: layerNorm } satisfies Record<string, (features: number) => Layer>;

export type NormalizationName = keyof typeof normalizations;

export interface Perceptron {
  readonly features: number;
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  readonly outputs: number;
  readonly activation: ActivationName;
  readonly init: InitializerName;
  /** Between every hidden dense layer and its activation. */
  readonly normalization?: NormalizationName | undefined;
  /** x + φ(x W + b) instead of φ(x W + b), where a hidden layer is as wide as the one before it. */
  readonly residual?: boolean | undefined;
  /** After every hidden activation, before an identity is added (Srivastava et al. 2014); 0 for none. */
  readonly dropout?: number | undefined;
}

export function perceptron(options: Perceptron): Layer {
  const { features, hidden, outputs, init, normalization } = options;
  const drop = options.dropout ? [dropout(options.dropout)] : [];
  const widths = [features, ...hidden];
  const record: InitializerRecord = initializers[init];
  const biasInit = record.constant === undefined ? spreadBias : init;
  const layers = hidden.flatMap((width, i): Layer[] => {
    const inputs = widths[i]!;
    const norm = normalization && normalizations[normalization](width);
    const block = [
      dense(inputs, width, { init, biasInit }),
      ...(norm ? [norm] : []),
      activation(options.activation),
      ...drop,
    ];
    // Spread: at most four layers.
    return options.residual && i > 0 && inputs === width ? [residual(...block)] : block;
  });
  const last = record.isForRectifiers ? linearInit : init;
  return { kind: "sequential", layers: [...layers, dense(widths.at(-1)!, outputs, { init: last })] };
}
