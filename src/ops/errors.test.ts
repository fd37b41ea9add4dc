// Whole messages of the shape rules: the op, what must hold, what came, the fix.
import { expect, test } from "vitest";
import type { DType } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { OpAttributes, OpName } from "../ir/graph.ts";
import { recordOf } from "./index.ts";

/** Code and message of the error that inferring throws. Inputs are types as "float64 2,3". */
function errorOf<N extends OpName>(op: N, inputs: readonly string[], attributes: OpAttributes[N]): string {
  const types = inputs.map((input) => {
    const [dtype, sizes] = input.split(" ") as [DType, string];
    return { dtype, shape: sizes.split(",").map(Number) };
  });
  try {
    recordOf(op).infer(types, attributes);
  } catch (error) {
    if (error instanceof ChainruleError) return `${error.code}\n${error.message}`;
    throw error;
  }
  return "no error";
}

const reduction = { axes: [0], keepDims: false };
const convolution = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 } as const;
const pooling = { kernel: [2, 2], stride: [2, 2], padding: [0, 0] } as const;

test("elementwise", () => {
  expect(errorOf("add", ["float64 2,3", "float64 4,3"], {})).toMatchInlineSnapshot(`
    "SHAPE_MISMATCH
    add: shapes must broadcast: from the last dimension backwards, sizes are equal or one of them is 1; got [2, 3] and [4, 3]. Reshape, transpose or slice one of them to fit."
  `);
  expect(errorOf("mul", ["float32 2", "int32 2"], {})).toMatchInlineSnapshot(`
    "DTYPE_MISMATCH
    mul: operands must share one element type; got f32[2] and i32[2]. Cast them to the wider type first."
  `);
  expect(errorOf("exp", ["int32 3"], {})).toMatchInlineSnapshot(`
    "DTYPE_MISMATCH
    exp: needs float elements; got i32[3]. Cast it to float32 first."
  `);
  expect(errorOf("neg", ["bool 3"], {})).toMatchInlineSnapshot(`
    "DTYPE_MISMATCH
    neg: needs float or int32 elements; got bool[3]. Cast it to int32 or float32 first."
  `);
  expect(errorOf("where", ["float64 3", "float64 3", "float64 3"], {})).toMatchInlineSnapshot(`
    "DTYPE_MISMATCH
    where: the condition must be bool; got float64. Compare it first, as in x.greater(0)."
  `);
  expect(errorOf("leakyRelu", ["float64 3"], { slope: Number.NaN })).toMatchInlineSnapshot(`
    "INVALID_ARGUMENT
    leakyRelu: slope must be a finite number; got NaN."
  `);
});

test("matmul", () => {
  const flags = { transposeX: false, transposeY: false };
  expect(errorOf("matmul", ["float64 64,128", "float64 10,128"], flags)).toMatchInlineSnapshot(`
    "SHAPE_MISMATCH
    matmul: columns of the first operand must equal rows of the second; got [64, 128] and [10, 128] (128 and 10). Check the sizes of the layers, or transpose an operand."
  `);
  expect(errorOf("matmul", ["float64 3", "float64 3,2"], flags)).toMatchInlineSnapshot(`
    "SHAPE_MISMATCH
    matmul: both operands need at least 2 dimensions; got [3] and [3, 2]. Reshape a vector to one row or one column."
  `);
  expect(errorOf("matmul", ["float64 2,3,4", "float64 5,4,3"], flags)).toMatchInlineSnapshot(`
    "SHAPE_MISMATCH
    matmul: the dimensions before the last two must broadcast; got [2, 3, 4] and [5, 4, 3]. Reshape one operand to fit."
  `);
  expect(
    errorOf("matmul", ["float64 4,3", "float64 4,2"], { transposeX: false, transposeY: true }),
  ).toMatchInlineSnapshot(`
    "SHAPE_MISMATCH
    matmul: columns of the first operand must equal rows of the second; got [4, 3] and [4, 2] transposed (3 and 2). Check the sizes of the layers, or transpose an operand."
  `);
});

