// What the tests apply each op to: shapes of its operands with attributes, exhaustive by type. No part of the package.
import type { Convolution, Graph, Node, NodeId, OpAttributes, OpName, Pooling } from "../ir/graph.ts";
import type { Shape } from "../ir/shape.ts";
import { conv2d } from "./convolution.ts";
import { maxPool2d } from "./pooling.ts";

/** One configuration to test an op in. */
export interface Case<N extends OpName> {
  readonly shapes: readonly Shape[];
  readonly attributes: OpAttributes[N];
}

/** Rows of operand shapes with the attributes last. */
const rows = <A>(...list: readonly (readonly [...Shape[], A])[]) =>
  list.map((row) => ({ shapes: row.slice(0, -1) as Shape[], attributes: row.at(-1) as A }));

/** Attributes of elementwise ops, which are tested in every broadcast form besides. */
const one = rows([[3, 5], {}]);
const two = rows([[3, 5], [3, 5], {}]);

const float = { dtype: "float64" } as const;

const random = rows<OpAttributes["randomUniform"]>(
  [[4], { ...float, shape: [3, 5], stream: 0 }],
  [[4], { ...float, shape: [17], stream: 7 }],
  [[4], { ...float, shape: [], stream: 1 }],
  [[4], { ...float, shape: [8], stream: 2 ** 31 + 1 }],
  [[4], { ...float, shape: [0, 3], stream: 0 }],
);

const products: readonly (readonly [Shape, Shape, transposeX: boolean, transposeY: boolean])[] = [
  [[2, 3], [3, 4], false, false],
  [[7, 5], [5, 17], false, false],
  [[5, 7], [5, 3], true, false],
  [[7, 5], [3, 5], false, true],
  [[5, 7], [3, 5], true, true],
  [[1, 1], [1, 1], false, false],
  [[1, 17], [17, 1], false, false],
  [[17, 1], [1, 5], false, false],
  [[3, 2, 5], [3, 5, 4], false, false],
  [[3, 2, 5], [5, 4], false, false],
  [[2, 5], [3, 5, 4], false, false],
  [[2, 1, 3, 5], [3, 5, 2], false, false],
  [[2, 1, 5, 3], [3, 2, 5], true, true],
  [[1, 3, 2], [4, 3, 5], true, false],
  [[4, 2, 3], [1, 5, 3], false, true],
  [[0, 3], [3, 2], false, false],
  [[2, 0], [0, 3], false, false],
];

const reductions = rows<OpAttributes["sum"]>(
  [[3, 5], { axes: [0], keepDims: false }],
  [[3, 5], { axes: [1], keepDims: false }],
  [[3, 5], { axes: [0, 1], keepDims: false }],
  [[3, 5], { axes: [1], keepDims: true }],
  [[2, 3, 5, 7], { axes: [0, 2], keepDims: false }],
  [[2, 3, 5, 7], { axes: [1, 3], keepDims: true }],
  [[2, 3, 7], { axes: [1], keepDims: false }],
  [[17], { axes: [0], keepDims: false }],
  [[1, 17, 1], { axes: [0, 1], keepDims: false }],
  [[4, 1], { axes: [1], keepDims: false }],
  [[3, 2], { axes: [], keepDims: false }],
  [[], { axes: [], keepDims: false }],
  [[0, 3], { axes: [1], keepDims: false }],
);

const along = rows<OpAttributes["softmax"]>(
  [[3, 5], { axis: 1 }],
  [[3, 5], { axis: 0 }],
  [[2, 3, 7], { axis: 1 }],
  [[17], { axis: 0 }],
  [[5, 1], { axis: 1 }],
  [[0, 3], { axis: 1 }],
);

const plain: Convolution = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 };

