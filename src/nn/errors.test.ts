// What layers, models and losses refuse, and what they say.
import { expect, it } from "vitest";
import { randomKey, tensor, zeros } from "../index.ts";
import {
  activation,
  apply,
  applyTraining,
  avgPool2d,
  batchNorm,
  binaryCrossEntropyWith,
  conv2d,
  crossEntropyWith,
  dense,
  dropout,
  embedding,
  flatten,
  initialize,
  type Layer,
  layerNorm,
  losses,
  maxPool2d,
  multiHeadAttention,
  positionEmbedding,
  residual,
  sequential,
} from "./index.ts";

/** "CODE: message" of what the functions throw. */
function messages(...attempts: readonly (() => unknown)[]): string {
  return attempts
    .map((attempt) => {
      try {
        attempt();
      } catch (error) {
        const { code, message } = error as { code?: string; message: string };
        return `${code}: ${message}`;
      }
      return "did not throw";
    })
    .join("\n");
}
const applied = (layer: Layer, ...shape: number[]) => apply(layer, initialize(layer), zeros(shape));

it("settings", () => {
  expect(
    messages(
      () => dense(0, 3),
      () => dense(3, 2.5),
      () => dense(Number.NaN, 1),
      () => embedding(-1, 4),
      () => layerNorm(0),
      () => batchNorm(0),
      () => conv2d(0, 1, 3),
      () => conv2d(3, 4, 0),
      () => conv2d(3, 4, 3, { stride: 0 }),
      () => conv2d(3, 4, 3, { padding: -1 }),
      () => conv2d(3, 4, 3, { groups: 2 }),
      () => conv2d(4, 3, 3, { groups: 2 }),
      () => conv2d(3, 3, 3, { groups: 0 }),
      () => conv2d(3, 4, [3, 0]),
      () => maxPool2d(0),
      () => avgPool2d(2, { stride: [1, 0.5] }),
      () => maxPool2d(2, { padding: -1 }),
      () => dropout(1),
      () => dropout(-0.1),
      () => dropout(Number.NaN),
      () => activation("swish" as never),
      () => activation(Math.tanh as never),
      () => dense("2" as never, 1),
      () => dense(2, 1, "relu" as never),
      () => dense(2, 1, { activation: "relu" } as never),
      () => dense(2, 1, { bias_init: "zeros" } as never),
      () => conv2d(1, 2, 3, { padding: "same" } as never),
      () => conv2d(1, 2, 3, 1 as never),
      () => maxPool2d(2, { strides: 2 } as never),
      () => layerNorm(3, 1e-5 as never),
      () => multiHeadAttention(6, 4),
      () => multiHeadAttention(6, 0),
      () => multiHeadAttention(6, 2, { causal: 1 } as never),
      () => multiHeadAttention(6, 2, { isCausal: true } as never),
      () => positionEmbedding(0, 4),
      () => crossEntropyWith({ ignore_index: 0 } as never),
      () => binaryCrossEntropyWith({ weights: [1, 2] } as never),
      () => sequential([dense(2, 1)] as never),
      () => sequential(dense(2, 1), "relu" as never),
      () => sequential(dense(2, 1), dense as never),
      () => residual(undefined as never),
      () => initialize(dense(2, 2, { init: "glorot" as never })),
      () => initialize(dense(2, 2), 0.5),
      () => initialize({ kind: "lstm" } as never),
      () => initialize(JSON.parse('{"kind":"toString"}')),
      () => apply({ kind: "activation", name: "swish" } as never, { parameters: {}, buffers: {} }, zeros([1])),
    ),
  ).toMatchInlineSnapshot(`
    "INVALID_ARGUMENT: dense: inputs must be a whole number of at least 1; got 0.
    INVALID_ARGUMENT: dense: outputs must be a whole number of at least 1; got 2.5.
    INVALID_ARGUMENT: dense: inputs must be a whole number of at least 1; got NaN.
    INVALID_ARGUMENT: embedding: rows must be a whole number of at least 1; got -1.
    INVALID_ARGUMENT: layerNorm: features must be a whole number of at least 1; got 0.
    INVALID_ARGUMENT: batchNorm: features must be a whole number of at least 1; got 0.
    INVALID_ARGUMENT: conv2d: inputs must be a whole number of at least 1; got 0.
    INVALID_ARGUMENT: conv2d: kernel must be a whole number of at least 1; got 0.
    INVALID_ARGUMENT: conv2d: stride must be a whole number of at least 1; got 0.
    INVALID_ARGUMENT: conv2d: padding must be a whole number of at least 0; got -1.
    INVALID_ARGUMENT: conv2d: groups must divide inputs and outputs; got 2 groups of 3 and 4.
    INVALID_ARGUMENT: conv2d: groups must divide inputs and outputs; got 2 groups of 4 and 3.
    INVALID_ARGUMENT: conv2d: groups must be a whole number of at least 1; got 0.
    INVALID_ARGUMENT: conv2d: kernel must be a whole number of at least 1; got 0.
    INVALID_ARGUMENT: maxPool2d: kernel must be a whole number of at least 1; got 0.
    INVALID_ARGUMENT: avgPool2d: stride must be a whole number of at least 1; got 0.5.
    INVALID_ARGUMENT: maxPool2d: padding must be a whole number of at least 0; got -1.
    INVALID_ARGUMENT: dropout: rate must be at least 0 and less than 1; got 1.
    INVALID_ARGUMENT: dropout: rate must be at least 0 and less than 1; got -0.1.
    INVALID_ARGUMENT: dropout: rate must be at least 0 and less than 1; got NaN.
    INVALID_ARGUMENT: There is no activation "swish"; choose one of relu, leakyRelu, elu, gelu, geluTanh, silu, softplus, tanh, sigmoid, softmax.
    INVALID_ARGUMENT: There is no activation the function tanh; choose one of relu, leakyRelu, elu, gelu, geluTanh, silu, softplus, tanh, sigmoid, softmax.
    INVALID_ARGUMENT: dense: inputs must be a whole number of at least 1; got "2".
    INVALID_ARGUMENT: dense: options must be { bias, init, biasInit }, of which each may be left out; got "relu".
    INVALID_ARGUMENT: dense has no option activation. It has bias, init, biasInit.
    INVALID_ARGUMENT: dense has no option bias_init. Write biasInit.
    INVALID_ARGUMENT: conv2d: padding must be two numbers, each a whole number of at least 0; got "same".
    INVALID_ARGUMENT: conv2d: options must be { stride, padding, dilation, groups, bias, init }, of which each may be left out; got 1.
    INVALID_ARGUMENT: maxPool2d has no option strides. It has stride, padding.
    INVALID_ARGUMENT: layerNorm: options must be { epsilon }, of which each may be left out; got 0.00001.
    INVALID_ARGUMENT: multiHeadAttention: heads must divide features; got 4 heads of 6 features.
    INVALID_ARGUMENT: multiHeadAttention: heads must be a whole number of at least 1; got 0.
    INVALID_ARGUMENT: multiHeadAttention: causal must be true or false; got 1.
    INVALID_ARGUMENT: multiHeadAttention has no option isCausal. It has causal, bias, init.
    INVALID_ARGUMENT: positionEmbedding: positions must be a whole number of at least 1; got 0.
    INVALID_ARGUMENT: crossEntropyWith has no option ignore_index. Write ignoreIndex.
    INVALID_ARGUMENT: binaryCrossEntropyWith has no option weights. It has classWeights.
    INVALID_ARGUMENT: sequential: argument 1 must be a layer, such as dense(2, 1); got an array of 1. Give the layers one by one: sequential(...layers).
    INVALID_ARGUMENT: sequential: argument 2 must be a layer, such as dense(2, 1); got "relu". Write activation("relu").
    INVALID_ARGUMENT: sequential: argument 2 must be a layer, such as dense(2, 1); got the function dense. Call it: dense(…).
    INVALID_ARGUMENT: residual: argument 1 must be a layer, such as dense(2, 1); got undefined.
    INVALID_ARGUMENT: There is no initializer "glorot"; choose one of heUniform, heNormal, xavierUniform, xavierNormal, lecunUniform, lecunNormal, fanInUniform, orthogonal, zeros.
    INVALID_ARGUMENT: A seed must be a whole number up to 2^53; got 0.5.
    INVALID_ARGUMENT: There is no layer of kind "lstm"; the kinds are dense, activation, dropout, embedding, positionEmbedding, multiHeadAttention, layerNorm, batchNorm, conv2d, maxPool2d, avgPool2d, flatten, residual, sequential, onnx.
    INVALID_ARGUMENT: There is no layer of kind "toString"; the kinds are dense, activation, dropout, embedding, positionEmbedding, multiHeadAttention, layerNorm, batchNorm, conv2d, maxPool2d, avgPool2d, flatten, residual, sequential, onnx.
    INVALID_ARGUMENT: There is no activation "swish"; choose one of relu, leakyRelu, elu, gelu, geluTanh, silu, softplus, tanh, sigmoid, softmax."
  `);
});

