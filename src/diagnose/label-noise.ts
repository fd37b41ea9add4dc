// Labels that are wrong in the data: rows whose labels are contradicted by what has not seen them.

import { maximum } from "../ir/stats.ts";
import { confidenceOf, percent } from "./confidence.ts";
import { areContradicted, contradicted, contradictedLabels } from "./contradicted-labels.ts";
import { defineDetector } from "./detector.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { lowerLoss } from "./goals.ts";

const thresholds = {
  contradicted,
  /** Of the rows for validation, as the training's own weights see them: one network, which may have learnt little, has to be surer. */
  own: { z: 3, leastRecall: 0.1 },
} as const;

export const labelNoise = defineDetector({
  kind: "label-noise",
  holds: "rows whose class or value looks wrong",
  thresholds,
  needsTime: true,
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
 * By folds where they were measured, whatever became of the training. Otherwise classes alone are judged, by the rows for validation where they are
 * many: on 22 real tables what a training makes of its own rows, or of few others, called labels wrong that were right more often than it found wrong ones.
 */
function detect({ data, examples, measured }: Evidence): Finding | undefined {
  if (measured?.folds) {
    const contradiction = contradictedLabels(measured.folds);
    return contradiction && { layers: [], sinceStep: 0, ...contradiction };
  }
  const { errors, rows = 0 } = examples?.validation ?? {};
  if (data?.classes === undefined || errors === undefined) return undefined;
  const counts = data.classes.map((one) => one.rows);
  const guessing = 1 - maximum(counts) / counts.reduce((sum, count) => sum + count, 0);
  const { own } = thresholds;
  const { rate: errorRate, confidentRate: surest } = errors;
  // A model that has learnt nothing of a class errs there with any confidence, too.
  const isClassMissed = errors.recall.some((recall) => recall < own.leastRecall);
  if (isClassMissed || !areContradicted({ rows, errorRate, surest, guessing }, own.z)) return undefined;
  const suspects = examples!.suspects.map(({ row, tableRow }) => tableRow ?? row);
  const { everywhere } = contradicted;
  return {
    layers: [],
    sinceStep: 0,
    severity: "warning",
    message: `About ${percent(surest)} of the labels look wrong: of the rows for validation the network misses ${percent(errorRate)}, and ${percent(surest)} of those where it is surest. Where classes only overlap, the surest answers are nearly free of errors. Look at the rows that pull hardest: ${suspects.slice(0, 5).join(", ")}, …`,
    evidence: {
      errorRate,
      surest,
      guessing,
      rows,
      suspects,
      gradientNorms: examples!.suspects.map(({ gradientNorm }) => gradientNorm),
      medianGradientNorm: examples!.median,
    },
    cause: { flatness: surest / errorRate },
    confidence: confidenceOf(surest, everywhere.surest, 3 * everywhere.surest),
  };
}
