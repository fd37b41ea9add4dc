// 2-d convolution.
import { boolean, choice, make, pair, whole } from "../../ir/fields.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { initialWeight } from "../initial-weight.ts";
import { type InitializerName, initializerNames } from "../initializers.ts";
import type { LayerRecord } from "../layer.ts";
import { takes, takesImages, windows } from "./check.ts";
import { paired, type Size, withPairs } from "./pool2d.ts";

export interface Conv2d {
  readonly kind: "conv2d";
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
  readonly bias: boolean;
  readonly init: InitializerName;
}

export interface Conv2dOptions extends Partial<Pick<Conv2d, "groups" | "bias" | "init">> {
  readonly stride?: Size;
  readonly padding?: Size;
  readonly dilation?: Size;
}

const shapeOf = ({ inputs, outputs, kernel, groups }: Conv2d) => [outputs, inputs / groups, ...kernel];

export const conv2dRecord: LayerRecord<Conv2d> = {
  kind: "conv2d",
  fields: {
    inputs: whole(1),
    outputs: whole(1),
    kernel: pair(whole(1)),
    stride: pair(whole(1), [1, 1]),
    padding: pair(whole(0), [0, 0]),
    dilation: pair(whole(1), [1, 1]),
    groups: whole(1, 1),
    bias: boolean(true),
    init: choice("initializer", initializerNames, "heUniform"),
  },
  fault: ({ inputs, outputs, groups }) =>
    inputs % groups !== 0 || outputs % groups !== 0
      ? `groups must divide inputs and outputs; got ${groups} groups of ${inputs} and ${outputs}`
      : undefined,
  variables: (layer) => {
    const { inputs, outputs, kernel, groups, bias, init } = layer;
    const window = kernel[0] * kernel[1];
    return {
      parameters: {
        weight: {
          shape: shapeOf(layer),
          initial: (key, stream) =>
            initialWeight(init, key, shapeOf(layer), stream, (inputs / groups) * window, (outputs / groups) * window),
        },
        ...(bias && { bias: { shape: [outputs], initial: 0 } }),
      },
    };
  },
  apply(layer, { parameters, buffers }, x) {
    const z = x.conv2d(parameters.weight as Tensor, layer);
    return { y: layer.bias ? z.add((parameters.bias as Tensor).reshape([layer.outputs, 1, 1])) : z, buffers };
  },
  output(layer, x, fail) {
    takesImages("conv2d", x, fail);
    takes(layer.inputs, x, 1, fail);
    const [height, width] = windows("conv2d", x.shape.slice(2), layer, layer.dilation, fail);
    return { ...x, shape: [x.shape[0]!, layer.outputs, height!, width!] };
  },
  isWeighted: true,
  fans: ([outputs, inputs, height, width]) => ({
    fanIn: inputs! * height! * width!,
    fanOut: outputs! * height! * width!,
  }),
};

/** x [batch, inputs, h, w] → [batch, outputs, h', w'], h' = ⌊(h + 2 padding − dilation (kernel − 1) − 1) / stride⌋ + 1. */
export const conv2d = (inputs: number, outputs: number, kernel: Size, options: Conv2dOptions = {}): Conv2d =>
  make(conv2dRecord, withPairs(conv2dRecord, options), { inputs, outputs, kernel: paired(kernel) });
