// Loss and metrics of a split, from predictions that the machine makes.
import { columnOf } from "../ir/columns.ts";
import { isLossRecord, type Loss, type LossRecord } from "../nn/losses/index.ts";
import type { Session } from "../run/session.ts";
import { Tensor } from "../trace/tensor.ts";
import type { MetricValues } from "./events.ts";
import { classificationMetrics, meanMetrics, regressionMetrics } from "./metrics.ts";
import { evaluationRows } from "./training-module.ts";

type Floats = Float32Array | Float64Array;

export interface Evaluation {
  readonly loss: number;
  /** Row-major, the model's outputs. */
  readonly predictions: Floats;
}

/** The programs that evaluate a split, one after the other, and the rows of each. */
export function* partsOf(
  split: "train" | "validation",
  rows: number,
): Generator<{ program: string; rows: Int32Array }> {
  for (let from = 0; from < rows; from += evaluationRows) {
    const count = Math.min(evaluationRows, rows - from);
    const program = count < evaluationRows && rows > evaluationRows ? `${split}Rest` : split;
    yield { program, rows: Int32Array.from({ length: count }, (_, i) => from + i) };
  }
}

/** Runs the evaluation programs of one split over all its rows. A loss of which nothing is known is taken for a mean over rows. */
export function evaluateSplit(session: Session, split: "train" | "validation", rows: number, loss: Loss): Evaluation {
  const isSum = isLossRecord(loss) && loss.reduction === "sum";
  const chunks: Floats[] = [];
  let [total, weights] = [0, 0];
  for (const { program, rows: part } of partsOf(split, rows)) {
    session.run(program, 1, { rows: part });
    const hasWeight = "weight" in session.plan.programs[program]!.outputs;
    const weight = hasWeight ? session.output(program, "weight")[0]! : part.length;
    total += session.output(program, "loss")[0]! * (isSum ? 1 : weight);
    weights += weight;
    chunks.push(session.output(program, "prediction") as Floats);
  }
  const predictions = chunks.length === 1 ? chunks[0]! : join(chunks);
  return { loss: isSum ? total : total / Math.max(weights, Number.MIN_VALUE), predictions };
}

function join(chunks: readonly Floats[]): Floats {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const all = chunks[0] instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
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