/** x, w and settings of y = x ∗ w. */
const convolutions: readonly (readonly [Shape, Shape, Convolution])[] = [
  [[2, 3, 5, 5], [2, 3, 3, 3], plain],
  [[1, 1, 7, 5], [3, 1, 2, 3], plain],
  [[2, 2, 7, 5], [3, 2, 3, 3], { ...plain, stride: [2, 2], padding: [1, 1] }],
  [[1, 2, 6, 7], [2, 2, 3, 2], { ...plain, stride: [2, 3], padding: [0, 1] }],
  [[1, 2, 7, 7], [2, 2, 3, 3], { ...plain, padding: [2, 2], dilation: [2, 2] }],
  [[1, 2, 7, 5], [1, 2, 2, 3], { ...plain, dilation: [3, 1] }],
  [[2, 4, 5, 3], [6, 2, 3, 3], { ...plain, padding: [1, 1], groups: 2 }],
  [[1, 3, 5, 5], [3, 1, 3, 3], { ...plain, groups: 3 }],
  [[3, 5, 1, 1], [7, 5, 1, 1], plain],
  [[1, 1, 3, 3], [1, 1, 3, 3], plain],
  [[1, 1, 2, 2], [1, 1, 3, 3], { ...plain, padding: [2, 2] }],
  [[0, 2, 3, 3], [2, 2, 2, 2], plain],
];
const convolved = (x: Shape, w: Shape, attributes: Convolution): Shape =>
  conv2d.infer(
    [
      { ...float, shape: x },
      { ...float, shape: w },
    ],
    attributes,
  ).shape;

/** x and windows. */
const pools: readonly (readonly [Shape, Pooling])[] = [
  [[2, 3, 4, 6], { kernel: [2, 2], stride: [2, 2], padding: [0, 0] }],
  [[1, 2, 7, 5], { kernel: [3, 3], stride: [2, 2], padding: [1, 1] }],
  [[1, 3, 5, 7], { kernel: [3, 2], stride: [1, 2], padding: [1, 0] }],
  [[2, 1, 5, 5], { kernel: [2, 2], stride: [1, 1], padding: [0, 0] }],
  [[1, 1, 7, 7], { kernel: [2, 2], stride: [3, 3], padding: [0, 0] }],
  [[3, 5, 1, 1], { kernel: [1, 1], stride: [1, 1], padding: [0, 0] }],
  [[1, 2, 3, 3], { kernel: [3, 3], stride: [1, 1], padding: [0, 0] }],
  [[0, 2, 4, 4], { kernel: [2, 2], stride: [2, 2], padding: [0, 0] }],
];
const pooled = (x: Shape, attributes: Pooling): Shape => maxPool2d.infer([{ ...float, shape: x }], attributes).shape;

/** y = 2x on three numbers: dx = 2dy. */
const twice = (): Graph => {
  const type = { ...float, shape: [3] };
  const input = (id: NodeId, name: string): Node => ({
    ...type,
    id,
    op: "input",
    inputs: [],
    attributes: { ...type, name },
  });
  const dx: Node = { ...type, id: 3, op: "add", inputs: [0, 0], attributes: {} };
  return { nodes: [input(0, "dy"), input(1, "x"), input(2, "y"), dx], inputs: [0, 1, 2], outputs: [3] };
};

/** At every size: reductions of rows and of columns. */
const reducedAt = (n: number) =>
  rows<OpAttributes["sum"]>([[n, 3], { axes: [0], keepDims: false }], [[3, n], { axes: [1], keepDims: false }]);
/** Where there is no result over zero elements. */
const reducedOfSome = (n: number) => (n === 0 ? [] : reducedAt(n));

const alongAt = (n: number) =>
  n === 0 ? [] : rows<OpAttributes["softmax"]>([[n, 3], { axis: 0 }], [[3, n], { axis: 1 }]);

const flags = [false, true];
const untransposed = { transposeX: false, transposeY: false };
const productsAt = (n: number): Case<"matmul">[] => [
  ...flags.flatMap((transposeX) =>
    flags.map((transposeY) => ({
      shapes: [transposeX ? [n, 5] : [5, n], transposeY ? [17, n] : [n, 17]],
      attributes: { transposeX, transposeY },
    })),
  ),
  ...rows<OpAttributes["matmul"]>([[n, 17], [17, 3], untransposed], [[3, 17], [17, n], untransposed]),
];

