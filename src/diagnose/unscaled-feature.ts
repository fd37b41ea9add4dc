// Features on a scale that the initial weights were not drawn for.

import { short } from "../data/wording.ts";
import type { FeatureProfile } from "../observe/data-profile.ts";
import { confidenceOf } from "./confidence.ts";
import type { Evidence } from "./evidence.ts";
import { unscaled } from "./thresholds.ts";
import type { Verdict } from "./verdict.ts";

const rmsOf = ({ mean, std }: FeatureProfile): number => Math.hypot(mean, std);

/**
 * The variance of a first-layer sum Σ x W is Σ x² · Var W: a feature's share of it is its mean square by that of all,
 * and the gradient by its weights is larger by its RMS.
 */
export function unscaledFeature({ start, data }: Evidence): Verdict | undefined {
  if (data === undefined) return undefined;
  const large = data.features.filter((feature) => rmsOf(feature) > unscaled.rms).sort((a, b) => rmsOf(b) - rmsOf(a));
  const squares = data.features.reduce((sum, feature) => sum + rmsOf(feature) ** 2, 0);
  const common = { kind: "unscaled-feature", layers: start.layers.slice(0, 1), sinceStep: 0 } as const;
  const worst = large[0];
  if (worst !== undefined) {
    const rms = rmsOf(worst);
    const share = rms ** 2 / squares;
    const others = large.length === 1 ? "" : `, and ${large.length - 1} more of the ${data.featureCount} features`;
    return {
      ...common,
      severity: rms > unscaled.severe ? "severe" : "warning",
      message: `The feature "${worst.name}" is fed with values around ${short(rms)}${others}, where the network's first weights expect about 1: ${short(100 * share)} % of what the first layer sees is this feature.`,
      evidence: {
        features: large.slice(0, 10).map(({ name }) => name),
        rms: large.slice(0, 10).map(rmsOf),
        typicalRms: data.typicalRms,
      },
      cause: { shareOfFirstLayer: share, mean: worst.mean, std: worst.std },
      confidence: confidenceOf(rms, unscaled.rms, 100 * unscaled.rms),
    };
  }
  if (data.typicalRms === 0 || data.typicalRms > unscaled.allTiny) return undefined;
  return {
    ...common,
    severity: "warning",
    message: `The features are fed with values around ${short(data.typicalRms)}, where the network's first weights expect about 1: the first layer hardly sees them.`,
    evidence: { typicalRms: data.typicalRms },
    cause: { typicalRms: data.typicalRms },
    confidence: confidenceOf(data.typicalRms, unscaled.allTiny, unscaled.allTiny / 100),
  };
}
