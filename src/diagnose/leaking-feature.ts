// A feature that tells the target nearly alone, far better than any other: often a copy of it, or something known only later.
import { short } from "../data/wording.ts";
import { maximum } from "../ir/stats.ts";
import { confidenceOf, percent } from "./confidence.ts";
import { defineDetector } from "./detector.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { atAnyLoss } from "./goals.ts";
import { ignoreFeatures } from "./remedies.ts";

/** What a feature tells alone (data-profile.ts), and how much it leaves open, by what the next best one leaves open. */
const thresholds = {
  alone: 0.97,
  left: 0.25,
  /** Nothing measured is that exact. */
  warningAlone: 0.99,
  warningLeft: 0.1,
  fewestRows: 40,
  /**
   * Of classes: so many errors are left to a feature that decides them, where a cut fitted on half of the rows falls beside the
   * true one; and so many must there be to avoid, or it is chance.
   */
  cutErrors: 2.5,
  fewestErrors: 15,
} as const;

export const leakingFeature = defineDetector({
  kind: "leaking-feature",
  holds: "a feature tells the target nearly alone: a copy of it, or known only later",
  thresholds,
  needsTime: false,
  causes: [],
  isOfTarget: true,
  detect,
  remedies: [ignoreFeatures],
  mended: atAnyLoss,
});

function detect({ data }: Evidence): Finding | undefined {
  if (data === undefined || data.rows < thresholds.fewestRows) return undefined;
  // With one column there is nothing to leak past: it is what the target is told by.
  if ((data.columnCount ?? data.featureCount) === 1) return undefined;
  const guesses = data.classes ? data.rows - maximum(data.classes.map(({ rows }) => rows)) : undefined;
  if (guesses !== undefined && guesses < thresholds.fewestErrors) return undefined;
  const cut = guesses === undefined ? 0 : thresholds.cutErrors / guesses;
  const byWorth = unitsOf(data).toSorted((a, b) => b.alone - a.alone);
  const telling = byWorth.filter(({ alone }) => alone >= Math.min(thresholds.alone, 1 - cut));
  const next = byWorth[telling.length]?.alone ?? 0;
  const worst = telling[0];
  // Where all features tell everything, the task is easy.
  if (worst === undefined || (telling.length === byWorth.length && byWorth.length > 1)) return undefined;
  // What rows cannot tell from nothing: one error among them.
  const left = Math.max(1 - telling.at(-1)!.alone, 1 / data.rows);
  const ratio = left / (1 - next);
  if (ratio > thresholds.left) return undefined;
  const isExact = worst.alone >= Math.min(thresholds.warningAlone, 1 - cut) && ratio <= thresholds.warningLeft;
  const told =
    data.task === "classification"
      ? `avoids ${percent(worst.alone)} of the errors of always guessing the most frequent class`
      : `explains ${percent(worst.alone)} of the target's variance`;
  return {
    severity: isExact ? "warning" : "info",
    layers: [],
    sinceStep: 0,
    message: `The ${worst.what} "${worst.name}" alone ${told}; the next best manages ${percent(next)}. Is it known before the target is, or a copy of it?`,
    evidence: {
      features: telling.flatMap(({ features }) => features),
      alone: telling.map(({ alone }) => alone),
      nextBest: next,
    },
    cause: { left, leftByNextBest: 1 - next, ratio: Number(short(ratio)) },
    confidence: confidenceOf(ratio, thresholds.left, thresholds.left / 50),
  };
}

interface Unit {
  readonly what: "feature" | "column";
  readonly name: string;
  readonly features: readonly string[];
  readonly alone: number;
}

/** What may give the target away: the features, those of one category together, since it is all of its levels that decide. */
function unitsOf({ features, categories = [] }: NonNullable<Evidence["data"]>): readonly Unit[] {
  const joined = new Set(categories.flatMap((category) => category.features));
  const single = features
    .filter(({ name }) => !joined.has(name))
    .map(({ name, alone }): Unit => ({ what: "feature", name, features: [name], alone }));
  return [
    ...single,
    ...categories.map((category): Unit => {
      const best = features
        .filter(({ name }) => category.features.includes(name))
        .reduce((a, b) => (b.alone > a.alone ? b : a), { name: "", alone: 0 });
      if (best.alone >= category.alone)
        return { what: "feature", name: best.name, features: [best.name], alone: best.alone };
      return { what: "column", ...category };
    }),
  ];
}
