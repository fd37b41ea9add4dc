// Steps so long that they land beyond the valley: weights change by much of their length, the loss jumps.

import { short } from "../data/wording.ts";
import { maximum } from "../ir/stats.ts";
import { confidenceOf, nameOf, percent } from "./confidence.ts";
import { alphaOf, byOutcome, early, lossLeft, median, type Observed, outcome } from "./course.ts";
import { defineDetector } from "./detector.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { lowerLoss } from "./goals.ts";
import { clip, rateTimes, standardize, suggestedRate } from "./remedies.ts";
import { learnsMore, setsOnly } from "./suspicion.ts";

/** ‖Δθ‖ / ‖θ‖ of a layer in the first steps: 0.16 at most in 95 of 100 healthy trainings. */
const thresholds = {
  update: 0.2,
  largestUpdate: 0.6,
  /** Of the first steps together; healthy ones have −0.57 in the middle. */
  alpha: 0,
  /** Where little was learnt, shorter ones are too long already if they overshoot; healthy trainings of hard tables have 0.05. */
  unlearnt: { update: 0.06, alpha: 0.1 },
  /** Largest loss by the first. */
  jump: 3,
  /** Loss left: below, a training that began in jumps did its work all the same, as plain gradient descent does. */
  learnt: 0.5,
} as const;

export const learningRateTooHigh = defineDetector({
  kind: "learning-rate-too-high",
  holds: "steps go beyond the minimum they aim at",
  thresholds,
  needsTime: false,
  isSymptom: true,
  causes: ["unscaled-feature", "bad-initialization", "batch-too-small"],
  detect,
  remedies: [suggestedRate, rateTimes(1 / 3), rateTimes(0.1), clip, standardize],
  mended: lowerLoss,
  suspicion: {
    isOf: (change, learningRate) => setsOnly(change, "learningRate") && change.learningRate! < learningRate,
    isShown: learnsMore,
    words: () =>
      "Steps go beyond what they aim at, though not in the first of them: with shorter ones the training gets farther in as many.",
  },
});

/** The largest share of its length that a layer's weights moved in the step. */
const largestUpdate = ({ layers }: Observed): number =>
  Math.max(0, maximum(layers.map(({ updateRatio }) => updateRatio)));

/**
 * Updates that are long beside the weights, and that do not pay: the loss is past its lowest point along them, or rises
 * above where it began.
 */
function detect(evidence: Evidence): Finding | undefined {
  const { observations, epochs, failure, start } = evidence;
  const first = observations[0];
  if (first === undefined) return undefined;
  const begin = early(evidence);
  const update = median(begin.map(largestUpdate));
  const longest = maximum(begin.map(largestUpdate));
  const alpha = alphaOf(begin);
  const worst = maximum([...epochs, ...begin].map(({ loss }) => loss)) / first.loss;
  const { unlearnt } = thresholds;
  const learntLittle = lossLeft(evidence) > outcome.unlearnt && alpha > unlearnt.alpha && update > unlearnt.update;
  const isFar = update > thresholds.update || longest > thresholds.largestUpdate;
  const isLong = isFar || learntLittle;
  const overshoots =
    alpha > thresholds.alpha || worst > thresholds.jump || failure !== undefined || lossLeft(evidence) > 1;
  if (!isLong || !overshoots) return undefined;
  const long = learntLittle ? unlearnt.update : thresholds.update;
  const seen = begin.find((one) => largestUpdate(one) > long) ?? first;
  const layer = seen.layers.reduce((most, one) => (one.updateRatio > most.updateRatio ? one : most));
  return {
    severity: lossLeft(evidence) < thresholds.learnt ? "info" : isFar ? byOutcome(evidence) : "warning",
    layers: [],
    sinceStep: seen.step,
    message: `A step moves the weights of ${nameOf(layer.name)} by ${layer.updateRatio > 10 ? `${short(layer.updateRatio)} times` : `${percent(layer.updateRatio)} of`} their length at a learning rate of ${short(seen.learningRate)}${
      alpha > thresholds.alpha
        ? `, and lands beyond the lowest point on its way (α = ${short(alpha)})`
        : worst > thresholds.jump
          ? `, and the loss rises to ${short(worst)} times what it was at first`
          : ""
    }.`,
    evidence: {
      updateRatio: update,
      largestUpdateRatio: longest,
      alpha,
      lossJump: worst,
      learningRate: seen.learningRate,
    },
    cause: { learningRate: seen.learningRate, batch: start.batchSize, clipping: seen.clipping },
    confidence: confidenceOf(Math.max(update, longest / 3), thresholds.update, 10 * thresholds.update),
  };
}
