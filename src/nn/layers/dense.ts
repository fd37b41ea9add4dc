// Dense layer: z = x W + b.
import { boolean, choice, make, whole } from "../../ir/fields.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { initialWeight } from "../initial-weight.ts";
import { type InitializerName, type InitializerRecord, initializerNames, initializers } from "../initializers.ts";
import type { LayerRecord, Variable } from "../layer.ts";
import { takes } from "./check.ts";

export interface Dense {
  readonly kind: "dense";
  readonly inputs: number;
  readonly outputs: number;
  readonly bias: boolean;
  readonly init: InitializerName;
  /** Of the biases; their fan-in is that of the weights. */
  readonly biasInit: InitializerName;
}

export type DenseOptions = Partial<Pick<Dense, "bias" | "init" | "biasInit">>;

/** Of a constant nothing is drawn, and no stream of random numbers is used up. */
const initialBias = (init: InitializerName, inputs: number, outputs: number): Variable["initial"] =>
  (initializers[init] as InitializerRecord).constant ??
  ((key, stream) => initialWeight(init, key, [outputs], stream, inputs, outputs));

export const denseRecord: LayerRecord<Dense> = {
  kind: "dense",
  fields: {
    inputs: whole(1),
    outputs: whole(1),
    bias: boolean(true),
    init: choice("initializer", initializerNames, "heUniform"),
    biasInit: choice("initializer", initializerNames, "zeros"),
  },
  variables: ({ inputs, outputs, bias, init, biasInit }) => ({
    parameters: {
      weight: {
        shape: [inputs, outputs],
        initial: (key, stream) => initialWeight(init, key, [inputs, outputs], stream, inputs, outputs),
      },
      ...(bias && {
        bias: {
          shape: [outputs],
          initial: initialBias(biasInit, inputs, outputs),
        },
      }),
    },
  }),
  apply({ bias }, { parameters, buffers }, x) {
    const z = x.matmul(parameters.weight as Tensor);
    return { y: bias ? z.add(parameters.bias as Tensor) : z, buffers };
  },
  output({ inputs, outputs }, x, fail) {
    takes(inputs, x, -1, fail);
    return { ...x, shape: [...x.shape.slice(0, -1), outputs] };
  },
  isWeighted: true,
  fans: ([inputs, outputs]) => ({ fanIn: inputs!, fanOut: outputs! }),
  // ∂loss/∂W of a row is aᵀ δ, ∂loss/∂b is δ.
  rowNorm: ({ bias }) => (bias ? 1 : 0),
};

/**
 * z = x W + b: x [..., inputs], W [inputs, outputs], b [outputs] → [..., outputs].
 * `init` (default heUniform) draws W, `biasInit` (default zeros) b.
 */
export const dense = (inputs: number, outputs: number, options: DenseOptions = {}): Dense =>
  make(denseRecord, options, { inputs, outputs });
