// Batches whose gradients are more noise than gradient, at a rate that does not average it out.
import { confidenceOf, percent, short } from "./confidence.ts";
import { alphaOf, lossLeft, median, noiseShare, updateOf } from "./course.ts";
import type { Evidence } from "./evidence.ts";
import { smallBatch } from "./thresholds.ts";
import type { Verdict } from "./verdict.ts";

/** The norm test (Byrd et al. 2012) while there is still much to learn; near the minimum any batch is mostly noise. */
export function batchTooSmall(evidence: Evidence): Verdict | undefined {
  const { start, observations } = evidence;
  if (observations.length === 0 || start.batchSize >= start.rows * smallBatch.share) return undefined;
  const first = observations.slice(0, Math.ceil(observations.length / 2));
  const alpha = alphaOf(observations);
  // One row alone shows no spread. Along an update, noise is what the next batch's gradient does not confirm.
  const noise = start.batchSize > 1 ? noiseShare(first) : 1 + alpha;
  const ratio = median(observations.map((one) => one.noise?.ratio ?? Number.NaN));
  const left = lossLeft(evidence);
  const isNoisy = noise > smallBatch.noise && !(ratio < smallBatch.ratio);
  const update = median(observations.map(updateOf));
  if (!isNoisy || !(alpha > smallBatch.alpha) || !(update > smallBatch.update)) return undefined;
  const isUnlearnt = evidence.failure !== undefined || left > smallBatch.severeLossLeft;
  if (!isUnlearnt && !(left > smallBatch.lossLeft)) return undefined;
  return {
    kind: "batch-too-small",
    severity: isUnlearnt ? "severe" : left > smallBatch.warningLossLeft ? "warning" : "info",
    layers: [],
    sinceStep: observations[0]!.step,
    message: `${percent(Math.min(1, noise))} of the squared length of a gradient over ${start.batchSize === 1 ? "one row" : `${start.batchSize} rows`} is noise, and at this learning rate its steps do not average it out: they lead past the lowest point on their way as often as not (α = ${short(alpha)}).`,
    evidence: {
      noiseShare: noise,
      normTest: Number.isNaN(ratio) ? 1 : ratio,
      alpha,
      updateRatio: update,
      lossLeft: left,
    },
    cause: { batch: start.batchSize, rows: start.rows, learningRate: observations[0]!.learningRate },
    confidence: confidenceOf(noise, smallBatch.noise, 1),
  };
}
