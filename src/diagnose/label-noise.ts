// Labels that are wrong in the data: rows that the model misses with as much confidence as it hits others.

import { short } from "../data/wording.ts";
import { maximum } from "../ir/stats.ts";
import type { AnswersProfile, ErrorsProfile, ResidualsProfile } from "../observe/examples.ts";
import { confidenceOf, percent } from "./confidence.ts";
import { contradicted, contradictedLabels } from "./contradicted-labels.ts";
import { defineDetector } from "./detector.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { lowerLoss } from "./goals.ts";

/** Errors of the training rows (examples.ts). */
const noisyLabels = {
  fewestRows: 40,
  /** Share of errors among the surer half of the rows, and how well confidence tells hits from errors. */
  seen: { confidentRate: 0.1, separation: 0.76 },
  /** The same of the rows for validation, where the training rows show at least some of it. */
  unseen: { confidentRate: 0.06, separation: 0.75, trainingRate: 0.04, trainingSeparation: 0.82 },
  warning: 0.15,
  /** Error rate by that of always guessing the most frequent class. */
  mostErrors: 0.9,
  /**
   * Error rate of the rows for validation by the same: a model that does hardly better there than guessing has learnt nothing
   * that holds of other rows, whatever it does on those that it was trained on.
   */
  mostUnseenErrors: 0.88,
  /** And so many standard deviations of guessing fewer of them, which is 1 in 100 by chance. */
  beyondChance: 2.33,
  /**
   * Share of errors among the surer half by the error rate of guessing: where even the surest answers are little better than a
   * guess, the features tell too little to judge a label by. Of a fifth of wrong labels it is 0.53 at most.
   */
  mostConfident: 0.6,
  /** Rows for validation, for that. */
  fewestUnseen: 15,
  /** Of every class: below, the model has not learnt it and cannot judge its labels. */
  leastRecall: 0.1,
} as const;

/** Residuals of the training rows. */
const noisyValues = {
  /** Variance of the residuals beyond that of their robust scale, by the target's. */
  excess: 0.05,
  warning: 0.1,
  kurtosis: 3.4,
  /** Of the target's variance, on the rows for validation too: a model that is not fitted has large residuals of its own. */
  leastExplained: 0.2,
  fewestUnseen: 15,
  /**
   * So many large residuals that lie together on one side are those of rows with something in common that no feature tells:
   * Sundays, say. Values that are wrong lie on both sides.
   */
  together: { outliers: 0.05, shift: 1.5 },
} as const;

export const labelNoise = defineDetector({
  kind: "label-noise",
  holds: "rows whose class looks wrong",
  thresholds: { contradicted, noisyLabels, noisyValues },
  needsTime: false,
  causes: [
    "unscaled-feature",
    "bad-initialization",
    "learning-rate-too-high",
    "vanishing-gradient",
    "learning-rate-too-low",
    "dead-units",
    "saturation",
  ],
  isOfTarget: true,
  detect,
  remedies: [],
  mended: lowerLoss,
});

/**
 * By folds where they were measured, whatever became of the training. Otherwise by the training rows, as the final weights see them; the suspects
 * are then the rows that pull hardest.
 */
function detect({ data, examples, measured }: Evidence): Finding | undefined {
  if (measured?.folds) {
    const contradiction = contradictedLabels(measured.folds);
    return contradiction && { layers: [], sinceStep: 0, ...contradiction };
  }
  if (data === undefined || examples === undefined || examples.train.rows < noisyLabels.fewestRows) return undefined;
  const { errors, residuals } = examples.train;
  const found = errors
    ? inClasses(errors, examples.validation, data.classes!)
    : residuals && inValues(residuals, examples.validation);
  if (found === undefined) return undefined;
  const suspects = examples.suspects.map(({ row, tableRow }) => tableRow ?? row);
  return {
    layers: [],
    sinceStep: 0,
    ...found,
    message: `${found.message} Look at the rows that pull hardest: ${suspects.slice(0, 5).join(", ")}, …`,
    evidence: {
      ...found.evidence,
      suspects,
      gradientNorms: examples.suspects.map(({ gradientNorm }) => gradientNorm),
      medianGradientNorm: examples.median,
    },
  };
}

type Found = Pick<Finding, "severity" | "message" | "evidence" | "cause" | "confidence">;

