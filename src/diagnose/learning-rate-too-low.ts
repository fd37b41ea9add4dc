// Steps so short that the weights hardly leave where they began, while every one of them still leads down.
import { short } from "../data/wording.ts";
import { maximum } from "../ir/stats.ts";
import { confidenceOf, percent } from "./confidence.ts";
import { alphaOf, early, lossLeft, median, updateOf } from "./course.ts";
import { defineDetector } from "./detector.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { lowerLoss } from "./goals.ts";
import { rateTimes, suggestedRate, usualClip, usualSchedule } from "./remedies.ts";
import { learnsMore, setsOnly } from "./suspicion.ts";

const thresholds = {
  /** ‖θ − θ₀‖ / ‖θ₀‖ at the end; healthy trainings that go less far have updates of 0.005. */
  distance: 0.06,
  lossLeft: 0.35,
  severeLossLeft: 0.8,
  alpha: -0.5,
  /** ‖Δθ‖ / ‖θ‖ per step: the lower one needs no α. Healthy ones have 9e-4 and more. */
  update: 8.5e-4,
  largestUpdate: 2e-3,
  /** A rate by the largest there was, and the share of the epochs from which on it is less: the usual course ends at 0.01. */
  faded: { rate: 0.01, share: 0.5, lossLeft: 0.15 },
} as const;

export const learningRateTooLow = defineDetector({
  kind: "learning-rate-too-low",
  holds: "steps are a small part of the way",
  thresholds,
  needsTime: true,
  causes: ["bad-initialization", "vanishing-gradient", "dead-units", "saturation"],
  detect,
  remedies: [suggestedRate, rateTimes(10), usualSchedule, usualClip],
  mended: lowerLoss,
  suspicion: {
    isOf: (change, learningRate) =>
      setsOnly(change, "schedule") ||
      setsOnly(change, "clipNorm") ||
      (setsOnly(change, "learningRate") && change.learningRate! > learningRate),
    isShown: learnsMore,
    words: ({ end, start }) =>
      `After ${end?.steps ?? start.epochs * start.stepsPerEpoch} steps the training is not where it could be: with longer steps it gets farther in as many.`,
  },
});

function detect(evidence: Evidence): Finding | undefined {
  const { observations, epochs, failure } = evidence;
  const [first, last] = [observations[0], observations.at(-1)];
  if (first === undefined || last === undefined || failure !== undefined || epochs.length < 2) return undefined;
  const update = median(observations.map(updateOf));
  const alpha = alphaOf(early(evidence));
  const left = lossLeft(evidence);
  const faded = fadedRate(evidence, left);
  if (faded !== undefined) return faded;
  // A gradient of 0, or none that leads down, is no matter of the rate.
  const moves = update > 0 && last.distance > 0;
  if (!moves || !(last.distance < thresholds.distance && left > thresholds.lossLeft)) return undefined;
  if (!(update < thresholds.update || (update < thresholds.largestUpdate && alpha < thresholds.alpha)))
    return undefined;
  const rate = median(observations.map(({ learningRate }) => learningRate));
  const progress = 1 - epochs.at(-1)!.loss / epochs[0]!.loss;
  return {
    severity: left > thresholds.severeLossLeft ? "severe" : "warning",
    layers: [],
    sinceStep: first.step,
    message: `After ${last.step} steps the weights are ${percent(last.distance)} of their length from where they began${alpha < thresholds.alpha ? `, and every step still leads down (α = ${short(alpha)}; −1 is no way at all)` : ""}. At a learning rate of ${short(rate)} a step moves them by ${short(update)} of their length.`,
    evidence: { distance: last.distance, alpha, updateRatio: update, lossLeft: left, progress, steps: last.step },
    cause: { learningRate: rate, clipping: median(observations.map(({ clipping }) => clipping)) },
    confidence: confidenceOf(last.distance, thresholds.distance, thresholds.distance / 20),
  };
}

/** A course of the rate that is over long before the training is. */
function fadedRate({ epochs, observations, start }: Evidence, left: number): Finding | undefined {
  const { rate, share, lossLeft: least } = thresholds.faded;
  const largest = maximum([...observations, ...epochs].map(({ learningRate }) => learningRate));
  const faded = epochs.filter(({ learningRate }) => learningRate < rate * largest);
  if (faded.length < share * epochs.length || !(left > least)) return undefined;
  const since = faded[0]!;
  return {
    severity: left > thresholds.severeLossLeft ? "severe" : "warning",
    layers: [],
    sinceStep: since.step,
    message: `From epoch ${since.epoch} of ${start.epochs} on the learning rate is under ${percent(rate)} of its largest, ${short(largest)}, so that the rest of the steps hardly change anything, and ${percent(left)} of the loss of the best constant answer is left.`,
    evidence: { epoch: since.epoch, learningRate: since.learningRate, largest, lossLeft: left },
    cause: { share: faded.length / epochs.length },
    confidence: confidenceOf(faded.length / epochs.length, share, 1),
  };
}
