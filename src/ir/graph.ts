// Graph and node: plain data, in topological order; a node's id is its place in the list.
import type { DType, TypedArray } from "./dtype.ts";
import type { Shape, TensorType } from "./shape.ts";

interface Reduction {
  /** Sorted, non-negative. */
  readonly axes: readonly number[];
  /** Reduced dimensions stay, with size 1. */
  readonly keepDims: boolean;
}

/** Settings of a 2-d window. Pairs are [height, width]. */
export interface Convolution {
  readonly stride: readonly [number, number];
  /** Zeros on both sides of each dimension. */
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

export interface Pooling {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
}

export interface Formula {
  readonly text: string;
  readonly tex: string;
}

type None = Readonly<Record<never, never>>;

/** Ops computed element by element, with broadcasting, from one scalar expression. */
export interface ElementwiseAttributes {
  neg: None;
  exp: None;
  expm1: None;
  log: None;
  log1p: None;
  sqrt: None;
  rsqrt: None;
  reciprocal: None;
  square: None;
  abs: None;
  sign: None;
  floor: None;
  sin: None;
  cos: None;
  erf: None;
  tanh: None;
  sigmoid: None;
  softplus: None;
  relu: None;
  leakyRelu: { readonly slope: number };
  elu: { readonly alpha: number };
  gelu: None;
  /** Of gelu, in one step: gelu's own rule. */
  geluDerivative: None;
  geluTanh: None;
  silu: None;
  add: None;
  sub: None;
  mul: None;
  div: None;
  pow: None;
  maximum: None;
  minimum: None;
  equal: None;
  notEqual: None;
  less: None;
  lessEqual: None;
  greater: None;
  greaterEqual: None;
  where: None;
  isFinite: None;
  cast: { readonly dtype: DType };
  stopGradient: None;
  copy: None;
}

/** Every op and its attributes. A new op starts here: all tables over ops then ask for it. */
export interface OpAttributes extends ElementwiseAttributes {
  input: TensorType & { readonly name: string };
  /** `data` holds one element for all (a splat) or as many as the shape has. */
  constant: TensorType & { readonly data: TypedArray };
  /** 0, 1, 2 … along `axis`. */
  iota: TensorType & { readonly axis: number };
  /**
   * Inputs: key int32[4]. `stream` tells apart the draws of one key. Uniform in [0, 1), multiples of 2⁻²⁴. Where the draw is a part of a
   * larger one, it begins with element 4 · `block` of it.
   */
  randomUniform: TensorType & { readonly stream: number; readonly block?: number };
  randomNormal: TensorType & { readonly stream: number; readonly block?: number };
  /** Over the last two dimensions, the others broadcast. A flag says that an operand is read transposed. */
  matmul: { readonly transposeX: boolean; readonly transposeY: boolean };
  sum: Reduction;
  mean: Reduction;
  max: Reduction;
  min: Reduction;
  var: Reduction & { readonly correction: number };
  logsumexp: Reduction;
  argmax: { readonly axis: number };
  softmax: { readonly axis: number };
  logSoftmax: { readonly axis: number };
  /**
   * Inputs: q [batch, queries, heads, width], k [batch, keys, heads, width] → softmax(scale · q kᵀ) [batch, heads, queries, keys].
   * This op and the next two are the planner's. Causal: the result is 0 after the diagonal.
   */
  attentionWeights: { readonly scale: number; readonly causal: boolean };
  /** Inputs: weights p, dy [batch, queries, heads, width], v [batch, keys, heads, width] → scale · p (dy vᵀ − Σ p dy vᵀ), as p. */
  attentionScoresGradient: { readonly scale: number; readonly causal: boolean };
  /**
   * Inputs: weights p, x [batch, keys, heads, width] → p x [batch, queries, heads, width]; or pᵀ x from queries to keys. Causal: p is 0 after
   * the diagonal, and need not be read there.
   */
  attentionProduct: { readonly transpose: boolean; readonly causal: boolean };
  reshape: { readonly shape: Shape };
  transpose: { readonly permutation: readonly number[] };
  broadcast: { readonly shape: Shape };
  slice: { readonly start: readonly number[]; readonly stop: readonly number[] };
  pad: { readonly before: readonly number[]; readonly after: readonly number[]; readonly value: number };
  concat: { readonly axis: number };
  /** Inputs: x [rows, …], indices int32 of any shape → [...indices.shape, …]. */
  gather: None;
  /** Inputs: indices int32, updates [...indices.shape, …] → [rows, …]. */
  scatterAdd: { readonly rows: number };
  /** Inputs: x [batch, in, height, width], w [out, in / groups, kh, kw]. */
  conv2d: Convolution;
  /** Inputs: w, dy → dx of shape `inputShape`. */
  conv2dInputGradient: Convolution & { readonly inputShape: Shape };
  /** Inputs: x, dy → dw of shape `kernelShape`. */
  conv2dWeightGradient: Convolution & { readonly kernelShape: Shape };
  maxPool2d: Pooling;
  /** Inputs: x, dy → dx: each dy goes to the first largest element of its window. */
  maxPool2dGradient: Pooling;
  /** Inputs: x, u (shape of x) → u at the first largest element of x in each window. */
  maxPool2dGather: Pooling;
  /** Zeros of the padding count in the mean. */
  avgPool2d: Pooling;
  avgPool2dGradient: Pooling & { readonly inputShape: Shape };
  /**
   * Inputs: operands x, then the value that other nodes compute from them → that value. `gradient` is the rule as a graph
   * from dy, x and y to one gradient per float operand.
   */
  custom: { readonly name: string; readonly formula: Formula; readonly gradient: Graph };
  /** Statistics of all elements, in one vector of a fixed length: see sketchLayout. */
  sketch: None;
  /** Σ x over the ranks of a training, on every one of them; x where there is one. */
  allReduce: None;
}

export type OpName = keyof OpAttributes;
export type ElementwiseOpName = keyof ElementwiseAttributes;

/** Index of a node in its graph's list. */
export type NodeId = number;

interface NodeOf<N extends OpName> extends TensorType {
  readonly id: NodeId;
  readonly op: N;
  readonly inputs: readonly NodeId[];
  readonly attributes: OpAttributes[N];
}

export type Node<N extends OpName = OpName> = { [K in N]: NodeOf<K> }[N];

export interface Graph {
  readonly nodes: readonly Node[];
  /** Nodes with op "input", in the order of the function's arguments. */
  readonly inputs: readonly NodeId[];
  readonly outputs: readonly NodeId[];
}
