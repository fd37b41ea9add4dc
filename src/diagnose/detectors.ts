// The list of detectors, in the order in which they are asked. A verdict's kind is the name of one of them.
import { badInitialization } from "./bad-initialization.ts";
import { batchTooSmall } from "./batch-too-small.ts";
import { classImbalance } from "./class-imbalance.ts";
import { constantOutput } from "./constant-output.ts";
import { deadUnits } from "./dead-units.ts";
import type { Detector } from "./detector.ts";
import { explodingGradient } from "./exploding-gradient.ts";
import { labelNoise } from "./label-noise.ts";
import { leakingFeature } from "./leaking-feature.ts";
import { learningRateTooHigh } from "./learning-rate-too-high.ts";
import { learningRateTooLow } from "./learning-rate-too-low.ts";
import { nonFinite } from "./non-finite.ts";
import { overfitting } from "./overfitting.ts";
import { saturation } from "./saturation.ts";
import { uninformativeFeatures } from "./uninformative-features.ts";
import { unscaledFeature } from "./unscaled-feature.ts";
import { vanishingGradient } from "./vanishing-gradient.ts";

export const detectors = [
  vanishingGradient,
  explodingGradient,
  deadUnits,
  saturation,
  badInitialization,
  learningRateTooHigh,
  learningRateTooLow,
  unscaledFeature,
  leakingFeature,
  uninformativeFeatures,
  labelNoise,
  batchTooSmall,
  overfitting,
  constantOutput,
  classImbalance,
  nonFinite,
] as const;

export type VerdictKind = (typeof detectors)[number]["kind"];

export const verdictKinds: readonly VerdictKind[] = detectors.map(({ kind }) => kind);

export const detectorOf = (kind: VerdictKind): Detector => detectors.find((detector) => detector.kind === kind)!;
