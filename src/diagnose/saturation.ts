// Units of a bounded activation that stand at its ends, where its slope is next to nothing.
import { short } from "../data/wording.ts";
import { confidenceOf, percent } from "./confidence.ts";
import { byOutcome, early, median, sinceStep } from "./course.ts";
import { defineDetector } from "./detector.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { lowerLoss } from "./goals.ts";
import { activation, fitInit, normalizations, rateTimes, standardize, suggestedRate } from "./remedies.ts";

/** Share of (row, unit) pairs of a bounded activation with a slope under a twentieth of the steepest. */
const thresholds = { early: 0.5, late: 0.75 } as const;

export const saturation = defineDetector({
  kind: "saturation",
  holds: "units sit where the activation is flat",
  thresholds,
  needsTime: false,
  causes: ["unscaled-feature", "bad-initialization", "learning-rate-too-high", "exploding-gradient"],
  detect,
  remedies: [standardize, fitInit, activation("relu"), ...normalizations, suggestedRate, rateTimes(0.1)],
  mended: lowerLoss,
});

/** Only where φ is flat on both sides: half of relu's units are silent in any healthy network. */
function detect(evidence: Evidence): Finding | undefined {
  const { observations } = evidence;
  const last = observations.at(-1);
  const bounded = last?.units.filter((one) => one.bounded) ?? [];
  if (last === undefined || bounded.length === 0) return undefined;
  const shareOf = (seen: typeof last, name: string) => seen.units.find((one) => one.name === name)?.saturated ?? 0;
  const layers = bounded
    .map(({ name, activation, units }) => {
      const start = median(early(evidence).map((seen) => shareOf(seen, name)));
      const end = median(observations.slice(-5).map((seen) => shareOf(seen, name)));
      return { name, activation, units, start, end, share: Math.max(start, end) };
    })
    .filter(({ start, end }) => start > thresholds.early || end > thresholds.late);
  if (layers.length === 0) return undefined;
  const worst = layers.reduce((most, one) => (one.share > most.share ? one : most));
  const names = layers.map(({ name }) => name);
  const before = last.values[last.values.findIndex(({ name }) => name === worst.name) - 1];
  return {
    severity: byOutcome(evidence),
    layers: names,
    sinceStep:
      worst.start > thresholds.early ? 1 : sinceStep(evidence, (seen) => shareOf(seen, worst.name) > thresholds.late),
    message: `${percent(worst.share)} of the answers of ${worst.name} (${worst.activation}) stand where its slope is under a twentieth of its largest${before ? `: what goes in has an RMS of ${short(before.value.rms)}` : ""}. Hardly any gradient passes there.`,
    evidence: { saturated: worst.share, atStart: worst.start, atEnd: worst.end, units: worst.units },
    cause: {
      ...(before && { rmsInput: before.value.rms }),
      activationFactor: last.ledger.at(-1)?.activationFactor ?? 1,
    },
    confidence: confidenceOf(worst.share, thresholds.early, 0.95),
  };
}
