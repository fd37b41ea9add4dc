// Steps so short that the weights hardly leave where they began, while every one of them still leads down.
import { short } from "../data/wording.ts";
import { confidenceOf, percent } from "./confidence.ts";
import { alphaOf, early, lossLeft, median, updateOf } from "./course.ts";
import type { Evidence } from "./evidence.ts";
import { lowRate } from "./thresholds.ts";
import type { Verdict } from "./verdict.ts";

export function learningRateTooLow(evidence: Evidence): Verdict | undefined {
  const { observations, epochs, failure } = evidence;
  const [first, last] = [observations[0], observations.at(-1)];
  if (first === undefined || last === undefined || failure !== undefined || epochs.length < 2) return undefined;
  const update = median(observations.map(updateOf));
  const alpha = alphaOf(early(evidence));
  const left = lossLeft(evidence);
  // A gradient of 0, or none that leads down, is no matter of the rate.
  const moves = update > 0 && last.distance > 0;
  if (!moves || !(last.distance < lowRate.distance && left > lowRate.lossLeft)) return undefined;
  if (!(update < lowRate.update || (update < lowRate.largestUpdate && alpha < lowRate.alpha))) return undefined;
  const rate = median(observations.map(({ learningRate }) => learningRate));
  const progress = 1 - epochs.at(-1)!.loss / epochs[0]!.loss;
  return {
    kind: "learning-rate-too-low",
    severity: left > lowRate.severeLossLeft ? "severe" : "warning",
    layers: [],
    sinceStep: first.step,
    message: `After ${last.step} steps the weights are ${percent(last.distance)} of their length from where they began${alpha < lowRate.alpha ? `, and every step still leads down (α = ${short(alpha)}; −1 is no way at all)` : ""}. At a learning rate of ${short(rate)} a step moves them by ${short(update)} of their length.`,
    evidence: { distance: last.distance, alpha, updateRatio: update, lossLeft: left, progress, steps: last.step },
    cause: { learningRate: rate, clipping: median(observations.map(({ clipping }) => clipping)) },
    confidence: confidenceOf(last.distance, lowRate.distance, lowRate.distance / 20),
  };
}
