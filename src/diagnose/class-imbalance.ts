// A class that is rare: whether it is learnt all the same is what counts.
import { confidenceOf, percent } from "./confidence.ts";
import { defineDetector } from "./detector.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { lowerLoss } from "./goals.ts";
import type { ClassRecall } from "./measure/fold-answers.ts";

const thresholds = {
  /** Share of the rarest class by that of a class among as many equal ones. */
  share: 0.25,
  /** Recall of a rare class by the mean of the others: below it is not learnt. */
  recall: 0.5,
  /** The same of a class that is only smaller than an even share, of the training rows too: below it is neglected. */
  smaller: { share: 0.75, recall: 0.2 },
  /**
   * Of a rare class with hardly a row for validation, as networks see it that were trained without the rows they are asked for: below that recall, by the
   * mean of the others, it is not learnt. Of so many rows at least.
   */
  measured: { recall: 0.7, rows: 8, mostForValidation: 4 },
} as const;

export const classImbalance = defineDetector({
  kind: "class-imbalance",
  holds: "a class has too few rows to be learnt",
  thresholds,
  needsTime: false,
  causes: [
    "unscaled-feature",
    "bad-initialization",
    "learning-rate-too-high",
    "vanishing-gradient",
    "dead-units",
    "saturation",
    "learning-rate-too-low",
  ],
  isOfTarget: true,
  detect,
  remedies: [],
  mended: lowerLoss,
});

/** A class beside the others. */
interface Standing {
  readonly name: string;
  readonly rows: number;
  /** Its share of the rows by that of a class among as many equal ones. */
  readonly evenness: number;
  /** Of the rows for validation where they have some of the class: training rows may be learnt by heart. */
  readonly recall: number | undefined;
  /** Mean recall of the others. */
  readonly others: number | undefined;
  readonly isMissed: boolean;
  /** The recalls are of networks that were trained without the rows they are asked for. */
  readonly isMeasured?: true;
}

/** Of all classes with too few rows, or that are neglected, the one that is recognised least. */
function detect({ data, examples, end, measured }: Evidence): Finding | undefined {
  const { classes } = data ?? {};
  if (data === undefined || classes === undefined) return undefined;
  const recalls = [examples?.validation, examples?.train].map((answers) => answers?.errors?.recall);
  const told = classes
    .map((one, c): Standing => {
      const standing = standingOf(one, c, data.rows / classes.length, recalls);
      return (!standing.isMissed && measuredOf(standing, c, measured?.folds?.classes?.recall)) || standing;
    })
    .filter(({ evenness, isMissed }) => evenness < thresholds.share || isMissed)
    .sort((a, b) => Number(b.isMissed) - Number(a.isMissed) || (a.recall ?? 0) - (b.recall ?? 0) || a.rows - b.rows);
  const worst = told[0];
  if (worst === undefined) return undefined;
  const { name, rows, evenness, recall, others, isMissed, isMeasured } = worst;
  const share = rows / data.rows;
  const missed = told.filter((one) => one.isMissed);
  const further = missed.slice(1).map((one) => `"${one.name}" (${percent(one.recall!)})`);
  const learnt =
    recall === undefined
      ? "."
      : isMissed
        ? `, and only ${percent(recall)} of such rows are recognised${isMeasured ? " by networks that have not seen them" : ""}, against ${percent(others!)} of the others.${further.length === 0 ? "" : ` So it is with ${further.join(", ")}.`}`
        : `; ${percent(recall)} of such rows are recognised all the same.`;
  return {
    // Of two classes a network that never says one of them says nothing.
    severity: recall === 0 && classes.length === 2 ? "severe" : isMissed ? "warning" : "info",
    layers: [],
    sinceStep: 0,
    message: `The class "${name}" has ${rows} of ${data.rows} training rows (${percent(share)})${learnt}`,
    evidence: {
      class: name,
      rows,
      share,
      ...(missed.length > 1 && { classes: missed.map((one) => one.name) }),
      ...(recall !== undefined && { recall, othersRecall: others! }),
      ...(end && { accuracy: (end.metrics.validation ?? end.metrics.train).accuracy ?? 0 }),
    },
    cause: { share, evenShare: 1 / classes.length },
    confidence: confidenceOf(Math.min(evenness, thresholds.share), thresholds.share, thresholds.share / 10),
  };
}

/** As missed, where the training's own rows for validation are too few to say and rows that networks have not seen say so; undefined otherwise. */
function measuredOf(standing: Standing, c: number, all: readonly ClassRecall[] | undefined): Standing | undefined {
  const own = all?.[c];
  const { recall, rows, mostForValidation } = thresholds.measured;
  if (own === undefined || standing.evenness >= thresholds.share) return undefined;
  if (own.rows < rows || own.validationRows > mostForValidation) return undefined;
  const others = meanOfOthers(
    all!.map(({ share }) => share),
    c,
  );
  return own.share < recall * others
    ? { ...standing, recall: own.share, others, isMissed: true, isMeasured: true }
    : undefined;
}

function standingOf(
  { name, rows }: { readonly name: string; readonly rows: number },
  c: number,
  even: number,
  recalls: readonly (readonly number[] | undefined)[],
): Standing {
  const evenness = rows / even;
  const measured = recalls.filter((all) => all !== undefined && Number.isFinite(all[c])) as (readonly number[])[];
  const ratios = measured.map((all) => all[c]! / meanOfOthers(all, c));
  const { smaller } = thresholds;
  const isNeglected =
    evenness < smaller.share && measured.length > 0 && ratios.every((ratio) => ratio < smaller.recall);
  const isMissed = isNeglected || (evenness < thresholds.share && ratios[0]! < thresholds.recall);
  const [first] = measured;
  return { name, rows, evenness, recall: first?.[c], others: first && meanOfOthers(first, c), isMissed };
}

function meanOfOthers(recall: readonly number[], own: number): number {
  const others = recall.filter((value, c) => c !== own && Number.isFinite(value));
  return others.reduce((sum, value) => sum + value, 0) / others.length;
}
