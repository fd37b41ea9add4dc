// Gradients that grow from layer to layer on their way back.

import { short } from "../data/wording.ts";
import { maximum } from "../ir/stats.ts";
import { confidenceOf } from "./confidence.ts";
import { byOutcome, early, ledgerCause, median, type Observed } from "./course.ts";
import { defineDetector } from "./detector.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { lowerLossOrBalancedGradient } from "./goals.ts";
import { clip, fitInit, normalizations, standardize, suggestedRate } from "./remedies.ts";

/** The same product; healthy networks have 7 at most at the first step, and 15 at the end. */
const thresholds = { product: 25, later: 1000 } as const;

export const explodingGradient = defineDetector({
  kind: "exploding-gradient",
  holds: "the gradient grows from layer to layer on its way back",
  thresholds,
  needsTime: false,
  causes: ["unscaled-feature", "bad-initialization", "learning-rate-too-high"],
  detect,
  remedies: [fitInit, standardize, ...normalizations, clip, suggestedRate],
  mended: lowerLossOrBalancedGradient,
});

const productOf = ({ ledger }: Observed): number => maximum(ledger.map(({ product }) => product));

/** By the ledger's largest product: at the first step, in the first steps, or at the end. */
function detect(evidence: Evidence): Finding | undefined {
  const { observations } = evidence;
  const first = observations[0];
  if (first === undefined || first.ledger.length < 3) return undefined;
  const start = Math.max(productOf(first), median(early(evidence).map(productOf)));
  const end = median(observations.slice(-5).map(productOf));
  const fromStart = start > thresholds.product;
  if (!fromStart && !(observations.length >= 15 && end > thresholds.later)) return undefined;
  const seen = fromStart
    ? (early(evidence).find((one) => productOf(one) > thresholds.product) ?? first)
    : observations.at(-1)!;
  const product = productOf(seen);
  const cause = ledgerCause(seen);
  const since =
    observations.find((one) => productOf(one) > (fromStart ? thresholds.product : thresholds.later)) ?? seen;
  const row = seen.ledger.find((one) => one.product === product)!;
  return {
    severity: byOutcome(evidence),
    layers: seen.ledger
      .filter((one) => one.product > thresholds.product)
      .map(({ layer }) => layer)
      .reverse(),
    sinceStep: since.step,
    message: `The gradient grows on its way back: at ${row.layer} it is ${short(product)} times that at ${seen.ledger[0]!.layer}. A layer multiplies it by ${short(cause.attenuation)} on average, weights by ${short(cause.weightFactor)} and activations by ${short(cause.activationFactor)}.`,
    evidence: { product, productAtEnd: end, layers: seen.ledger.length, gradientRms: row.gradientRms },
    cause,
    confidence: confidenceOf(product, thresholds.product, 100 * thresholds.product),
  };
}
