// Loss and metrics of a split, from predictions that the machine makes.
import { type LossName, losses } from "../nn/losses/index.ts";
import type { Session } from "../run/session.ts";
import { Tensor } from "../trace/tensor.ts";
import type { MetricValues } from "./events.ts";
import { classificationMetrics, regressionMetrics } from "./metrics.ts";
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

/** Runs the evaluation programs of one split over all its rows. */
export function evaluateSplit(
  session: Session,
  split: "train" | "validation",
  rows: number,
  loss: LossName,
): Evaluation {
  const isMean = losses[loss].reduction === "mean";
  const chunks: Floats[] = [];
  let total = 0;
  for (const { program, rows: part } of partsOf(split, rows)) {
    session.run(program, 1, { rows: part });
    total += session.output(program, "loss")[0]! * (isMean ? part.length : 1);
    chunks.push(session.output(program, "prediction") as Floats);
  }
  const predictions = chunks.length === 1 ? chunks[0]! : join(chunks);
  return { loss: isMean ? total / rows : total, predictions };
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

/** The metrics that fit a loss: loss, accuracy and rocAuc for classes; loss, rmse, mae and r2 for values. */
export function metricsOf({ loss, predictions }: Evaluation, targets: ArrayLike<number>, name: LossName): MetricValues {
  const { logits } = losses[name];
  if (logits === undefined) return { loss, ...regressionMetrics(predictions, Float64Array.from(targets)) };
  const scores = logits(Tensor.concrete(predictions, [targets.length, predictions.length / targets.length]));
  const { accuracy, rocAuc } = classificationMetrics(scores.data as Floats, Int32Array.from(targets), "logits");
  return { loss, accuracy, ...(rocAuc === undefined ? {} : { rocAuc }) };
}
