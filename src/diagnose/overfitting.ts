// The network learns its training rows by heart: what it gains on them it does not gain on others.

import { short } from "../data/wording.ts";
import type { EpochEvent } from "../train/events.ts";
import { confidenceOf } from "./confidence.ts";
import type { Evidence } from "./evidence.ts";
import { overfit } from "./thresholds.ts";
import type { Verdict } from "./verdict.ts";

/**
 * Two signs: the validation loss rises from its minimum while the training loss falls on; or it is far above the
 * training loss even at its minimum. Losses are compared with that of the best constant, which is 1 on their scale: a
 * validation loss that doubles from nearly nothing is no harm.
 */
export function overfitting({ data, epochs, end }: Evidence): Verdict | undefined {
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
  const [rises, gapes] = [rise > overfit.rise, gap > overfit.gap];
  if (!rises && !gapes) return undefined;
  const isHopeless = loss(best) > scale && kept < 0.5 * scale;
  const rising = `Since epoch ${best.epoch} the validation loss rose from ${short(loss(best))} to ${short(last)}, while the training loss fell from ${short(best.loss)} to ${short(trained)}`;
  const gaping = `The validation loss is ${short(loss(best))} at its best, the training loss of the same weights ${short(kept)}`;
  return {
    kind: "overfitting",
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
      confidenceOf(Math.max(rise, overfit.rise), overfit.rise, 10 * overfit.rise),
      confidenceOf(Math.max(gap, overfit.gap), overfit.gap, 4 * overfit.gap),
    ),
  };
}
