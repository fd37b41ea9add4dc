// Features on a scale that the initial weights were not drawn for.

import { short } from "../data/wording.ts";
import type { FeatureProfile } from "../observe/data-profile.ts";
import { confidenceOf } from "./confidence.ts";
import { defineDetector } from "./detector.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { lowerLoss } from "./goals.ts";
import { normalizations, standardize, suggestedRate } from "./remedies.ts";

/** Scales of features as the network is fed them, in RMS: initial weights are drawn for inputs of RMS 1. */
const thresholds = {
  /** Standardised numbers have 1, categories less. */
  rms: 15,
  /** The first layer's sums are a thousand times as large as intended. */
  severe: 1000,
  /** Median over all features: below, the first layer says next to nothing of them. */
  allTiny: 0.02,
} as const;

export const unscaledFeature = defineDetector({
  kind: "unscaled-feature",
  holds: "a feature is on a scale that the initial weights were not drawn for",
  thresholds,
  needsTime: false,
  causes: [],
  detect,
  remedies: [standardize, ...normalizations, suggestedRate],
  mended: lowerLoss,
});

const rmsOf = ({ mean, std }: FeatureProfile): number => Math.hypot(mean, std);

/**
 * The variance of a first-layer sum Σ x W is Σ x² · Var W: a feature's share of it is its mean square by that of all,
 * and the gradient by its weights is larger by its RMS.
 */
function detect({ start, data }: Evidence): Finding | undefined {
  if (data === undefined) return undefined;
  const large = data.features.filter((feature) => rmsOf(feature) > thresholds.rms).sort((a, b) => rmsOf(b) - rmsOf(a));
  const squares = data.features.reduce((sum, feature) => sum + rmsOf(feature) ** 2, 0);
  const common = { layers: start.layers.slice(0, 1), sinceStep: 0 } as const;
  const worst = large[0];
  if (worst !== undefined) {
    const rms = rmsOf(worst);
    const share = rms ** 2 / squares;
    const others = large.length === 1 ? "" : `, and ${large.length - 1} more of the ${data.featureCount} features`;
    return {
      ...common,
      severity: rms > thresholds.severe ? "severe" : "warning",
      message: `The feature "${worst.name}" is fed with values around ${short(rms)}${others}, where the network's first weights expect about 1: ${short(100 * share)} % of what the first layer sees is this feature.`,
      evidence: {
        features: large.slice(0, 10).map(({ name }) => name),
        rms: large.slice(0, 10).map(rmsOf),
        typicalRms: data.typicalRms,
      },
      cause: { shareOfFirstLayer: share, mean: worst.mean, std: worst.std },
      confidence: confidenceOf(rms, thresholds.rms, 100 * thresholds.rms),
    };
  }
  if (data.typicalRms === 0 || data.typicalRms > thresholds.allTiny) return undefined;
  return {
    ...common,
    severity: "warning",
    message: `The features are fed with values around ${short(data.typicalRms)}, where the network's first weights expect about 1: the first layer hardly sees them.`,
    evidence: { typicalRms: data.typicalRms },
    cause: { typicalRms: data.typicalRms },
    confidence: confidenceOf(data.typicalRms, thresholds.allTiny, thresholds.allTiny / 100),
  };
}
