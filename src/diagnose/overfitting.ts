// The network learns its training rows by heart: what it gains on them it does not gain on others.

import { short } from "../data/wording.ts";
import type { EpochEvent } from "../train/events.ts";
import { confidenceOf } from "./confidence.ts";
import { defineDetector } from "./detector.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { lowerLoss } from "./goals.ts";
import { dropout, narrower, suggestedRate } from "./remedies.ts";
import { learnsLessByHeart, setsOnly } from "./suspicion.ts";

const thresholds = {
  /** Rise of the validation loss from its minimum, by the loss of the best constant. */
  rise: 0.15,
  /** Validation loss of the best epoch less the training loss of its weights, by the loss of the best constant. */
  gap: 0.45,
  /** For validation: of fewer, one row decides. */
  fewestRows: 5,
} as const;

export const overfitting = defineDetector({
  kind: "overfitting",
  holds: "the validation loss rises while the training loss falls",
  thresholds,
  needsTime: true,
  isSymptom: true,
  causes: ["unscaled-feature", "bad-initialization", "learning-rate-too-high", "label-noise", "batch-too-small"],
  detect,
  remedies: [narrower(2), narrower(4), dropout(0.3), suggestedRate],
  mended: lowerLoss,
  suspicion: {
    isOf: (change) => setsOnly(change, "hidden", "depth", "width", "dropout"),
    isShown: learnsLessByHeart,
    words: ({ start }) =>
      `The network learns some of its ${start.rows} rows by heart: one that can keep less does better on rows that it has not seen.`,
  },
});

/**
 * Two signs: the validation loss rises from its minimum while the training loss falls on; or it is far above the
 * training loss even at its minimum. Losses are compared with that of the best constant, which is 1 on their scale: a
 * validation loss that doubles from nearly nothing is no harm.
 */
function detect({ start, data, epochs, end }: Evidence): Finding | undefined {
  if (start.validationRows < thresholds.fewestRows) return undefined;
  const measured = epochs.filter(({ validation }) => validation !== undefined);
  if (measured.length < 3) return undefined;
  const loss = ({ validation }: EpochEvent): number => validation!.loss!;
  const best = measured.reduce((least, epoch) => (loss(epoch) < loss(least) ? epoch : least));
  const last = measured
    .slice(-3)
    .map(loss)
    .sort((a, b) => a - b)[1]!;
  const scale = data?.constantLoss || measured[0]!.loss;
  if (scale === 0) return undefined;
  const trained = measured.at(-1)!.loss;
  // Of the weights that are the result, without dropout.
  const kept = end?.metrics.train.loss ?? best.loss;
  const rise = trained < best.loss ? (last - loss(best)) / scale : 0;
  const gap = (loss(best) - kept) / scale;
  const [rises, gapes] = [rise > thresholds.rise, gap > thresholds.gap];
  if (!rises && !gapes) return undefined;
  const isHopeless = loss(best) > scale && kept < 0.5 * scale;
  const rising = `Since epoch ${best.epoch} the validation loss rose from ${short(loss(best))} to ${short(last)}, while the training loss fell from ${short(best.loss)} to ${short(trained)}`;
  const gaping = `The validation loss is ${short(loss(best))} at its best, the training loss of the same weights ${short(kept)}`;
  return {
    severity: isHopeless ? "severe" : gapes ? "warning" : "info",
    layers: [],
    sinceStep: best.step,
    message: `${rises ? rising : gaping}: the network learns its rows by heart.${end?.bestEpoch === best.epoch ? ` The weights of epoch ${best.epoch} are kept.` : ""}`,
    evidence: {
      bestEpoch: best.epoch,
      epochs: measured.length,
      bestValidationLoss: loss(best),
      lastValidationLoss: last,
      trainingLoss: trained,
      rise,
      gap,
    },
    cause: { ...(data && { rows: data.rows, features: data.featureCount }) },
    confidence: Math.max(
      confidenceOf(Math.max(rise, thresholds.rise), thresholds.rise, 10 * thresholds.rise),
      confidenceOf(Math.max(gap, thresholds.gap), thresholds.gap, 4 * thresholds.gap),
    ),
  };
}
