// ONNX's losses.
import { oneHot, where } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { type Apply, choiceOf, input, type OnnxCall, type OnnxOp, op, optionalNumber } from "./op.ts";
import { range } from "./parts.ts";

/** −w[t] log p[t] of log-probabilities [batch, classes, …] and classes [batch, …], 0 where a class is ignored. */
function likelihoodLoss(call: OnnxCall, logs: Tensor, targets: Tensor): Tensor {
  const classes = logs.shape[1]!;
  const ignored = optionalNumber(call, "ignore_index");
  const isKept = ignored === undefined ? undefined : targets.notEqual(ignored);
  // [batch, …, classes] → [batch, classes, …]
  const axes = range(targets.rank);
  const chosen = oneHot(targets, classes).transpose([0, targets.rank, ...axes.slice(1)]);
  const weights = call.inputs[2];
  const wide = weights?.reshape([classes, ...axes.slice(1).map(() => 1)]);
  const share = (wide === undefined ? chosen : chosen.mul(wide)).sum(1);
  const own = isKept === undefined ? share : where(isKept, share, 0);
  const picked = where(chosen.greater(0), logs, 0).sum(1);
  const loss = picked.mul(own).neg();
  const reduction = choiceOf(call, "reduction", "mean", ["none", "sum", "mean"]);
  if (reduction === "none") return loss;
  return reduction === "sum" ? loss.sum() : loss.sum().div(own.sum());
}

const negativeLogLikelihood: Apply = (call) => likelihoodLoss(call, input(call, 0), input(call, 1));

const softmaxCrossEntropy: Apply = (call) => {
  const logs = input(call, 0).logSoftmax(1);
  return [likelihoodLoss(call, logs, input(call, 1)), logs];
};

export const losses = {
  NegativeLogLikelihoodLoss: op("ignore_index reduction", negativeLogLikelihood),
  SoftmaxCrossEntropyLoss: op("ignore_index reduction", softmaxCrossEntropy),
} satisfies Record<string, OnnxOp>;
