// 2-d convolution and pooling layers, and flatten.
import { ChainruleError } from "../ir/errors.ts";
import { zeros } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import { initialWeight } from "./initializers.ts";
import { type Conv2d, type Flatten, type LayerDefinition, noVariables, type Pool2d } from "./layer.ts";
import { pair, whole } from "./settings.ts";

type Size = number | readonly [number, number];

export interface Conv2dOptions extends Partial<Pick<Conv2d, "groups" | "bias" | "init">> {
  readonly stride?: Size;
  readonly padding?: Size;
  readonly dilation?: Size;
}

/** x [batch, inputs, h, w] → [batch, outputs, h', w'], h' = ⌊(h + 2 padding − dilation (kernel − 1) − 1) / stride⌋ + 1. */
export function conv2d(inputs: number, outputs: number, kernel: Size, options: Conv2dOptions = {}): Conv2d {
  const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true, init = "heUniform" } = options;
  whole("conv2d", { inputs, outputs, kernel, stride, dilation, groups });
  whole("conv2d", { padding }, 0);
  if (inputs % groups !== 0 || outputs % groups !== 0) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `conv2d: groups must divide inputs and outputs; got ${groups} groups of ${inputs} and ${outputs}.`,
      { groups, inputs, outputs },
    );
  }
  return {
    kind: "conv2d",
    inputs,
    outputs,
    kernel: pair(kernel),
    stride: pair(stride),
    padding: pair(padding),
    dilation: pair(dilation),
    groups,
    bias,
    init,
  };
}

export const conv2dDefinition: LayerDefinition<Conv2d> = {
  initialize: ({ inputs, outputs, kernel, groups, bias, init }, key, nextStream) => {
    const shape = [outputs, inputs / groups, ...kernel];
    const window = kernel[0] * kernel[1];
    const weight = initialWeight(
      init,
      key,
      shape,
      nextStream(),
      (inputs / groups) * window,
      (outputs / groups) * window,
    );
    return { parameters: bias ? { weight, bias: zeros([outputs]) } : { weight }, buffers: {} };
  },
  apply: (layer, { parameters, buffers }, x) => {
    const z = x.conv2d(parameters.weight as Tensor, layer);
    return { y: layer.bias ? z.add((parameters.bias as Tensor).reshape([layer.outputs, 1, 1])) : z, buffers };
  },
};

export interface Pool2dOptions {
  /** Default: the kernel's size. */
  readonly stride?: Size;
  readonly padding?: Size;
}

function pool2d(kind: Pool2d["kind"], kernel: Size, { stride = kernel, padding = 0 }: Pool2dOptions): Pool2d {
  whole(kind, { kernel, stride });
  whole(kind, { padding }, 0);
  return { kind, kernel: pair(kernel), stride: pair(stride), padding: pair(padding) };
}

/** Largest element of each window of [batch, channels, h, w]. */
export const maxPool2d = (kernel: Size, options: Pool2dOptions = {}): Pool2d => pool2d("maxPool2d", kernel, options);
/** Mean of each window of [batch, channels, h, w]; padding counts as zeros. */
export const avgPool2d = (kernel: Size, options: Pool2dOptions = {}): Pool2d => pool2d("avgPool2d", kernel, options);

export const pool2dDefinition: LayerDefinition<Pool2d> = {
  initialize: () => noVariables,
  apply: ({ kind, kernel, stride, padding }, { buffers }, x) => ({ y: x[kind](kernel, { stride, padding }), buffers }),
};

/** [batch, ...] → [batch, all the rest]. */
export const flatten = (): Flatten => ({ kind: "flatten" });

export const flattenDefinition: LayerDefinition<Flatten> = {
  initialize: () => noVariables,
  apply: (_layer, { buffers }, x) => ({ y: x.reshape([x.shape[0] ?? 1, -1]), buffers }),
};
