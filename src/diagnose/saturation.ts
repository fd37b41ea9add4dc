// Units of a bounded activation that stand at its ends, where its slope is next to nothing.
import { short } from "../data/wording.ts";
import { confidenceOf, percent } from "./confidence.ts";
import { byOutcome, early, median, sinceStep } from "./course.ts";
import type { Evidence } from "./evidence.ts";
import { saturated } from "./thresholds.ts";
import type { Verdict } from "./verdict.ts";

/** Only where φ is flat on both sides: half of relu's units are silent in any healthy network. */
export function saturation(evidence: Evidence): Verdict | undefined {
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
    .filter(({ start, end }) => start > saturated.early || end > saturated.late);
  if (layers.length === 0) return undefined;
  const worst = layers.reduce((most, one) => (one.share > most.share ? one : most));
  const names = layers.map(({ name }) => name);
  const before = last.values[last.values.findIndex(({ name }) => name === worst.name) - 1];
  return {
    kind: "saturation",
    severity: byOutcome(evidence),
    layers: names,
    sinceStep:
      worst.start > saturated.early ? 1 : sinceStep(evidence, (seen) => shareOf(seen, worst.name) > saturated.late),
    message: `${percent(worst.share)} of the answers of ${worst.name} (${worst.activation}) stand where its slope is under a twentieth of its largest${before ? `: what goes in has an RMS of ${short(before.value.rms)}` : ""}. Hardly any gradient passes there.`,
    evidence: { saturated: worst.share, atStart: worst.start, atEnd: worst.end, units: worst.units },
    cause: {
      ...(before && { rmsInput: before.value.rms }),
      activationFactor: last.ledger.at(-1)?.activationFactor ?? 1,
    },
    confidence: confidenceOf(worst.share, saturated.early, 0.95),
  };
}
