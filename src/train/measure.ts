// Metrics of predictions for a table, by name.
import type { Target } from "../data/index.ts";
import { answerOf, classesOf } from "../data/target-kinds.ts";
import { columnOf } from "../ir/columns.ts";
import { type LossName, lossRecord } from "../nn/losses/index.ts";
import { answersByTarget } from "./answers.ts";
import type { ReliabilityBin } from "./calibration.ts";
import type { MetricValues } from "./events.ts";
import { classificationMetrics, meanMetrics, regressionMetrics } from "./metrics.ts";
import type { TableModel } from "./tabular.ts";

/** Of one target. */
export interface MeasuredTarget {
  readonly name: string;
  readonly metrics: MetricValues;
  /** Its classes, and confusion[true][predicted]. */
  readonly classes?: readonly string[];
  readonly confusion?: readonly (readonly number[])[];
  /** Confidence beside the share of hits, for classes. */
  readonly reliability?: readonly ReliabilityBin[];
}

export interface Measured {
  /** Of several targets the means. */
  readonly metrics: MetricValues;
  readonly targets: readonly MeasuredTarget[];
}

/** `predictions` as predictTable gives them, `targets` as transform does. */
export function measure(
  { preprocessing, loss }: TableModel,
  predictions: Float64Array,
  targets: Float32Array | Int32Array,
): Measured {
  const measured = answersByTarget(preprocessing, predictions).map(
    ({ target, values }, t, { length }): MeasuredTarget => {
      return { name: target.name, ...measureTarget(target, loss, values, columnOf(targets, t, length)) };
    },
  );
  return { metrics: meanMetrics(measured.map(({ metrics }) => metrics)), targets: measured };
}

function measureTarget(
  target: Target,
  loss: LossName,
  predictions: Float64Array,
  y: Float32Array | Int32Array,
): Omit<MeasuredTarget, "name"> {
  if (!(y instanceof Int32Array)) {
    const truth = Float64Array.from(y, (value) => answerOf(target, value) as number);
    const { measure } = lossRecord(loss);
    return { metrics: { ...measure?.(predictions, truth), ...regressionMetrics(predictions, truth) } };
  }
  const measured = classificationMetrics(predictions, y, "probabilities");
  const { accuracy, rocAuc, logLoss, macro, brier, ece, confusion, reliability } = measured;
  return {
    metrics: { accuracy, ...(rocAuc !== undefined && { rocAuc }), logLoss, macroF1: macro.f1, brier, ece },
    classes: classesOf(target),
    confusion,
    reliability,
  };
}