test("reductions", () => {
  expect(errorOf("sum", ["float64 2,3"], { axes: [2], keepDims: false })).toMatchInlineSnapshot(`
    "INVALID_ARGUMENT
    sum: axes must be sorted, distinct and from 0 to 1 for shape [2, 3]; got [2]."
  `);
  expect(errorOf("mean", ["float64 0,3"], reduction)).toMatchInlineSnapshot(`
    "INVALID_ARGUMENT
    mean: is undefined over zero elements; got shape [0, 3] with axes [0]. Leave out the empty dimension or check the data before."
  `);
  expect(errorOf("softmax", ["float64 3,0"], { axis: 1 })).toMatchInlineSnapshot(`
    "INVALID_ARGUMENT
    softmax: is undefined over zero elements; got shape [3, 0] with axes [1]. Leave out the empty dimension or check the data before."
  `);
  expect(errorOf("var", ["float64 1,3"], { ...reduction, correction: 1 })).toMatchInlineSnapshot(`
    "INVALID_ARGUMENT
    var: needs more elements than its correction; got 1 with correction 1. Use correction 0, or more data."
  `);
});

test("movement", () => {
  expect(errorOf("reshape", ["float64 2,3"], { shape: [4, 2] })).toMatchInlineSnapshot(`
    "SHAPE_MISMATCH
    reshape: the number of elements must stay; got [2, 3] with 6 and [4, 2] with 8. Choose sizes whose product is 6."
  `);
  expect(errorOf("transpose", ["float64 2,3"], { permutation: [0, 0] })).toMatchInlineSnapshot(`
    "INVALID_ARGUMENT
    transpose: the permutation must name each axis of [2, 3] once; got [0, 0]."
  `);
  expect(errorOf("broadcast", ["float64 2,3"], { shape: [3] })).toMatchInlineSnapshot(`
    "SHAPE_MISMATCH
    broadcast: from the last dimension backwards, each size must be 1 or that of the target [3]; got [2, 3]. Reshape it so that the repeated dimensions have size 1."
  `);
  expect(errorOf("slice", ["float64 2,3"], { start: [0, 2], stop: [2, 4] })).toMatchInlineSnapshot(`
    "INVALID_ARGUMENT
    slice: needs 0 ≤ start ≤ stop ≤ size in each dimension of [2, 3]; got start [0, 2] and stop [2, 4]."
  `);
  expect(errorOf("pad", ["float64 3"], { before: [-1], after: [0], value: 0 })).toMatchInlineSnapshot(`
    "INVALID_ARGUMENT
    pad: before must be 1 integer of at least 0; got [-1]."
  `);
  expect(errorOf("concat", ["float64 2,3", "float64 2,4"], { axis: 0 })).toMatchInlineSnapshot(`
    "SHAPE_MISMATCH
    concat: all sizes but that of axis 0 must be equal; got [2, 3], [2, 4]. Reshape or slice the operands to fit."
  `);
});

test("gather and scatterAdd", () => {
  expect(errorOf("gather", ["float64 5,2", "float64 3"], {})).toMatchInlineSnapshot(`
    "DTYPE_MISMATCH
    gather: indices must be int32; got f64[3]. Cast it to int32 first."
  `);
  expect(errorOf("scatterAdd", ["int32 3", "float64 4,2"], { rows: 5 })).toMatchInlineSnapshot(`
    "SHAPE_MISMATCH
    scatterAdd: the shape of updates must begin with that of indices; got indices [3] and updates [4, 2]."
  `);
});

