// What a layer is: plain data of a kind; the tensors it keeps; a pass through it; and the record of a kind.
import type { Fail, Kind } from "../ir/fields.ts";
import type { Shape, TensorType } from "../ir/shape.ts";
import type { Tensor } from "../trace/tensor.ts";
import type { ActivationName } from "./activation.ts";
import type { Fans } from "./initializers.ts";
import type { layerRecords } from "./layers/index.ts";
import type { RowShare } from "./row-share.ts";

type LayerOf<R> = R extends LayerRecord<infer L> ? L : never;

export type LayerKind = keyof typeof layerRecords;
/** A layer, or a whole model: JSON, to be saved and read as it is. */
export type Layer = LayerOf<(typeof layerRecords)[LayerKind]>;

/** Tensors by readable path: `{ layers: [{ weight, bias }, {}] }` holds `layers.0.weight` and `layers.0.bias`. */
export type TensorTree = { readonly [name: string]: Tensor | TensorTree | readonly TensorTree[] };

export interface Variables {
  /** What training changes by gradients. */
  readonly parameters: TensorTree;
  /** What training changes otherwise: running statistics. */
  readonly buffers: TensorTree;
}

/** A tensor that a layer keeps, float64 at first: filled with a number, or drawn. */
export interface Variable {
  readonly shape: Shape;
  readonly initial: number | ((key: Tensor, stream: number) => Tensor);
}
type Named = Readonly<Record<string, Variable>>;

/**
 * Sees a value of a pass by its name, and gives what the pass goes on with: the value, or another of its type. Names are
 * paths of layers, for their outputs, and "<path of a residual>.input", for what enters its inner layers.
 */
export type Tap = (name: string, value: Tensor) => Tensor;

/** One pass through a model. */
export interface Pass {
  /** Set in training: the key of this step's random draws. */
  readonly key: Tensor | undefined;
  /** Default: the rows are all that there are. */
  readonly share?: RowShare | undefined;
  /** Another stream for every layer that draws. */
  nextStream(): number;
  /** Path of the layer that is being applied: "layers.0". */
  readonly path: string;
  readonly tap?: Tap | undefined;
  /** Applies a layer that is nested in this one, by its name in it: "layers.0". */
  applyNested(layer: Layer, variables: Variables, x: Tensor, name: string): Applied;
}

export interface Applied {
  readonly y: Tensor;
  /** Next buffers, of the structure of the ones given. */
  readonly buffers: TensorTree;
}

/**
 * A kind of layer. Layers nested in it stand in fields of their own ("layer", "layers"), and their variables under the same names in the
 * trees of its variables.
 */
export interface LayerRecord<L extends { readonly kind: string }> extends Kind<L> {
  /** Its own tensors; none where this is absent. */
  readonly variables?: (layer: L) => { readonly parameters: Named; readonly buffers?: Named };
  apply(layer: L, variables: Variables, x: Tensor, pass: Pass): Applied;
  /**
   * The type of y for an x of that type, and batch sizes, by `of`, for layers nested in it. Throws what `fail` makes where x does not fit, so
   * that a model from a file can be checked before anything is computed.
   */
  output(layer: L, x: TensorType, fail: Fail, of: (nested: Layer, x: TensorType) => TensorType): TensorType;
  /** It has a matrix of weights between x and y: a row of the chain-rule ledger begins with it. */
  readonly isWeighted?: true;
  /** Set where its weights are drawn by how many inputs feed an output: these numbers, of a weight of that shape. */
  readonly fans?: (weight: Shape) => Fans;
  /**
   * Set where one row's gradient by its parameters has the squared norm ‖δ‖² (‖a‖² + constant), a being the row's input and δ its gradient
   * by the output (Goodfellow 2015): that constant.
   */
  readonly rowNorm?: (layer: L) => number;
  /** What its units compute, where that is all it does. */
  readonly activation?: (layer: L) => ActivationName;
  /** After training it gives the values that came, in another shape maybe. */
  readonly keepsValues?: true;
  /** It adds its input to what its nested layers give: gradients flow around them. */
  readonly addsInput?: true;
}

/** "layers.0" of "layers.3" is "layers.3.layers.0"; of the whole model it is "layers.0". */
export const childPath = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

/** "layers.0" of "layers.0.weight" */
export const parentPath = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf(".")));
