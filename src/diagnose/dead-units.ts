// Units that answer no row any more, and so get no gradient that would bring them back.
import { confidenceOf, percent } from "./confidence.ts";
import { byOutcome, sinceStep } from "./course.ts";
import type { Evidence } from "./evidence.ts";
import { dead } from "./thresholds.ts";
import type { Verdict } from "./verdict.ts";

export function deadUnits(evidence: Evidence): Verdict | undefined {
  const last = evidence.observations.at(-1);
  const layers = last?.units.filter((units) => units.dead > dead.share) ?? [];
  if (last === undefined || layers.length === 0) return undefined;
  const worst = layers.reduce((most, one) => (one.dead > most.dead ? one : most));
  const names = layers.map(({ name }) => name);
  const value = last.values.find(({ name }) => name === worst.name);
  const before = last.values[last.values.findIndex(({ name }) => name === worst.name) - 1];
  return {
    kind: "dead-units",
    severity: worst.dead > dead.severe ? byOutcome(evidence) : "warning",
    layers: names,
    sinceStep: sinceStep(evidence, ({ units }) =>
      units.some((one) => names.includes(one.name) && one.dead > dead.share),
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
    confidence: confidenceOf(worst.dead, dead.share, 0.95),
  };
}
