// A network that gives every row the same answer.
import { short } from "../data/wording.ts";
import { confidenceOf, percent } from "./confidence.ts";
import { lossLeft, outcome, sinceStep } from "./course.ts";
import { defineDetector } from "./detector.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { lowerLoss } from "./goals.ts";
import { activation, fitInit, normalizations, rateTimes, residual, standardize, suggestedRate } from "./remedies.ts";

const thresholds = {
  /** Spread of the answers by that of the truth. */
  spread: 0.05,
} as const;

export const constantOutput = defineDetector({
  kind: "constant-output",
  holds: "every row gets the same answer",
  thresholds,
  needsTime: true,
  causes: [
    "unscaled-feature",
    "bad-initialization",
    "learning-rate-too-high",
    "dead-units",
    "vanishing-gradient",
    "saturation",
    "exploding-gradient",
    "uninformative-features",
    "learning-rate-too-low",
    "batch-too-small",
  ],
  detect,
  remedies: [
    standardize,
    fitInit,
    activation("relu"),
    residual,
    ...normalizations,
    suggestedRate,
    rateTimes(10),
    rateTimes(0.1),
  ],
  mended: lowerLoss,
});

/** By its final answers where they were looked at; otherwise by the last observed batch, and by what it lost. */
function detect(evidence: Evidence): Finding | undefined {
  const { start, data, observations, examples, epochs, end } = evidence;
  const output = observations.at(-1)?.values.at(-1);
  const spread = examples?.train.spread ?? output?.spread;
  if (spread === undefined || !(spread < thresholds.spread)) return undefined;
  // A batch's answers may vary little by their own size, an offset say, and tell rows apart all the same.
  if (examples === undefined && !(lossLeft(evidence) > outcome.unlearnt)) return undefined;
  const loss = examples?.train.loss ?? epochs.at(-1)?.loss;
  const features = data?.features.filter(({ std }) => std > 0).length;
  return {
    severity: "severe",
    layers: start.layers.slice(-1),
    sinceStep: sinceStep(evidence, ({ values }) => !((values.at(-1)?.spread ?? 0) >= thresholds.spread)),
    message: `The network gives nearly every row the same answer: its answers vary ${percent(spread)} ${examples === undefined ? "of their own size" : "as much as the target does"}${loss === undefined || data === undefined ? "" : `, and its loss is ${short(loss)}, where the best constant has ${short(data.constantLoss)}`}.`,
    evidence: {
      spread,
      ...(loss !== undefined && { loss }),
      ...(data && { constantLoss: data.constantLoss }),
      ...(end && { steps: end.steps }),
    },
    cause: {
      ...(output && { outputSpread: output.spread }),
      ...(features !== undefined && { varyingFeatures: features }),
      ...spreads(observations.at(-1)),
    },
    confidence: confidenceOf(spread, thresholds.spread, thresholds.spread / 20),
  };
}

/** The first value of the pass whose rows are nearly all alike: from there on nothing is left of the input. */
function spreads(last: Evidence["observations"][number] | undefined) {
  const lost = last?.values.find(({ spread }) => spread < thresholds.spread);
  return lost === undefined ? {} : { lostAt: lost.name, spreadThere: lost.spread };
}