test("convolution", () => {
  expect(errorOf("conv2d", ["float64 1,3,8,8", "float64 4,1,3,3"], convolution)).toMatchInlineSnapshot(`
    "SHAPE_MISMATCH
    conv2d: w must have as many input channels as x has per group; got x [1, 3, 8, 8] and w [4, 1, 3, 3] with groups 1: 1 instead of 3. Give w the shape [4, 3, 3, 3]."
  `);
  expect(
    errorOf("conv2d", ["float64 1,3,8,8", "float64 4,3,3,3"], { ...convolution, groups: 2 }),
  ).toMatchInlineSnapshot(`
    "SHAPE_MISMATCH
    conv2d: groups must divide the channels of x and of w; got x [1, 3, 8, 8] and w [4, 3, 3, 3] with groups 2."
  `);
  expect(
    errorOf("conv2d", ["float64 1,3,4,8", "float64 4,3,3,3"], { ...convolution, dilation: [2, 1] }),
  ).toMatchInlineSnapshot(`
    "SHAPE_MISMATCH
    conv2d: the kernel must have at least 1 element and fit into the padded input; got x [1, 3, 4, 8] and w [4, 3, 3, 3] with groups 1: in height, a reach of 5 and 4 elements. Use a smaller kernel or dilation, or more padding."
  `);
  expect(
    errorOf("conv2d", ["float64 1,3,8,8", "float64 4,3,3,3"], { ...convolution, stride: [1.5, 1] }),
  ).toMatchInlineSnapshot(`
    "INVALID_ARGUMENT
    conv2d: stride must be 2 integers of at least 1; got [1.5, 1]."
  `);
  expect(errorOf("conv2d", ["float64 3,8,8", "float64 4,3,3,3"], convolution)).toMatchInlineSnapshot(`
    "SHAPE_MISMATCH
    conv2d: x must have 4 dimensions, [batch, in, height, width]; got shape [3, 8, 8]. Reshape it first."
  `);
  expect(
    errorOf("conv2dInputGradient", ["float64 4,3,3,3", "float64 1,4,7,6"], {
      ...convolution,
      inputShape: [1, 3, 8, 8],
    }),
  ).toMatchInlineSnapshot(`
    "SHAPE_MISMATCH
    conv2dInputGradient: dy must have the shape of the convolution's output, [1, 4, 6, 6]; got [1, 4, 7, 6]."
  `);
});

test("pooling", () => {
  expect(errorOf("maxPool2d", ["float64 1,1,1,4"], pooling)).toMatchInlineSnapshot(`
    "SHAPE_MISMATCH
    maxPool2d: the window must fit into the padded input; got kernel [2, 2], padding [0, 0] and x [1, 1, 1, 4]. Use a smaller kernel or more padding."
  `);
  expect(errorOf("avgPool2d", ["float64 1,1,4,4"], { ...pooling, padding: [2, 2] })).toMatchInlineSnapshot(`
    "INVALID_ARGUMENT
    avgPool2d: padding must be smaller than the kernel, or windows hold nothing but padding; got padding [2, 2] and kernel [2, 2]."
  `);
  expect(errorOf("maxPool2dGradient", ["float64 1,1,4,4", "float64 1,1,4,4"], pooling)).toMatchInlineSnapshot(`
    "SHAPE_MISMATCH
    maxPool2dGradient: dy must have shape [1, 1, 2, 2]; got [1, 1, 4, 4]."
  `);
});

test("values from nowhere", () => {
  const shape = [3];
  expect(errorOf("constant", [], { shape, dtype: "float64", data: new Float64Array(2) })).toMatchInlineSnapshot(`
    "SHAPE_MISMATCH
    constant: data must hold 1 element for all, or 3 for shape [3]; got 2."
  `);
  expect(errorOf("constant", [], { shape, dtype: "float32", data: new Float64Array(3) })).toMatchInlineSnapshot(`
    "DTYPE_MISMATCH
    constant: data must be stored as its type f32[3] says; got float64. Convert the array first."
  `);
  expect(errorOf("randomNormal", ["int32 2"], { shape, dtype: "float64", stream: 0 })).toMatchInlineSnapshot(`
    "SHAPE_MISMATCH
    randomNormal: the key must have shape [4]; got [2]."
  `);
  expect(errorOf("input", [], { shape: [2.5], dtype: "float64", name: "x" })).toMatchInlineSnapshot(`
    "INVALID_ARGUMENT
    input: sizes of a shape must be integers of at least 0; got [2.5]."
  `);
});
