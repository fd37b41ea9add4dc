// The reference's kernels: one per op that is not elementwise, exhaustive by type.
import { allReduce } from "./all-reduce.ts";
import { attentionProduct, attentionScoresGradient, attentionWeights } from "./attention.ts";
import { conv2d, conv2dInputGradient, conv2dWeightGradient } from "./convolution.ts";
import { gather, scatterAdd } from "./gather.ts";
import type { Kernels } from "./kernel.ts";
import { matmul } from "./matmul.ts";
import { broadcast, concat, custom, iota, pad, reshape, slice, transpose } from "./movement.ts";
import { avgPool2d, avgPool2dGradient, maxPool2d, maxPool2dGather, maxPool2dGradient } from "./pooling.ts";
import { randomNormal, randomUniform } from "./random.ts";
import { argmax, logSoftmax, logsumexp, max, mean, min, softmax, sum, variance } from "./reduce.ts";
import { sketch } from "./sketch.ts";

export const kernels: Kernels = {
  iota,
  randomUniform,
  randomNormal,
  matmul,
  sum,
  mean,
  max,
  min,
  var: variance,
  logsumexp,
  argmax,
  softmax,
  logSoftmax,
  attentionWeights,
  attentionScoresGradient,
  attentionProduct,
  reshape,
  transpose,
  broadcast,
  slice,
  pad,
  concat,
  gather,
  scatterAdd,
  conv2d,
  conv2dInputGradient,
  conv2dWeightGradient,
  maxPool2d,
  maxPool2dGradient,
  maxPool2dGather,
  avgPool2d,
  avgPool2dGradient,
  custom,
  sketch,
  allReduce,
};