/**
 * Where classes overlap, errors crowd where the model is unsure, and the surer half of its answers is nearly free of
 * them. A flipped label may be anywhere: the surer half has as many, and confidence does not tell errors from hits. A
 * model that has learnt some flipped labels by heart shows it on the rows for validation.
 */
function inClasses(
  errors: ErrorsProfile,
  validation: AnswersProfile | undefined,
  classes: readonly { readonly rows: number }[],
): Found | undefined {
  const { rate, confidentRate, separation = 1 } = errors;
  const unseen = validation?.errors;
  const rows = classes.reduce((sum, one) => sum + one.rows, 0);
  const guessing = 1 - maximum(classes.map((one) => one.rows)) / rows;
  const { seen, unseen: other } = noisyLabels;
  const isSeen = confidentRate >= seen.confidentRate && separation <= seen.separation;
  const isUnseen =
    unseen !== undefined &&
    confidentRate >= other.trainingRate &&
    separation <= other.trainingSeparation &&
    unseen.confidentRate >= other.confidentRate &&
    (unseen.separation ?? 1) <= other.separation;
  if (!isSeen && !isUnseen) return undefined;
  // A model that has learnt nothing, or nothing of one class, errs everywhere, too.
  const isClassMissed = errors.recall.some((recall) => recall < noisyLabels.leastRecall);
  const { mostErrors, fewestUnseen, mostConfident } = noisyLabels;
  const isGuess = validation && unseen!.rate > mostUnseen(guessing, validation.rows);
  if (rate > mostErrors * guessing || isGuess || isClassMissed) return undefined;
  const [share, apart] = isSeen ? [confidentRate, separation] : [unseen!.confidentRate, unseen!.separation ?? 1];
  // Of the rows that it was trained on, a model has learnt some flipped labels by heart.
  const unlearnt = validation && validation.rows >= fewestUnseen ? Math.max(share, unseen!.confidentRate) : share;
  if (unlearnt > mostConfident * guessing) return undefined;
  return {
    severity: unlearnt >= noisyLabels.warning ? "warning" : "info",
    message: `About ${percent(share)} of the labels look wrong: even where the model is surest it misses as many ${isSeen ? "rows" : "rows for validation"}, and its confidence hardly tells misses from hits (${short(apart)}, where 0.5 is not at all).`,
    evidence: {
      errorRate: rate,
      confidentErrorRate: confidentRate,
      separation,
      ...(unseen && { validationConfidentErrorRate: unseen.confidentRate }),
      ...(unseen?.separation !== undefined && { validationSeparation: unseen.separation }),
    },
    cause: { errorConfidence: errors.errorConfidence, hitConfidence: errors.hitConfidence },
    confidence: confidenceOf(apart, isSeen ? seen.separation : other.separation, 0.55),
  };
}

/** The error rate on rows for validation from which on a model is hardly better than guessing, or may be so by chance. */
function mostUnseen(guessing: number, rows: number): number {
  const { mostUnseenErrors, beyondChance } = noisyLabels;
  const deviation = Math.sqrt((guessing * (1 - guessing)) / rows);
  return Math.min(mostUnseenErrors * guessing, guessing - beyondChance * deviation);
}

/**
 * Noise that every row has leaves residuals of a normal shape: their variance is that of their robust scale. Values that
 * are simply wrong add a few large residuals; what they add to the variance is told as a share of the target's.
 */
function inValues(
  { r2, scale, outliers, outlierShift = 0, kurtosis }: ResidualsProfile,
  validation: AnswersProfile | undefined,
): Found | undefined {
  const excess = 1 - r2 - scale ** 2;
  if (excess < noisyValues.excess || kurtosis < noisyValues.kurtosis || r2 < noisyValues.leastExplained)
    return undefined;
  const { leastExplained, fewestUnseen, together } = noisyValues;
  const isGuess = validation && validation.rows >= fewestUnseen && validation.residuals!.r2 < leastExplained;
  if (isGuess || (outliers >= together.outliers && outlierShift >= together.shift)) return undefined;
  return {
    severity: excess >= noisyValues.warning ? "warning" : "info",
    message: `Some values of the target look wrong: a few large misses hold ${percent(excess)} of its variance, beside the ${percent(scale ** 2)} of ordinary ones.`,
    evidence: { excess, kurtosis, outliers, r2 },
    cause: { residualScale: scale, explained: r2 },
    confidence: confidenceOf(excess, noisyValues.excess, 4 * noisyValues.excess),
  };
}