it("shapes", () => {
  expect(
    messages(
      () => applied(dense(3, 2), 4, 5),
      () => applied(sequential(dense(3, 2), activation("relu"), dense(3, 1)), 4, 3),
      () => applied(residual(dense(3, 2)), 4, 3),
      () => applied(residual(dense(3, 1)), 4, 3),
      () => applied(layerNorm(3), 4, 5),
      () => applied(layerNorm(3), 4, 1),
      () => applied(batchNorm(3), 4, 5),
      () => applied(batchNorm(3), 3),
      () => applyTraining(batchNorm(3), initialize(batchNorm(3)), zeros([4, 1]), randomKey(0)),
      () => applied(conv2d(3, 2, 3), 1, 1, 8, 8),
      () => applied(conv2d(1, 2, 3), 1, 8, 8),
      () => applied(conv2d(1, 2, 3), 1, 1, 2, 2),
      () => applied(maxPool2d(2), 4, 4),
      () => applied(sequential(flatten(), dense(9, 1)), 2, 2, 2),
      () => applied(multiHeadAttention(6, 2), 2, 3, 5),
      () => applied(multiHeadAttention(6, 2), 4, 6),
      () => applied(positionEmbedding(5, 6), 2, 6, 6),
      () => applied(positionEmbedding(5, 6), 2, 5, 1),
      () => applied(positionEmbedding(5, 6), 5, 6),
      () => applied(embedding(3, 2), 4),
      () => apply(embedding(3, 2), initialize(embedding(3, 2)), tensor(Int32Array.of(3))),
      () => losses.mse(zeros([3, 1]), zeros([3])),
      () => losses.halfSumOfSquares(zeros([3, 1]), zeros([1, 3])),
      () => losses.binaryCrossEntropy(zeros([3, 2]), zeros([3])),
      () => losses.crossEntropy(zeros([3, 2]), zeros([3, 2])),
      () => losses.crossEntropy(zeros([]), zeros([])),
      () => losses.crossEntropy(zeros([2, 2]), tensor(Int32Array.of(0, 2))),
      () => losses.crossEntropy(zeros([2, 2]), tensor(Int32Array.of(-1, 0))),
    ),
  ).toMatchInlineSnapshot(`
    "SHAPE_MISMATCH: matmul: columns of the first operand must equal rows of the second; got [4, 5] and [3, 2] (5 and 3). Check the sizes of the layers, or transpose an operand.
    SHAPE_MISMATCH: matmul: columns of the first operand must equal rows of the second; got [4, 2] and [3, 1] (2 and 3). Check the sizes of the layers, or transpose an operand.
    SHAPE_MISMATCH: residual: its layers must keep the shape of their input, [4, 3]; they give [4, 2].
    SHAPE_MISMATCH: residual: its layers must keep the shape of their input, [4, 3]; they give [4, 1].
    SHAPE_MISMATCH: layerNorm: the last dimension of the input must be 3, the layer's features; got shape [4, 5].
    SHAPE_MISMATCH: layerNorm: the last dimension of the input must be 3, the layer's features; got shape [4, 1].
    SHAPE_MISMATCH: batchNorm: dimension 1 of the input must be 3, the layer's features; got shape [4, 5].
    SHAPE_MISMATCH: batchNorm: dimension 1 of the input must be 3, the layer's features; got shape [3].
    SHAPE_MISMATCH: batchNorm: dimension 1 of the input must be 3, the layer's features; got shape [4, 1].
    SHAPE_MISMATCH: conv2d: w must have as many input channels as x has per group; got x [1, 1, 8, 8] and w [2, 3, 3, 3] with groups 1: 3 instead of 1. Give w the shape [2, 1, 3, 3].
    SHAPE_MISMATCH: conv2d: x must have 4 dimensions, [batch, in, height, width]; got shape [1, 8, 8]. Reshape it first.
    SHAPE_MISMATCH: conv2d: the kernel must have at least 1 element and fit into the padded input; got x [1, 1, 2, 2] and w [2, 1, 3, 3] with groups 1: in height, a reach of 3 and 2 elements. Use a smaller kernel or dilation, or more padding.
    SHAPE_MISMATCH: maxPool2d: x must have 4 dimensions, [batch, channels, height, width]; got shape [4, 4]. Reshape it first.
    SHAPE_MISMATCH: matmul: columns of the first operand must equal rows of the second; got [2, 4] and [9, 1] (4 and 9). Check the sizes of the layers, or transpose an operand.
    SHAPE_MISMATCH: multiHeadAttention: the last dimension of the input must be 6, the layer's features; got shape [2, 3, 5].
    SHAPE_MISMATCH: multiHeadAttention: the input must be [batch, time, features]; got shape [4, 6].
    SHAPE_MISMATCH: positionEmbedding: the input may have at most 5 positions, the layer's; got shape [2, 6, 6]. Give the layer more positions, or cut the sequences.
    SHAPE_MISMATCH: positionEmbedding: the last dimension of the input must be 6, the layer's features; got shape [2, 5, 1].
    SHAPE_MISMATCH: positionEmbedding: the input must be [batch, time, features]; got shape [5, 6].
    DTYPE_MISMATCH: gather: indices must be int32; got f64[4]. Cast it to int32 first.
    INDEX_OUT_OF_RANGE: gather: index 3 at position 0 of the indices [1] is out of range: it must be from 0 to 2. Check the labels or tokens, or give the table more rows.
    SHAPE_MISMATCH: mse: prediction and target must have one shape; got [3, 1] and [3]. Reshape the target to [3, 1].
    SHAPE_MISMATCH: halfSumOfSquares: prediction and target must have one shape; got [3, 1] and [1, 3]. Reshape the target to [3, 1].
    SHAPE_MISMATCH: binaryCrossEntropy: prediction and target must have one shape; got [3, 2] and [3]. Reshape the target to [3, 2].
    did not throw
    SHAPE_MISMATCH: crossEntropy: logits [..., classes] need labels of shape [...], or probabilities of the logits' shape; got [] and [].
    INDEX_OUT_OF_RANGE: crossEntropy: labels must be class indices from 0 to 1; label 1 is 2.
    INDEX_OUT_OF_RANGE: crossEntropy: labels must be class indices from 0 to 1; label 0 is -1."
  `);
});
