// ONNX's normalisations.
import { where } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { batchMoments, batchSize } from "../row-share.ts";
import {
  type Apply,
  axisOf,
  input,
  invalidNode,
  numberOf,
  numbersOf,
  type OnnxCall,
  type OnnxOp,
  op,
  refused,
} from "./op.ts";
import { padAxis, range, split } from "./parts.ts";

/** [features] beside [batch, features, …]. */
const beside = (x: Tensor, own: Tensor): Tensor => own.reshape([own.size, ...x.shape.slice(2).map(() => 1)]);
const others = (x: Tensor): number[] => range(x.rank).filter((i) => i !== 1);

const standardized = (x: Tensor, axes: readonly number[], epsilon: number): Tensor =>
  x.sub(x.mean(axes, { keepDims: true })).mul(x.var(axes, { keepDims: true }).add(epsilon).rsqrt());

/** By the running statistics; in training by those of the batch, towards which the running ones move. */
const batchNormalization: Apply = (call) => {
  const [x, scale, bias, mean, variance] = range(5).map((i) => input(call, i)) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  if (numberOf(call, "spatial", 1) === 0) throw refused(call.node, "its spatial is 0, of an opset below 9");
  if (x.rank < 2 || scale.size !== x.shape[1])
    throw invalidNode(call.node, `its scale [${scale.shape}] does not fit [${x.shape}]`);
  const epsilon = numberOf(call, "epsilon", 1e-5);
  const kept = numberOf(call, "momentum", 0.9);
  const asksForBatch = numberOf(call, "training_mode", 0) === 1;
  const byBatch = asksForBatch || (call.move !== undefined && batchSize(x, call.share) > x.shape[1]!);
  const moments = byBatch ? batchMoments(x, others(x), call.share) : { mean, variance };
  const [m, v] = [moments.mean, moments.variance];
  const y = x
    .sub(beside(x, m))
    .mul(beside(x, v.add(epsilon).rsqrt().mul(scale)))
    .add(beside(x, bias));
  if (!byBatch) return y;
  const next = (batch: Tensor) => (old: Tensor) => old.mul(kept).add(batch.stopGradient().mul(1 - kept));
  call.move?.(3, next(m));
  call.move?.(4, next(v));
  return [y, next(m)(mean), next(v)(variance)];
};

const instanceNormalization: Apply = (call) => {
  const [x, scale, bias] = [input(call, 0), input(call, 1), input(call, 2)];
  const axes = range(x.rank).slice(2);
  return standardized(x, axes, numberOf(call, "epsilon", 1e-5))
    .mul(beside(x, scale))
    .add(beside(x, bias));
};

const groupNormalization: Apply = (call) => {
  const [x, scale, bias] = [input(call, 0), input(call, 1), input(call, 2)];
  const groups = numberOf(call, "num_groups", 1);
  const [n, c] = x.shape as [number, number];
  if (!(groups >= 1) || c % groups !== 0)
    throw invalidNode(call.node, `its ${groups} groups do not divide ${c} channels`);
  const apart = x.reshape([n, groups, n * groups === 0 ? 0 : x.size / (n * groups)]);
  const y = standardized(apart, [2], numberOf(call, "epsilon", 1e-5));
  if (scale.size === c) return y.reshape(x.shape).mul(beside(x, scale)).add(beside(x, bias));
  // Before opset 21 there is one for each group.
  return y
    .mul(scale.reshape([groups, 1]))
    .add(bias.reshape([groups, 1]))
    .reshape(x.shape);
};

const trailing = (call: OnnxCall, x: Tensor): number[] =>
  range(x.rank).slice(axisOf(call, numberOf(call, "axis", -1), x.rank));

const layerNormalization: Apply = (call) => {
  const [x, scale] = [input(call, 0), input(call, 1)];
  const axes = trailing(call, x);
  const mean = x.mean(axes, { keepDims: true });
  const scatter = x
    .var(axes, { keepDims: true })
    .add(numberOf(call, "epsilon", 1e-5))
    .rsqrt();
  const y = x.sub(mean).mul(scatter).mul(scale);
  const bias = call.inputs[2];
  return [bias === undefined ? y : y.add(bias), mean, scatter];
};

const rmsNormalization: Apply = (call) => {
  const [x, scale] = [input(call, 0), input(call, 1)];
  const size = x.square().mean(trailing(call, x), { keepDims: true });
  return x.mul(size.add(numberOf(call, "epsilon", 1e-5)).rsqrt()).mul(scale);
};

const meanVariance: Apply = (call) => {
  const x = input(call);
  const axes = numbersOf(call, "axes")?.map((axis) => axisOf(call, axis, x.rank)) ?? [0, 2, 3];
  const centered = x.sub(x.mean(axes, { keepDims: true }));
  return centered.div(centered.square().mean(axes, { keepDims: true }).sqrt().add(1e-9));
};

const lpNormalization: Apply = (call) => {
  const x = input(call);
  const axis = axisOf(call, numberOf(call, "axis", -1), x.rank);
  const p = numberOf(call, "p", 2);
  const size = p === 1 ? x.abs().sum(axis, { keepDims: true }) : x.square().sum(axis, { keepDims: true }).sqrt();
  // A norm of 0 leaves zeros.
  return x.div(where(size.equal(0), 1, size));
};

/** x / (bias + alpha / size · Σ x²)^beta over `size` neighbouring channels (Krizhevsky et al. 2012). */
const localResponse: Apply = (call) => {
  const x = input(call);
  const size = numberOf(call, "size", 1);
  if (!(size >= 1) || size > 1024)
    throw refused(call.node, `it goes over ${size} channels, where 1 to 1024 are supported`);
  const c = x.shape[1]!;
  const long = padAxis(x.square(), 1, Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2));
  const near = range(size).map((k) => split(long, 1, [k, c])[1]!);
  const total = near.reduce((sum, one) => sum.add(one));
  const base = total.mul(numberOf(call, "alpha", 1e-4) / size).add(numberOf(call, "bias", 1));
  return x.div(base.pow(numberOf(call, "beta", 0.75)));
};

export const normalizations = {
  BatchNormalization: op("epsilon momentum training_mode spatial is_test consumed_inputs", batchNormalization, {
    buffers: [3, 4],
  }),
  GroupNormalization: op("epsilon num_groups stash_type", groupNormalization),
  InstanceNormalization: op("epsilon", instanceNormalization),
  LayerNormalization: op("axis epsilon stash_type", layerNormalization),
  LpNormalization: op("axis p", lpNormalization),
  LRN: op("alpha beta bias size", localResponse),
  MeanVarianceNormalization: op("axes", meanVariance),
  RMSNormalization: op("axis epsilon stash_type", rmsNormalization),
} satisfies Record<string, OnnxOp>;
