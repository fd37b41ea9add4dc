// A class that is rare: whether it is learnt all the same is what counts.
import { confidenceOf, percent } from "./confidence.ts";
import { defineDetector } from "./detector.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { lowerLoss } from "./goals.ts";

const thresholds = {
  /** Share of the rarest class by that of a class among as many equal ones. */
  share: 0.25,
  /** Recall of the rarest class by the mean of the others: below it is not learnt. */
  recall: 0.5,
} as const;

export const classImbalance = defineDetector({
  kind: "class-imbalance",
  holds: "a class has too few rows to be learnt",
  thresholds,
  needsTime: false,
  detect,
  remedies: [],
  mended: lowerLoss,
});

function detect({ data, examples, end }: Evidence): Finding | undefined {
  const classes = data?.classes;
  if (data === undefined || classes === undefined) return undefined;
  const rarest = classes.reduce((least, { rows }, c) => (rows < classes[least]!.rows ? c : least), 0);
  const { name, rows } = classes[rarest]!;
  const share = rows / data.rows;
  const evenness = share * classes.length;
  if (evenness >= thresholds.share) return undefined;
  // Of the validation rows where they have some of the class: training rows may be learnt by heart.
  const measured = [examples?.validation, examples?.train]
    .map((answers) => answers?.errors?.recall)
    .find((all) => all !== undefined && Number.isFinite(all[rarest]));
  const recall = measured?.[rarest];
  const others = measured?.filter((value, c) => c !== rarest && Number.isFinite(value));
  const mean = others && others.reduce((sum, value) => sum + value, 0) / others.length;
  const isMissed = recall !== undefined && recall < thresholds.recall * mean!;
  const learnt =
    recall === undefined
      ? "."
      : isMissed
        ? `, and only ${percent(recall)} of such rows are recognised, against ${percent(mean!)} of the others.`
        : `; ${percent(recall)} of such rows are recognised all the same.`;
  return {
    severity: recall === 0 ? "severe" : isMissed ? "warning" : "info",
    layers: [],
    sinceStep: 0,
    message: `The class "${name}" has ${rows} of ${data.rows} training rows (${percent(share)})${learnt}`,
    evidence: {
      class: name,
      rows,
      share,
      ...(recall !== undefined && { recall, othersRecall: mean! }),
      ...(end && { accuracy: (end.metrics.validation ?? end.metrics.train).accuracy ?? 0 }),
    },
    cause: { share, evenShare: 1 / classes.length },
    confidence: confidenceOf(evenness, thresholds.share, thresholds.share / 10),
  };
}
