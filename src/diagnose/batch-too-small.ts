// Batches whose gradients are more noise than gradient, at a rate that does not average it out.
import { short } from "../data/wording.ts";
import { confidenceOf, percent } from "./confidence.ts";
import { alphaOf, lossLeft, median, noiseShare, updateOf } from "./course.ts";
import type { Evidence } from "./evidence.ts";
import { smallBatch } from "./thresholds.ts";
import type { Verdict } from "./verdict.ts";

/** The norm test (Byrd et al. 2012) while there is still much to learn; near the minimum any batch is mostly noise. */
export function batchTooSmall(evidence: Evidence): Verdict | undefined {
  const { start, observations, failure } = evidence;
  const { batchSize, rows } = start;
  if (observations.length === 0 || batchSize >= rows * smallBatch.share) return undefined;
  const size = batchSize < smallBatch.handful ? "handful" : "batch";
  const alpha = alphaOf(observations);
  // One row alone shows no spread. Along an update, noise is what the next batch's gradient does not confirm.
  const half = noiseShare(observations.slice(0, Math.ceil(observations.length / 2)));
  const noise = Math.min(1, batchSize > 1 ? half : 1 + alpha);
  const ratio = batchSize > 1 ? median(observations.map((one) => one.noise?.ratio ?? Number.NaN)) : undefined;
  const update = median(observations.map(updateOf));
  const left = lossLeft(evidence);
  const isUnlearnt = failure !== undefined || left > smallBatch.severeLossLeft;
  const isNoisy =
    (ratio ?? noise) > smallBatch.ratio[size] &&
    noise > smallBatch.noise[size] &&
    alpha > smallBatch.alpha[size] &&
    update > smallBatch.update;
  if (!isNoisy || !(isUnlearnt || left > smallBatch.lossLeft[size])) return undefined;
  return {
    kind: "batch-too-small",
    severity: isUnlearnt ? "severe" : left > smallBatch.warningLossLeft[size] ? "warning" : "info",
    layers: [],
    sinceStep: observations[0]!.step,
    message: `${batchSize === 1 ? "A batch is one row, so its gradient is one row's opinion" : `The variance of a gradient over ${batchSize} rows is ${short(ratio!)} times its squared length (the norm test; above 1 it is more noise than gradient)`}, and at this learning rate the steps do not average it out: ${percent(left)} of the loss of the best constant answer is left.`,
    evidence: {
      noiseShare: noise,
      ...(ratio !== undefined && { normTest: ratio }),
      alpha,
      updateRatio: update,
      lossLeft: left,
    },
    cause: { batch: batchSize, rows, learningRate: observations[0]!.learningRate },
    confidence: confidenceOf(ratio ?? noise, smallBatch.ratio[size], 1),
  };
}
