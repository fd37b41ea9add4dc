// Gradients that shrink from layer to layer on their way back, until the first layers hardly get any.
import { short } from "../data/wording.ts";
import { confidenceOf } from "./confidence.ts";
import { byOutcome, early, ledgerCause, median, type Observed, sinceStep } from "./course.ts";
import { defineDetector } from "./detector.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { lowerLossOrBalancedGradient } from "./goals.ts";
import { activation, fitInit, normalizations, residual } from "./remedies.ts";

/** ‖δ‖ at the first layer by that at the last; at the first step healthy networks have 0.07 at least. */
const thresholds = {
  product: 0.04,
  /** At the end of a training: nothing near it comes of ordinary learning. */
  later: 1e-4,
  /** Still so little at the end: the first layers are as they were drawn, whatever the last ones made of them. */
  severe: 1e-3,
  /** Geometric mean per layer. */
  attenuation: 0.65,
} as const;

export const vanishingGradient = defineDetector({
  kind: "vanishing-gradient",
  holds: "next to nothing of the gradient reaches the first layers",
  thresholds,
  needsTime: false,
  causes: ["unscaled-feature", "bad-initialization", "learning-rate-too-high", "dead-units", "saturation"],
  detect,
  remedies: [activation("relu"), activation("elu"), fitInit, residual, ...normalizations],
  mended: lowerLossOrBalancedGradient,
});

const productOf = ({ ledger }: Observed): number => ledger.at(-1)?.product ?? 1;
const vanishes = (seen: Observed): boolean => productOf(seen) < thresholds.product;

/** By the ledger's product at the first layer: in the first steps, or from some step on to the end. */
function detect(evidence: Evidence): Finding | undefined {
  const { observations } = evidence;
  const first = observations[0];
  if (first === undefined || first.ledger.length < 3) return undefined;
  // All weights 0 pass nothing on: that is another fault.
  if (evidence.start.initial.some(({ shape, value }) => shape.length > 1 && value.zeros === value.size))
    return undefined;
  // Some optimizers mend it within a few steps: what the training was set up with counts.
  const start = Math.min(productOf(first), median(early(evidence).slice(0, 5).map(productOf)));
  const end = median(observations.slice(-5).map(productOf));
  const fromStart = start < thresholds.product;
  if (!fromStart && !(observations.length >= 15 && end < thresholds.later)) return undefined;
  const seen = fromStart ? first : observations.at(-1)!;
  const product = fromStart ? start : end;
  const cause = ledgerCause(seen);
  if (cause.attenuation > thresholds.attenuation) return undefined;
  const layers = seen.ledger.filter((row) => row.product < thresholds.product).map(({ layer }) => layer);
  const [output, input] = [seen.ledger[0]!, seen.ledger.at(-1)!];
  const recovered = fromStart && end > 0.1;
  return {
    severity: recovered ? "warning" : end < thresholds.severe ? "severe" : byOutcome(evidence),
    layers: [...layers].reverse(),
    sinceStep: fromStart ? first.step : sinceStep(evidence, vanishes),
    message: `Of the gradient at ${output.layer}, ${short(product)} is left at ${input.layer}: a layer passes on ${short(cause.attenuation)} of it on average, weights ${short(cause.weightFactor)} and activations ${short(cause.activationFactor)}.${recovered ? ` By step ${observations.at(-1)!.step} it had recovered to ${short(end)}.` : ""}`,
    evidence: {
      product,
      productAtEnd: end,
      layers: seen.ledger.length,
      gradientRmsFirst: input.gradientRms,
      gradientRmsLast: output.gradientRms,
    },
    cause,
    confidence: confidenceOf(product, thresholds.product, thresholds.product / 100),
  };
}
