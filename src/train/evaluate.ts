// Loss and metrics of a split, from predictions that the machine makes.
import type { Communicator } from "../backends/mpi/communicator.ts";
import { columnOf } from "../ir/columns.ts";
import { sizeOf } from "../ir/shape.ts";
import { isLossRecord, type Loss, type LossRecord } from "../nn/losses/index.ts";
import type { Session } from "../run/session.ts";
import { Tensor } from "../trace/tensor.ts";
import type { MetricValues } from "./events.ts";
import { classificationMetrics, meanMetrics, regressionMetrics } from "./metrics.ts";
import { evaluatedAtOnce } from "./training-module.ts";

type Floats = Float32Array | Float64Array;

export interface Evaluation {
  readonly loss: number;
  /** Row-major, the model's outputs. */
  readonly predictions: Floats;
}

/** The programs that evaluate a split on one of `ranks` ranks, one after the other, and the rows of each. */
export function* partsOf(
  split: "train" | "validation",
  rows: number,
  ranks: number,
): Generator<{ program: string; rows: Int32Array }> {
  const atOnce = evaluatedAtOnce(rows, ranks);
  for (let from = 0; from < rows; from += atOnce) {
    const count = Math.min(atOnce, rows - from);
    const program = count < atOnce ? `${split}Rest` : split;
    yield { program, rows: Int32Array.from({ length: count }, (_, i) => from + i) };
  }
}

/**
 * Runs the evaluation programs of one split over all its rows; ranks take turns at them, and all have the whole. A loss of which nothing is
 * known is taken for a mean over rows.
 */
export function evaluateSplit(
  session: Session,
  split: "train" | "validation",
  rows: number,
  loss: Loss,
  ranks: Communicator | undefined,
): Evaluation {
  const isSum = isLossRecord(loss) && loss.reduction === "sum";
  const parts = [...partsOf(split, rows, ranks?.size ?? 1)];
  // Of each part. What other ranks evaluate is 0 here until it is added up.
  const [losses, weights] = [new Float64Array(parts.length), new Float64Array(parts.length)];
  const outputs = sizeOf(session.plan.programs[split]!.outputs.prediction!.shape) / parts[0]!.rows.length;
  const size = rows * outputs;
  const predictions = session.backend.float === "float64" ? new Float64Array(size) : new Float32Array(size);
  for (const [i, { program, rows: part }] of parts.entries()) {
    if (ranks !== undefined && i % ranks.size !== ranks.rank) continue;
    session.run(program, 1, { rows: part });
    const hasWeight = "weight" in session.plan.programs[program]!.outputs;
    weights[i] = hasWeight ? session.output(program, "weight")[0]! : part.length;
    losses[i] = session.output(program, "loss")[0]! * (isSum ? 1 : weights[i]!);
    predictions.set(session.output(program, "prediction") as Floats, part[0]! * outputs);
  }
  for (const values of [losses, weights, predictions]) ranks?.allReduce(values, "sum");
  const total = losses.reduce((sum, part) => sum + part, 0);
  const weight = weights.reduce((sum, part) => sum + part, 0);
  return { loss: isSum ? total : total / Math.max(weight, Number.MIN_VALUE), predictions };
}

/** Metrics of a split; of each target, where they are named: the others, but for the loss, are means over them. */
export interface SplitMetrics {
  readonly metrics: MetricValues;
  readonly targets?: readonly { readonly name: string; readonly metrics: MetricValues }[];
}

/** `names`: those of the columns of the targets [rows, targets], for which the network has an output each. */
export function splitMetrics(
  evaluation: Evaluation,
  targets: Tensor,
  of: Loss,
  names: readonly string[] | undefined,
): SplitMetrics {
  if (names === undefined) return { metrics: metricsOf(evaluation, targets, of) };
  const shape = [targets.shape[0]!, 1];
  const each = names.map((name, t) => {
    const predictions = columnOf(evaluation.predictions, t, names.length);
    const own = Tensor.concrete(columnOf(targets.data as Floats, t, names.length), shape);
    const loss = of(Tensor.concrete(predictions, shape), own).item();
    return { name, metrics: metricsOf({ loss, predictions }, own, of) };
  });
  const { loss } = evaluation;
  return { metrics: { ...meanMetrics(each.map(({ metrics }) => metrics)), loss }, targets: each };
}

/**
 * The metrics that fit a loss: loss, accuracy, rocAuc, brier and ece for classes; loss, its own figures, rmse, mae and r2 for values; the loss alone where it is a
 * function of which nothing else is known. Where targets are probabilities, a row's class is the likeliest one.
 */
export function metricsOf({ loss, predictions }: Evaluation, targets: Tensor, of: Loss): MetricValues {
  if (!isLossRecord(of)) return { loss };
  if (of.logits === undefined) {
    const said = of.predict(Tensor.concrete(predictions, targets.shape)).data as Floats;
    return { loss, ...of.measure?.(said, targets.data), ...regressionMetrics(said, Float64Array.from(targets.data)) };
  }
  const labels = labelsOf(targets, of, predictions.length);
  const scores = of.logits(Tensor.concrete(predictions, [labels.length, predictions.length / labels.length]));
  const counted = withoutIgnored(scores.data as Floats, labels, of);
  if (counted.labels.length === 0) return { loss };
  const { accuracy, rocAuc, brier, ece } = classificationMetrics(counted.scores, counted.labels, "logits");
  return { loss, accuracy, ...(rocAuc === undefined ? {} : { rocAuc }), brier, ece };
}

/** The class of each row: its label, or the likeliest one where targets are probabilities (of equal ones the first). */
function labelsOf(targets: Tensor, { isForTwoClasses, targets: { dtype } }: LossRecord, outputs: number): Int32Array {
  if (isForTwoClasses) return Int32Array.from(targets.data, (probability) => Number(probability > 0.5));
  const isSoft = dtype === "int32" && targets.size === outputs;
  return Int32Array.from((isSoft ? targets.argmax(-1) : targets).data);
}

/** Rows of scores and labels [rows] but those whose label is ignored. */
function withoutIgnored(scores: Floats, labels: Int32Array, { ignoreIndex }: LossRecord) {
  if (ignoreIndex === undefined || !labels.includes(ignoreIndex)) return { scores, labels };
  const width = scores.length / labels.length;
  return {
    scores: scores.filter((_, i) => labels[Math.floor(i / width)] !== ignoreIndex),
    labels: labels.filter((label) => label !== ignoreIndex),
  };
}
