// What a layer is: plain data that says its kind and sizes; and what defines a kind.
import type { Tensor } from "../trace/tensor.ts";
import type { ActivationName } from "./activation.ts";
import type { InitializerName } from "./initializers.ts";

export interface Dense {
  readonly kind: "dense";
  readonly inputs: number;
  readonly outputs: number;
  readonly bias: boolean;
  readonly init: InitializerName;
}
export interface Activation {
  readonly kind: "activation";
  readonly name: ActivationName;
}
export interface Dropout {
  readonly kind: "dropout";
  /** Share of elements set to 0 in training. */
  readonly rate: number;
}
export interface Embedding {
  readonly kind: "embedding";
  readonly rows: number;
  readonly width: number;
}
export interface LayerNorm {
  readonly kind: "layerNorm";
  /** Size of the last dimension. */
  readonly features: number;
  readonly epsilon: number;
}
export interface BatchNorm {
  readonly kind: "batchNorm";
  /** Size of dimension 1. */
  readonly features: number;
  readonly epsilon: number;
  /** Share of the newest batch in the running statistics. */
  readonly momentum: number;
}
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
export interface Pool2d {
  readonly kind: "maxPool2d" | "avgPool2d";
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
}
export interface Flatten {
  readonly kind: "flatten";
}
export interface Residual {
  readonly kind: "residual";
  readonly layer: Layer;
}
export interface Sequential {
  readonly kind: "sequential";
  readonly layers: readonly Layer[];
}

/** A layer, or a whole model: JSON, to be saved and read as it is. */
export type Layer =
  | Dense
  | Activation
  | Dropout
  | Embedding
  | LayerNorm
  | BatchNorm
  | Conv2d
  | Pool2d
  | Flatten
  | Residual
  | Sequential;

export type LayerKind = Layer["kind"];
export type LayerOf<K extends LayerKind> = Extract<Layer, { readonly kind: K }>;

/** Tensors by readable path: `{ layers: [{ weight, bias }, {}] }` holds `layers.0.weight` and `layers.0.bias`. */
export type TensorTree = { readonly [name: string]: Tensor | TensorTree | readonly TensorTree[] };

export interface Variables {
  /** What training changes by gradients. */
  readonly parameters: TensorTree;
  /** What training changes otherwise: running statistics. */
  readonly buffers: TensorTree;
}

/**
 * Sees a value of a pass by its name, and gives what the pass goes on with: the value, or another of its type. Names are
 * paths of layers, for their outputs, and "<path of a residual>.input", for what enters its inner layers.
 */
export type Tap = (name: string, value: Tensor) => Tensor;

/** One pass through a model. */
export interface Pass {
  /** Set in training: the key of this step's random draws. */
  readonly key: Tensor | undefined;
  /** Another stream for every layer that draws. */
  nextStream(): number;
  /** Path of the layer that is being applied: "layers.0". */
  readonly path: string;
  readonly tap?: Tap | undefined;
}

export interface Applied {
  readonly y: Tensor;
  /** Next buffers, of the structure of the ones given. */
  readonly buffers: TensorTree;
}

export interface LayerDefinition<L extends Layer> {
  /** Initial variables, float64. */
  initialize(layer: L, key: Tensor, nextStream: () => number): Variables;
  apply(layer: L, variables: Variables, x: Tensor, pass: Pass): Applied;
}

/** The variables of a layer without any. */
export const noVariables: Variables = { parameters: {}, buffers: {} };
