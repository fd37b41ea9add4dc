// Gradients that grow from layer to layer on their way back.
import { short } from "../data/wording.ts";
import { confidenceOf } from "./confidence.ts";
import { byOutcome, early, ledgerCause, median, type Observed } from "./course.ts";
import type { Evidence } from "./evidence.ts";
import { exploding } from "./thresholds.ts";
import type { Verdict } from "./verdict.ts";

const productOf = ({ ledger }: Observed): number => Math.max(...ledger.map(({ product }) => product));

/** By the ledger's largest product: at the first step, in the first steps, or at the end. */
export function explodingGradient(evidence: Evidence): Verdict | undefined {
  const { observations } = evidence;
  const first = observations[0];
  if (first === undefined || first.ledger.length < 3) return undefined;
  const start = Math.max(productOf(first), median(early(evidence).map(productOf)));
  const end = median(observations.slice(-5).map(productOf));
  const fromStart = start > exploding.product;
  if (!fromStart && !(observations.length >= 15 && end > exploding.later)) return undefined;
  const seen = fromStart
    ? (early(evidence).find((one) => productOf(one) > exploding.product) ?? first)
    : observations.at(-1)!;
  const product = productOf(seen);
  const cause = ledgerCause(seen);
  const since = observations.find((one) => productOf(one) > (fromStart ? exploding.product : exploding.later)) ?? seen;
  const row = seen.ledger.find((one) => one.product === product)!;
  return {
    kind: "exploding-gradient",
    severity: byOutcome(evidence),
    layers: seen.ledger
      .filter((one) => one.product > exploding.product)
      .map(({ layer }) => layer)
      .reverse(),
    sinceStep: since.step,
    message: `The gradient grows on its way back: at ${row.layer} it is ${short(product)} times that at ${seen.ledger[0]!.layer}. A layer multiplies it by ${short(cause.attenuation)} on average, weights by ${short(cause.weightFactor)} and activations by ${short(cause.activationFactor)}.`,
    evidence: { product, productAtEnd: end, layers: seen.ledger.length, gradientRms: row.gradientRms },
    cause,
    confidence: confidenceOf(product, exploding.product, 100 * exploding.product),
  };
}
