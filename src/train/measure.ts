// Metrics of predictions for a table, by name.
import { inverseTarget } from "../data/index.ts";
import { lossRecord } from "../nn/losses/index.ts";
import type { ReliabilityBin } from "./calibration.ts";
import type { MetricValues } from "./events.ts";
import { classificationMetrics, regressionMetrics } from "./metrics.ts";
import type { TableModel } from "./tabular.ts";

export interface Measured {
  readonly metrics: MetricValues;
  /** confusion[true][predicted], for classes. */
  readonly confusion?: readonly (readonly number[])[];
  /** Confidence beside the share of hits, for classes. */
  readonly reliability?: readonly ReliabilityBin[];
}

/** `predictions` as predictTable gives them, `targets` as transform does. */
export function measure(
  { preprocessing, loss }: TableModel,
  predictions: Float64Array,
  targets: Float32Array | Int32Array,
): Measured {
  if (!(targets instanceof Int32Array)) {
    const truth = inverseTarget(preprocessing, targets);
    const { measure } = lossRecord(loss);
    return { metrics: { ...measure?.(predictions, truth), ...regressionMetrics(predictions, truth) } };
  }
  const measured = classificationMetrics(predictions, targets, "probabilities");
  const { accuracy, rocAuc, logLoss, macro, brier, ece, confusion, reliability } = measured;
  return {
    metrics: { accuracy, ...(rocAuc !== undefined && { rocAuc }), logLoss, macroF1: macro.f1, brier, ece },
    confusion,
    reliability,
  };
}
