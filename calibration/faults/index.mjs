// The list of the faults: of every kind some mechanisms that differ in cause, halves of them apart.
import { mechanisms as badInitialization } from "./bad-initialization.mjs";
import { mechanisms as batchTooSmall } from "./batch-too-small.mjs";
import { mechanisms as classImbalance } from "./class-imbalance.mjs";
import { mechanisms as constantOutput } from "./constant-output.mjs";
import { mechanisms as deadUnits } from "./dead-units.mjs";
import { mechanisms as explodingGradient } from "./exploding-gradient.mjs";
import { mechanisms as labelNoise } from "./label-noise.mjs";
import { mechanisms as leakingFeature } from "./leaking-feature.mjs";
import { mechanisms as learningRateTooHigh } from "./learning-rate-too-high.mjs";
import { mechanisms as learningRateTooLow } from "./learning-rate-too-low.mjs";
import { mechanisms as nonFinite } from "./non-finite.mjs";
import { mechanisms as overfitting } from "./overfitting.mjs";
import { mechanisms as saturation } from "./saturation.mjs";
import { mechanisms as uninformativeFeatures } from "./uninformative-features.mjs";
import { mechanisms as unscaledFeature } from "./unscaled-feature.mjs";
import { mechanisms as vanishingGradient } from "./vanishing-gradient.mjs";

const byKind = {
  "vanishing-gradient": vanishingGradient,
  "exploding-gradient": explodingGradient,
  "dead-units": deadUnits,
  saturation,
  "bad-initialization": badInitialization,
  "learning-rate-too-high": learningRateTooHigh,
  "learning-rate-too-low": learningRateTooLow,
  "unscaled-feature": unscaledFeature,
  "leaking-feature": leakingFeature,
  "uninformative-features": uninformativeFeatures,
  "label-noise": labelNoise,
  "batch-too-small": batchTooSmall,
  overfitting,
  "constant-output": constantOutput,
  "class-imbalance": classImbalance,
  "non-finite": nonFinite,
};

/**
 * { kind, name, half, how, causes, suits, isForAll, start, before, apply }: `how` says what is done; `causes` which other verdicts name that as well; `suits` which tables it is put
 * into, `isForAll` that they may tell little; `start` settings of the training without it; `before(training, draw)` what its rows have, too;
 * `apply(training, draw)` puts it in.
 */
export const mechanisms = Object.entries(byKind).flatMap(([kind, list]) =>
  list.map((mechanism) => ({ kind, causes: [], ...mechanism })),
);
