// Units that answer no row any more, and so get no gradient that would bring them back.
import { confidenceOf, percent } from "./confidence.ts";
import { byOutcome, lossLeft, sinceStep } from "./course.ts";
import { defineDetector } from "./detector.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { lowerLoss } from "./goals.ts";
import { activation, fitInit, normalizations, rateTimes, standardize, suggestedRate } from "./remedies.ts";

/** Share of a layer's units; 0.11 in 95 of 100 healthy networks. */
const thresholds = {
  share: 0.4,
  severe: 0.8,
  /** Loss left: below, the units that live do the work. */
  unlearnt: 0.93,
} as const;

export const deadUnits = defineDetector({
  kind: "dead-units",
  holds: "units answer nothing to any row, so that no gradient passes them",
  thresholds,
  needsTime: false,
  isSymptom: true,
  causes: ["unscaled-feature", "bad-initialization", "learning-rate-too-high", "exploding-gradient"],
  detect,
  remedies: [
    standardize,
    activation("leakyRelu"),
    activation("elu"),
    fitInit,
    ...normalizations,
    suggestedRate,
    rateTimes(0.1),
  ],
  mended: lowerLoss,
});

/**
 * Units that a training does well without are a remark: a curve of one feature often leaves half of a layer out, and wide layers have more units
 * than weight decay lets live.
 */
const severityOf = (dead: number, evidence: Evidence): Finding["severity"] =>
  dead > thresholds.severe ? byOutcome(evidence) : lossLeft(evidence) < thresholds.unlearnt ? "info" : "warning";

function detect(evidence: Evidence): Finding | undefined {
  const last = evidence.observations.at(-1);
  const layers = last?.units.filter((units) => units.dead > thresholds.share) ?? [];
  if (last === undefined || layers.length === 0) return undefined;
  const worst = layers.reduce((most, one) => (one.dead > most.dead ? one : most));
  const names = layers.map(({ name }) => name);
  const value = last.values.find(({ name }) => name === worst.name);
  const before = last.values[last.values.findIndex(({ name }) => name === worst.name) - 1];
  return {
    severity: severityOf(worst.dead, evidence),
    layers: names,
    sinceStep: sinceStep(evidence, ({ units }) =>
      units.some((one) => names.includes(one.name) && one.dead > thresholds.share),
    ),
    message: `${percent(worst.dead)} of the ${worst.units} ${worst.activation} units of ${worst.name} ${worst.bounded ? "give every row an extreme answer" : "answer no row"}: their slope is 0 for all of the last batches, so no gradient changes them.`,
    evidence: {
      dead: worst.dead,
      units: worst.units,
      shares: layers.map((one) => one.dead),
      silent: worst.saturated,
    },
    cause: {
      ...(before && { meanInput: before.value.mean, largestInput: before.value.max }),
      ...(value && { rmsOutput: value.value.rms }),
    },
    confidence: confidenceOf(worst.dead, thresholds.share, 0.95),
  };
}
