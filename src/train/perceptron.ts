// The network of a table: dense layers with activations, normalised and with identities around them where asked for.
import type { ActivationName } from "../nn/activation.ts";
import { activation } from "../nn/activation.ts";
import { dense } from "../nn/dense.ts";
import type { InitializerName } from "../nn/initializers.ts";
import type { Layer } from "../nn/layer.ts";
import { residual, sequential } from "../nn/model.ts";
import { batchNorm, layerNorm } from "../nn/normalization.ts";

export type NormalizationName = "batch" | "layer";

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
}

export function perceptron(options: Perceptron): Layer {
  const { features, hidden, outputs, init, normalization } = options;
  const widths = [features, ...hidden];
  const layers = hidden.flatMap((width, i): Layer[] => {
    const inputs = widths[i]!;
    const norm = normalization && (normalization === "batch" ? batchNorm(width) : layerNorm(width));
    const block = [dense(inputs, width, { init }), ...(norm ? [norm] : []), activation(options.activation)];
    return options.residual && i > 0 && inputs === width ? [residual(...block)] : block;
  });
  // The last layer has no activation: its weights are drawn for a linear one.
  const last = init === "heUniform" || init === "heNormal" ? "xavierUniform" : init;
  return sequential(...layers, dense(widths.at(-1)!, outputs, { init: last }));
}
