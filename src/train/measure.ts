// Metrics of predictions for a table, by name.
import type { Preprocessing, Target } from "../data/index.ts";
import { answerOf, classesOf } from "../data/target-kinds.ts";
import { columnOf } from "../ir/columns.ts";
import { type LossName, lossRecord } from "../nn/losses/index.ts";
import { answersByTarget } from "./answers.ts";
import type { ReliabilityBin } from "./calibration.ts";
import type { MetricValues } from "./events.ts";
import { ClassificationMeter, meanMetrics, RegressionMeter } from "./metrics.ts";
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
  trained: Pick<TableModel, "preprocessing" | "loss">,
  predictions: Float64Array,
  targets: Float32Array | Int32Array,
): Measured {
  const meter = new TableMeter(trained);
  meter.add(predictions, targets);
  return meter.measured();
}

/** The same of rows that come in blocks. */
export class TableMeter {
  readonly #preprocessing: Preprocessing;
  readonly #meters: readonly TargetMeter[];

  constructor({ preprocessing, loss }: Pick<TableModel, "preprocessing" | "loss">) {
    this.#preprocessing = preprocessing;
    this.#meters = preprocessing.targets.map((target) =>
      classesOf(target).length > 0 ? new ClassMeter(target) : new NumberMeter(target, loss),
    );
  }

  add(predictions: Float64Array, targets: Float32Array | Int32Array): void {
    for (const [t, { values }] of answersByTarget(this.#preprocessing, predictions).entries())
      this.#meters[t]!.add(values, columnOf(targets, t, this.#meters.length));
  }

  measured(): Measured {
    const measured = this.#meters.map((meter) => ({ name: meter.target.name, ...meter.measured() }));
    return { metrics: meanMetrics(measured.map(({ metrics }) => metrics)), targets: measured };
  }
}

interface TargetMeter {
  readonly target: Target;
  add(predictions: Float64Array, y: Float32Array | Int32Array): void;
  measured(): Omit<MeasuredTarget, "name">;
}

class ClassMeter implements TargetMeter {
  readonly target: Target;
  readonly #meter = new ClassificationMeter("probabilities");

  constructor(target: Target) {
    this.target = target;
  }

  add(predictions: Float64Array, y: Float32Array | Int32Array): void {
    this.#meter.add(predictions, y as Int32Array);
  }

  measured(): Omit<MeasuredTarget, "name"> {
    const { accuracy, rocAuc, logLoss, macro, brier, ece, confusion, reliability } = this.#meter.metrics();
    return {
      metrics: { accuracy, ...(rocAuc !== undefined && { rocAuc }), logLoss, macroF1: macro.f1, brier, ece },
      classes: classesOf(this.target),
      confusion,
      reliability,
    };
  }
}

class NumberMeter implements TargetMeter {
  readonly target: Target;
  readonly #loss: LossName;
  readonly #meter = new RegressionMeter();
  #rows = 0;
  /** The figures of the loss, which are means over rows. */
  #own: Record<string, number> = {};

  constructor(target: Target, loss: LossName) {
    this.target = target;
    this.#loss = loss;
  }

  add(predictions: Float64Array, y: Float32Array | Int32Array): void {
    const truth = Float64Array.from(y, (value) => answerOf(this.target, value) as number);
    const own = lossRecord(this.#loss).measure?.(predictions, truth) ?? {};
    const before = this.#rows;
    this.#rows += truth.length;
    for (const [name, value] of Object.entries(own))
      this.#own[name] =
        before === 0 ? value : this.#own[name]! + (value - this.#own[name]!) * (truth.length / this.#rows);
    this.#meter.add(predictions, truth);
  }

  measured(): Omit<MeasuredTarget, "name"> {
    return { metrics: { ...this.#own, ...this.#meter.metrics() } };
  }
}
