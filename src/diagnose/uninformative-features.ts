// Features that hardly tell the target: none does alone, and what the network made of all of them holds of no other row.
import { short } from "../data/wording.ts";
import { maximum } from "../ir/stats.ts";
import { confidenceOf, percent } from "./confidence.ts";
import { defineDetector } from "./detector.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { lowerLoss } from "./goals.ts";
import type { FoldAnswers } from "./measure/fold-answers.ts";

const thresholds = {
  /** What a feature tells alone (data-profile.ts), beside what one may tell by chance: this by √ rows. */
  alone: 0.08,
  chance: 2.2,
  /**
   * What the best epoch may have by chance on the rows for validation, each by √ of their number: of classes less loss than the best
   * constant and fewer errors than guessing (in standard deviations of those), of numbers R².
   */
  loss: 0.9,
  errors: 2.2,
  explained: 0.9,
  fewestRows: 15,
  /** What networks that have not seen a row tell of it: R², that of ordinary rows, and fewer errors than guessing in standard deviations. */
  folds: { r2: 0.1, robustR2: 0.3, errors: 4 },
} as const;

export const uninformativeFeatures = defineDetector({
  kind: "uninformative-features",
  holds: "the features hardly tell the target",
  thresholds,
  needsTime: true,
  causes: [
    "label-noise",
    "unscaled-feature",
    "bad-initialization",
    "learning-rate-too-high",
    "vanishing-gradient",
    "dead-units",
    "saturation",
    "exploding-gradient",
    "learning-rate-too-low",
  ],
  isOfTarget: true,
  detect,
  remedies: [],
  mended: lowerLoss,
});

/** Whether networks of other rows do better than a guess: then it is the training that made nothing of the features. */
function foldsTell({ rows, classes, numbers }: FoldAnswers): boolean {
  const { r2, robustR2, errors } = thresholds.folds;
  if (numbers) return numbers.r2 > r2 || numbers.robustR2 > robustR2;
  const { errorRate, guessing } = classes!;
  return errorRate < guessing - errors * Math.sqrt((guessing * (1 - guessing)) / rows);
}

function detect({ data, examples, epochs, end, measured }: Evidence): Finding | undefined {
  if (measured?.folds && foldsTell(measured.folds)) return undefined;
  const validation = examples?.validation;
  if (data === undefined || end === undefined || validation === undefined) return undefined;
  if (validation.rows < thresholds.fewestRows || data.features.length === 0) return undefined;
  const alone = maximum([...data.features, ...(data.categories ?? [])].map((one) => one.alone));
  if (alone > thresholds.alone + thresholds.chance / Math.sqrt(data.rows)) return undefined;
  const losses = epochs.flatMap(({ validation }) => (validation?.loss === undefined ? [] : [validation.loss]));
  const best = losses.reduce((least, loss) => Math.min(least, loss), Number.POSITIVE_INFINITY);
  const chance = 1 / Math.sqrt(validation.rows);
  const { errors, residuals } = validation;
  // Numbers are judged by the variance of these rows: that of the training rows may be half as much again, where a few values are far out.
  const left = residuals ? 1 - residuals.r2 : best / data.constantLoss;
  const least = 1 - (residuals ? thresholds.explained : thresholds.loss) * chance;
  if (!(left > least)) return undefined;
  const guessing = data.classes && 1 - maximum(data.classes.map(({ rows }) => rows)) / data.rows;
  if (errors && errors.rate < guessing! - thresholds.errors * chance * Math.sqrt(guessing! * (1 - guessing!)))
    return undefined;
  const told = errors
    ? `it misses ${percent(errors.rate)} of them, and always saying the most frequent class ${percent(guessing!)}`
    : `it explains ${percent(Math.max(0, residuals!.r2))} of their variance`;
  return {
    severity: "warning",
    layers: [],
    sinceStep: 0,
    message: `The features hardly tell the target: none does alone, and on rows that it was not trained on the network is no better than a guess (${told}). Is a column left out that would tell it?`,
    evidence: {
      alone,
      bestValidationLoss: best,
      ...(errors && { errorRate: errors.rate, guessing: guessing! }),
      ...(residuals && { r2: residuals.r2 }),
    },
    cause: { constantLoss: data.constantLoss, left: Number(short(left)), rows: data.rows },
    confidence: confidenceOf(left, least, 1.05),
  };
}
