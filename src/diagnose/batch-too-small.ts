// Batches whose gradients are more noise than gradient, at a rate that does not average it out.
import { short } from "../data/wording.ts";
import { confidenceOf, percent } from "./confidence.ts";
import { alphaOf, lossLeft, median, noiseShare, updateOf } from "./course.ts";
import { defineDetector } from "./detector.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { lowerLoss } from "./goals.ts";
import { batchAndRateTimes, batchTimes } from "./remedies.ts";
import { learnsMore, setsOnly } from "./suspicion.ts";

/** A handful of rows is judged sooner than a batch: healthy trainings of 16 rows and more are half noise, too. */
const thresholds = {
  /** Of the rows: larger batches are no sample any more. */
  share: 0.5,
  /** Rows of a handful. */
  handful: 8,
  /** Median of the norm test: 0.58 in the middle of healthy trainings, 0.83 in three of four. */
  ratio: { handful: 0.4, batch: 0.65 },
  /** Share of noise in the squared gradients of the first half of a training: healthy ones have 0.24 in the middle. */
  noise: { handful: 0, batch: 0.5 },
  /** Healthy ones have −0.56 in the middle. */
  alpha: { handful: -0.75, batch: -0.25 },
  lossLeft: { handful: 0.12, batch: 0.3 },
  /** ‖Δθ‖ / ‖θ‖ per step: shorter ones average noise out. */
  update: 0.004,
  /** Below, the training did its work all the same. */
  warningLossLeft: { handful: 0.3, batch: 1 },
  severeLossLeft: 1,
} as const;

export const batchTooSmall = defineDetector({
  kind: "batch-too-small",
  holds: "a step is more noise than gradient",
  thresholds,
  needsTime: true,
  isSymptom: true,
  causes: ["unscaled-feature", "bad-initialization"],
  detect,
  remedies: [batchTimes(4), batchTimes(16), batchAndRateTimes(4), batchAndRateTimes(16)],
  mended: lowerLoss,
  suspicion: {
    isOf: (change) => change.batchSize !== undefined && setsOnly(change, "batchSize", "learningRate"),
    isShown: learnsMore,
    words: ({ start }) =>
      `A step over ${start.batchSize} rows goes where these happen to point: with more rows a step the training gets farther in as many steps.`,
  },
});

/** The norm test (Byrd et al. 2012) while there is still much to learn; near the minimum any batch is mostly noise. */
function detect(evidence: Evidence): Finding | undefined {
  const { start, observations, failure } = evidence;
  const { batchSize, rows } = start;
  if (observations.length === 0 || batchSize >= rows * thresholds.share) return undefined;
  const size = batchSize < thresholds.handful ? "handful" : "batch";
  const alpha = alphaOf(observations);
  // One row alone shows no spread. Along an update, noise is what the next batch's gradient does not confirm.
  const half = noiseShare(observations.slice(0, Math.ceil(observations.length / 2)));
  const noise = Math.min(1, batchSize > 1 ? half : 1 + alpha);
  const ratio = batchSize > 1 ? median(observations.map((one) => one.noise?.ratio ?? Number.NaN)) : undefined;
  const update = median(observations.map(updateOf));
  const left = lossLeft(evidence);
  const isUnlearnt = failure !== undefined || left > thresholds.severeLossLeft;
  const isNoisy =
    (ratio ?? noise) > thresholds.ratio[size] &&
    noise > thresholds.noise[size] &&
    alpha > thresholds.alpha[size] &&
    update > thresholds.update;
  if (!isNoisy || !(isUnlearnt || left > thresholds.lossLeft[size])) return undefined;
  return {
    severity: isUnlearnt ? "severe" : left > thresholds.warningLossLeft[size] ? "warning" : "info",
    layers: [],
    sinceStep: observations[0]!.step,
    message: `${ratio === undefined ? "A batch is one row, so its gradient is one row's opinion" : `The variance of a gradient over ${batchSize} rows is ${short(ratio)} times its squared length (the norm test; above 1 it is more noise than gradient)`}, and at this learning rate the steps do not average it out: ${percent(left)} of the loss of the best constant answer is left.`,
    evidence: {
      noiseShare: noise,
      ...(ratio !== undefined && { normTest: ratio }),
      alpha,
      updateRatio: update,
      lossLeft: left,
    },
    cause: { batch: batchSize, rows, learningRate: observations[0]!.learningRate },
    confidence: confidenceOf(ratio ?? noise, thresholds.ratio[size], 1),
  };
}
