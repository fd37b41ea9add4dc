// Steps so long that they land beyond the valley: weights change by much of their length, the loss jumps.
import { short } from "../data/wording.ts";
import { confidenceOf, nameOf, percent } from "./confidence.ts";
import { alphaOf, byOutcome, early, lossLeft, median, type Observed } from "./course.ts";
import type { Evidence } from "./evidence.ts";
import { highRate } from "./thresholds.ts";
import type { Verdict } from "./verdict.ts";

/** The largest share of its length that a layer's weights moved in the step. */
const largestUpdate = ({ layers }: Observed): number => Math.max(0, ...layers.map(({ updateRatio }) => updateRatio));

/**
 * Updates that are long beside the weights, and that do not pay: the loss is past its lowest point along them, or rises
 * above where it began.
 */
export function learningRateTooHigh(evidence: Evidence): Verdict | undefined {
  const { observations, epochs, failure, start } = evidence;
  const first = observations[0];
  if (first === undefined) return undefined;
  const begin = early(evidence);
  const update = median(begin.map(largestUpdate));
  const largest = Math.max(...begin.map(largestUpdate));
  const alpha = alphaOf(begin);
  const worst = Math.max(...epochs.map(({ loss }) => loss), ...begin.map(({ loss }) => loss)) / first.loss;
  const isLong = update > highRate.update || largest > highRate.largestUpdate;
  const overshoots = alpha > highRate.alpha || worst > highRate.jump || failure !== undefined || lossLeft(evidence) > 1;
  if (!isLong || !overshoots) return undefined;
  const seen = begin.find((one) => largestUpdate(one) > highRate.update) ?? first;
  const layer = seen.layers.reduce((most, one) => (one.updateRatio > most.updateRatio ? one : most));
  return {
    kind: "learning-rate-too-high",
    severity: byOutcome(evidence),
    layers: [],
    sinceStep: seen.step,
    message: `A step moves the weights of ${nameOf(layer.name)} by ${layer.updateRatio > 10 ? `${short(layer.updateRatio)} times` : `${percent(layer.updateRatio)} of`} their length at a learning rate of ${short(seen.learningRate)}${
      alpha > highRate.alpha
        ? `, and lands beyond the lowest point on its way (α = ${short(alpha)})`
        : worst > highRate.jump
          ? `, and the loss rises to ${short(worst)} times what it was at first`
          : ""
    }.`,
    evidence: {
      updateRatio: update,
      largestUpdateRatio: largest,
      alpha,
      lossJump: worst,
      learningRate: seen.learningRate,
    },
    cause: { learningRate: seen.learningRate, batch: start.batchSize, clipping: seen.clipping },
    confidence: confidenceOf(Math.max(update, largest / 3), highRate.update, 10 * highRate.update),
  };
}
