// Gradients that shrink from layer to layer on their way back, until the first layers hardly get any.
import { short } from "../data/wording.ts";
import { confidenceOf } from "./confidence.ts";
import { byOutcome, early, ledgerCause, median, type Observed, sinceStep } from "./course.ts";
import type { Evidence } from "./evidence.ts";
import { vanishing } from "./thresholds.ts";
import type { Verdict } from "./verdict.ts";

const productOf = ({ ledger }: Observed): number => ledger.at(-1)?.product ?? 1;
const vanishes = (seen: Observed): boolean => productOf(seen) < vanishing.product;

/** By the ledger's product at the first layer: in the first steps, or from some step on to the end. */
export function vanishingGradient(evidence: Evidence): Verdict | undefined {
  const { observations } = evidence;
  const first = observations[0];
  if (first === undefined || first.ledger.length < 3) return undefined;
  // All weights 0 pass nothing on: that is another fault.
  if (evidence.start.initial.some(({ shape, value }) => shape.length > 1 && value.zeros === value.size))
    return undefined;
  // Some optimizers mend it within a few steps: what the training was set up with counts.
  const start = Math.min(productOf(first), median(early(evidence).slice(0, 5).map(productOf)));
  const end = median(observations.slice(-5).map(productOf));
  const fromStart = start < vanishing.product;
  if (!fromStart && !(observations.length >= 15 && end < vanishing.later)) return undefined;
  const seen = fromStart ? first : observations.at(-1)!;
  const product = fromStart ? start : end;
  const cause = ledgerCause(seen);
  if (cause.attenuation > vanishing.attenuation) return undefined;
  const layers = seen.ledger.filter((row) => row.product < vanishing.product).map(({ layer }) => layer);
  const [output, input] = [seen.ledger[0]!, seen.ledger.at(-1)!];
  const recovered = fromStart && end > 0.1;
  return {
    kind: "vanishing-gradient",
    severity: recovered ? "warning" : end < vanishing.severe ? "severe" : byOutcome(evidence),
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
    confidence: confidenceOf(product, vanishing.product, vanishing.product / 100),
  };
}
