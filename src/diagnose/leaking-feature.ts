// A feature that tells the target nearly alone, far better than any other: often a copy of it, or something known only later.
import { short } from "../data/wording.ts";
import { maximum } from "../ir/stats.ts";
import { confidenceOf, percent } from "./confidence.ts";
import { defineDetector } from "./detector.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { atAnyLoss } from "./goals.ts";
import type { Measured } from "./measure/measure-table.ts";
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
  /** Of columns that were tried without: what all others leave open by what the column does, and how much that may be. */
  tried: { ratio: 3, z: 3, left: 0.2 },
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

function detect({ data, measured }: Evidence): Finding | undefined {
  if (data === undefined || data.rows < thresholds.fewestRows) return undefined;
  // With one column there is nothing to leak past: it is what the target is told by.
  if ((data.columnCount ?? data.featureCount) === 1) return undefined;
  return measured?.leaks ? byTrial(measured, data) : byProfile(data);
}

/** What was tried without: a column that does in a tree alone what all others together leave open. */
function byTrial(
  { leaks = [], arithmetic }: Measured,
  { task, categories = [], features }: Profile,
): Finding | undefined {
  const { ratio, z, left } = thresholds.tried;
  const found = leaks
    .filter((one) => one.ratio >= ratio && (one.z ?? z) >= z && 1 - one.alone <= left)
    .sort((a, b) => b.ratio - a.ratio);
  const featuresOf = (columns: readonly string[]) =>
    columns.flatMap((name) => categories.find((one) => one.name === name)?.features ?? namesIn(features, name));
  const worst = found[0];
  if (worst === undefined) {
    if (arithmetic === undefined) return undefined;
    const { columns, r2 } = arithmetic;
    return {
      severity: "warning",
      layers: [],
      sinceStep: 0,
      message: `The target is a sum of ${columns.map((name) => `"${name}"`).join(", ")}, each with a factor: are they known before it is, or was it worked out from them?`,
      evidence: { features: featuresOf(columns), columns, r2 },
      cause: { left: 1 - r2 },
      confidence: 1,
    };
  }
  const columns = found.map(({ column }) => column);
  const told = toldWords(task);
  return {
    severity: "warning",
    layers: [],
    sinceStep: 0,
    message: `The column "${worst.column}" alone ${told(worst.alone)}; networks of the others, without it, manage ${percent(worst.others)}. Is it known before the target is, or a copy of it?`,
    evidence: {
      features: featuresOf(columns),
      columns,
      alone: found.map(({ alone }) => alone),
      others: worst.others,
      rows: worst.rows,
    },
    cause: { left: 1 - worst.alone, leftByOthers: 1 - worst.others, ratio: Number(short(worst.ratio)) },
    confidence: confidenceOf(worst.ratio, ratio, 20 * ratio),
  };
}

type Profile = NonNullable<Evidence["data"]>;

/** The features of a column that is no category. */
const namesIn = (features: Profile["features"], column: string): readonly string[] =>
  features.map(({ name }) => name).filter((name) => name === column || name === `${column} is missing`);

const toldWords = (task: Profile["task"]) => (share: number) =>
  task === "classification"
    ? `avoids ${percent(share)} of the errors of always guessing the most frequent class`
    : `explains ${percent(share)} of the target's variance`;

/** What a tree on one feature tells beside what the next one does. */
function byProfile(data: Profile): Finding | undefined {
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
  return {
    severity: isExact ? "warning" : "info",
    layers: [],
    sinceStep: 0,
    message: `The ${worst.what} "${worst.name}" alone ${toldWords(data.task)(worst.alone)}; the next best manages ${percent(next)}. Is it known before the target is, or a copy of it?`,
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
function unitsOf({ features, categories = [] }: Profile): readonly Unit[] {
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
