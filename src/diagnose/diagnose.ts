// From the events of a training to its verdicts: one detector a kind.
import type { LedgerRow } from "../observe/ledger.ts";
import type { TrainEvent } from "../train/events.ts";
import { badInitialization } from "./bad-initialization.ts";
import { batchTooSmall } from "./batch-too-small.ts";
import { classImbalance } from "./class-imbalance.ts";
import { constantOutput } from "./constant-output.ts";
import { hasJustBegun } from "./course.ts";
import { deadUnits } from "./dead-units.ts";
import { type Detector, evidenceOf } from "./evidence.ts";
import { explodingGradient } from "./exploding-gradient.ts";
import { labelNoise } from "./label-noise.ts";
import { leakingFeature } from "./leaking-feature.ts";
import { learningRateTooHigh } from "./learning-rate-too-high.ts";
import { learningRateTooLow } from "./learning-rate-too-low.ts";
import { nonFinite } from "./non-finite.ts";
import { overfitting } from "./overfitting.ts";
import { saturation } from "./saturation.ts";
import { unscaledFeature } from "./unscaled-feature.ts";
import { vanishingGradient } from "./vanishing-gradient.ts";
import { type Severity, type Verdict, type VerdictKind, verdictKinds } from "./verdict.ts";

/** Exhaustive by type. */
export const detectors: { readonly [K in VerdictKind]: Detector } = {
  "vanishing-gradient": vanishingGradient,
  "exploding-gradient": explodingGradient,
  "dead-units": deadUnits,
  saturation,
  "bad-initialization": badInitialization,
  "learning-rate-too-high": learningRateTooHigh,
  "learning-rate-too-low": learningRateTooLow,
  "unscaled-feature": unscaledFeature,
  "leaking-feature": leakingFeature,
  "label-noise": labelNoise,
  "batch-too-small": batchTooSmall,
  overfitting,
  "constant-output": constantOutput,
  "class-imbalance": classImbalance,
  "non-finite": nonFinite,
};

/** What only time can tell: how the loss went on, not what the steps are like. */
const needsTime: ReadonlySet<VerdictKind> = new Set([
  "learning-rate-too-low",
  "batch-too-small",
  "overfitting",
  "constant-output",
]);

/** A diagnosis before any remedy was tried. */
export interface Findings {
  /** No verdict is a warning or severe. */
  readonly healthy: boolean;
  /** The most severe first, among those the surest. */
  readonly verdicts: readonly Verdict[];
  /** Of the last observation, from the output to the input. */
  readonly ledger: readonly LedgerRow[];
}

const ranks: Readonly<Record<Severity, number>> = { severe: 2, warning: 1, info: 0 };

/** Events of one training, from its start to its end, its failure, or as far as it has come. Throws INVALID_ARGUMENT without a start. */
export function diagnose(events: readonly TrainEvent[]): Findings {
  const evidence = evidenceOf(events);
  const hasTold = (kind: VerdictKind) => !needsTime.has(kind) || !hasJustBegun(evidence);
  const verdicts = verdictKinds
    .filter(hasTold)
    .flatMap((kind) => detectors[kind](evidence) ?? [])
    .sort((a, b) => ranks[b.severity] - ranks[a.severity] || b.confidence - a.confidence);
  return {
    healthy: verdicts.every(({ severity }) => severity === "info"),
    verdicts,
    ledger: evidence.observations.at(-1)?.ledger ?? [],
  };
}