/** Cases of a size: of ops whose kernels work by vectors, blocks or tiles along it. */
export const sizedCases: { readonly [N in OpName]?: (n: number) => readonly Case<N>[] } = {
  matmul: productsAt,
  sum: reducedAt,
  mean: reducedOfSome,
  max: reducedOfSome,
  min: reducedOfSome,
  var: (n) =>
    reducedOfSome(n).map(({ shapes, attributes }) => ({ shapes, attributes: { ...attributes, correction: 0 } })),
  logsumexp: reducedAt,
  argmax: alongAt,
  softmax: alongAt,
  logSoftmax: alongAt,
};

export const cases: { readonly [N in OpName]: readonly Case<N>[] } = {
  input: [],
  constant: rows(
    [{ ...float, shape: [3, 5], data: Float64Array.of(1.5) }],
    [{ ...float, shape: [3], data: Float64Array.of(1, -2, 0.5) }],
    [{ shape: [3], dtype: "int32", data: Int32Array.of(7, 0, -7) }],
    [{ ...float, shape: [0], data: new Float64Array(0) }],
  ),
  iota: rows(
    [{ shape: [17], dtype: "int32", axis: 0 }],
    [{ shape: [3, 5], dtype: "int32", axis: 0 }],
    [{ ...float, shape: [2, 3, 7], axis: 1 }],
    [{ shape: [0, 3], dtype: "int32", axis: 1 }],
  ),
  randomUniform: random,
  randomNormal: random,
  neg: one,
  add: two,
  sub: two,
  mul: two,
  div: two,
  abs: one,
  sign: one,
  floor: one,
  square: one,
  sqrt: one,
  rsqrt: one,
  reciprocal: one,
  pow: two,
  exp: one,
  expm1: one,
  log: one,
  log1p: one,
  sin: one,
  cos: one,
  erf: one,
  tanh: one,
  sigmoid: one,
  softplus: one,
  relu: one,
  leakyRelu: rows([[3, 5], { slope: 0.01 }], [[3, 5], { slope: 0.3 }]),
  elu: rows([[3, 5], { alpha: 1 }], [[3, 5], { alpha: 0.5 }]),
  gelu: one,
  geluTanh: one,
  silu: one,
  equal: two,
  notEqual: two,
  less: two,
  lessEqual: two,
  greater: two,
  greaterEqual: two,
  isFinite: one,
  maximum: two,
  minimum: two,
  where: rows([[3, 5], [3, 5], [3, 5], {}]),
  cast: rows([[3, 5], { dtype: "float64" }], [[3, 5], { dtype: "int32" }], [[3, 5], { dtype: "bool" }]),
  stopGradient: one,
  matmul: products.map(([x, y, transposeX, transposeY]) => ({
    shapes: [x, y],
    attributes: { transposeX, transposeY },
  })),
  sum: [...reductions, ...rows([[0, 3], { axes: [0], keepDims: false }])],
  mean: reductions,
  max: reductions,
  min: reductions,
  var: [
    ...reductions.map(({ shapes, attributes }) => ({ shapes, attributes: { ...attributes, correction: 0 } })),
    ...rows(
      [[3, 5], { axes: [1], keepDims: false, correction: 1 }],
      [[2, 3, 7], { axes: [0, 2], keepDims: true, correction: 1 }],
    ),
  ],
  logsumexp: reductions,
  argmax: rows(
    [[3, 5], { axis: 0 }],
    [[3, 5], { axis: 1 }],
    [[2, 3, 7], { axis: 1 }],
    [[17], { axis: 0 }],
    [[4, 1], { axis: 1 }],
    [[0, 3], { axis: 1 }],
  ),
  softmax: along,
  logSoftmax: along,
  reshape: rows(
    [[2, 3], { shape: [3, 2] }],
    [[3, 5, 7], { shape: [105] }],
    [[17], { shape: [1, 17, 1] }],
    [[1, 1], { shape: [] }],
    [[0, 3], { shape: [5, 0] }],
  ),
  transpose: rows(
    [[3, 5], { permutation: [1, 0] }],
    [[2, 3, 5], { permutation: [2, 0, 1] }],
    [[2, 3, 5, 7], { permutation: [0, 2, 1, 3] }],
    [[2, 3, 5, 7], { permutation: [3, 1, 0, 2] }],
    [[17, 1], { permutation: [1, 0] }],
    [[5], { permutation: [0] }],
    [[], { permutation: [] }],
    [[0, 3], { permutation: [1, 0] }],
  ),
  broadcast: rows(
    [[], { shape: [3, 5] }],
    [[5], { shape: [3, 5] }],
    [[3, 1], { shape: [3, 5] }],
    [[2, 1, 7], { shape: [2, 3, 7] }],
    [[1, 3, 1], { shape: [5, 2, 3, 7] }],
    [[3, 5], { shape: [3, 5] }],
    [[1, 3], { shape: [0, 3] }],
  ),
  slice: rows(
    [[3, 5], { start: [1, 0], stop: [3, 5] }],
    [[3, 5], { start: [0, 2], stop: [2, 3] }],
    [[2, 5, 7], { start: [1, 1, 3], stop: [2, 4, 7] }],
    [[17], { start: [4], stop: [15] }],
    [[3, 5], { start: [0, 0], stop: [3, 5] }],
    [[3, 5], { start: [1, 2], stop: [1, 4] }],
    [[], { start: [], stop: [] }],
  ),
  pad: rows(
    [[3, 5], { before: [1, 0], after: [0, 2], value: 0 }],
    [[3, 5], { before: [0, 3], after: [2, 1], value: -1.5 }],
    [[2, 3, 5], { before: [0, 1, 2], after: [1, 1, 0], value: 0 }],
    [[17], { before: [0], after: [0], value: 0 }],
    [[0, 3], { before: [2, 0], after: [1, 1], value: 0.5 }],
    [[], { before: [], after: [], value: 0 }],
  ),
  concat: rows(
    [[2, 3], [5, 3], { axis: 0 }],
    [[3, 2], [3, 5], { axis: 1 }],
    [[2, 1, 5], [2, 3, 5], [2, 7, 5], { axis: 1 }],
    [[17], { axis: 0 }],
    [[0, 3], [2, 3], { axis: 0 }],
  ),
  gather: rows(
    [[3, 5], [7], {}],
    [[5, 2, 3], [2, 7], {}],
    [[3], [5], {}],
    [[7, 1], [1], {}],
    [[3, 17], [], {}],
    [[3, 2], [0], {}],
  ),
  scatterAdd: rows(
    [[7], [7, 5], { rows: 3 }],
    [[2, 3], [2, 3, 5], { rows: 7 }],
    [[5], [5], { rows: 3 }],
    [[], [17], { rows: 3 }],
    [[0], [0, 2], { rows: 3 }],
  ),
  conv2d: convolutions.map(([x, w, attributes]) => ({ shapes: [x, w], attributes })),
  conv2dInputGradient: convolutions.map(([x, w, attributes]) => ({
    shapes: [w, convolved(x, w, attributes)],
    attributes: { ...attributes, inputShape: x },
  })),
  conv2dWeightGradient: convolutions.map(([x, w, attributes]) => ({
    shapes: [x, convolved(x, w, attributes)],
    attributes: { ...attributes, kernelShape: w },
  })),
  maxPool2d: pools.map(([x, attributes]) => ({ shapes: [x], attributes })),
  maxPool2dGradient: pools.map(([x, attributes]) => ({ shapes: [x, pooled(x, attributes)], attributes })),
  maxPool2dGather: pools.map(([x, attributes]) => ({ shapes: [x, x], attributes })),
  avgPool2d: pools.map(([x, attributes]) => ({ shapes: [x], attributes })),
  avgPool2dGradient: pools.map(([x, attributes]) => ({
    shapes: [pooled(x, attributes)],
    attributes: { ...attributes, inputShape: x },
  })),
  custom: rows([[3], [3], { name: "twice", formula: { text: "y = 2x", tex: "y = 2x" }, gradient: twice() }]),
  sketch: rows(
    ...[0, 1, 3, 5, 16, 17, 64, 257, 399].map((n): [Shape, object] => [[n], {}]),
    [[], {}],
    [[3, 5, 7], {}],
    [[3, 0], {}],
  ),
};
