// The table of ops: the only list there is, exhaustive by type.
import type { OpName } from "../ir/graph.ts";
import type { OpRecord, OpTable } from "../ir/op.ts";
import { elu, erf, gelu, geluTanh, leakyRelu, relu, sigmoid, silu, softplus, tanh } from "./activations.ts";
import { abs, add, div, floor, mul, neg, sign, sub } from "./arithmetic.ts";
import { cast, stopGradient } from "./cast.ts";
import {
  equal,
  finite,
  greater,
  greaterEqual,
  less,
  lessEqual,
  maximum,
  minimum,
  notEqual,
  where,
} from "./comparison.ts";
import { conv2d, conv2dInputGradient, conv2dWeightGradient } from "./convolution.ts";
import { constant, input, iota } from "./create.ts";
import { custom } from "./custom.ts";
import { exp, expm1, log, log1p } from "./exponential.ts";
import { gather, scatterAdd } from "./gather.ts";
import { matmul } from "./matmul.ts";
import { broadcast, concat, pad, reshape, slice, transpose } from "./movement.ts";
import { avgPool2d, avgPool2dGradient, maxPool2d, maxPool2dGather, maxPool2dGradient } from "./pooling.ts";
import { pow, reciprocal, rsqrt, sqrt, square } from "./power.ts";
import { randomNormal, randomUniform } from "./random.ts";
import { argmax, logsumexp, max, mean, min, sum, variance } from "./reduce.ts";
import { sketch } from "./sketch.ts";
import { logSoftmax, softmax } from "./softmax.ts";
import { cos, sin } from "./trigonometric.ts";

export const ops: OpTable = {
  input,
  constant,
  iota,
  randomUniform,
  randomNormal,
  neg,
  add,
  sub,
  mul,
  div,
  abs,
  sign,
  floor,
  square,
  sqrt,
  rsqrt,
  reciprocal,
  pow,
  exp,
  expm1,
  log,
  log1p,
  sin,
  cos,
  erf,
  tanh,
  sigmoid,
  softplus,
  relu,
  leakyRelu,
  elu,
  gelu,
  geluTanh,
  silu,
  equal,
  notEqual,
  less,
  lessEqual,
  greater,
  greaterEqual,
  isFinite: finite,
  maximum,
  minimum,
  where,
  cast,
  stopGradient,
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
};

const byName: { readonly [N in OpName]: OpRecord<N> } = ops;

/** The record of an op, or of a node's. */
export function recordOf<N extends OpName>(of: N | { readonly op: N }): OpRecord<N> {
  return byName[typeof of === "string" ? of : of.op];
}

/** All records, in the table's order. */
export const records: readonly OpRecord[] = Object.values(byName);
