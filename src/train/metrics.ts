// Metrics of predictions against the truth: classification and regression, as in scikit-learn's sklearn.metrics.
import { ChainruleError } from "../ir/errors.ts";
import { mean, r2, rocAuc } from "../ir/stats.ts";
import { type Calibration, calibrationOf } from "./calibration.ts";

/** Figures of one class; "positive" means "of this class". TP, FP, FN: true/false positives, false negatives. */
export interface ClassMetrics {
  /** TP / (TP + FP); 0 where the class was never predicted. */
  readonly precision: number;
  /** TP / (TP + FN); 0 where the class never occurs. */
  readonly recall: number;
  /** 2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall; 0 where the class occurs nowhere. */
  readonly f1: number;
  /** TP + FN: rows of this class. */
  readonly support: number;
}

export interface ClassificationMetrics extends Calibration {
  /** Share of rows whose highest score is at the true class (of equal scores the first counts). */
  readonly accuracy: number;
  /** −(1/n) Σ ln p(true class), natural logarithm. */
  readonly logLoss: number;
  /** Area under the ROC curve; absent where a class has no rows, or all of them. See `rocAuc`. */
  readonly rocAuc?: number;
  /** confusion[true][predicted]: number of rows. */
  readonly confusion: readonly (readonly number[])[];
  readonly perClass: readonly ClassMetrics[];
  /** Unweighted means over all classes, those without rows included (scikit-learn: zero_division=0). */
  readonly macro: { readonly precision: number; readonly recall: number; readonly f1: number };
}

/** What the scores are: unnormalised log-probabilities (a softmax follows), or probabilities. */
export type ScoreKind = "logits" | "probabilities";

/**
 * Metrics of a classifier.
 *
 * @param scores row-major [rows, classes], classes ≥ 2, all finite
 * @param labels [rows], the true classes, 0 … classes − 1
 */
export function classificationMetrics(
  scores: Float32Array | Float64Array,
  labels: Int32Array,
  kind: ScoreKind,
): ClassificationMetrics {
  const classes = checkScores(scores, labels);
  const confusion = confusionMatrix(scores, labels, classes);
  const perClass = confusion.map((row, k) => classMetrics(confusion, row, k));
  const correct = confusion.reduce((sum, row, k) => sum + row[k]!, 0);
  const probabilities = kind === "logits" ? softmaxRows(scores, classes) : scores;
  const auc =
    classes === 2
      ? rocAuc(binaryScores(scores, kind), (row) => labels[row] === 1)
      : macroRocAuc(probabilities, labels, classes);
  return {
    accuracy: correct / labels.length,
    logLoss: kind === "logits" ? logLossOfLogits(scores, labels, classes) : logLoss(scores, labels, classes),
    ...(auc === undefined ? {} : { rocAuc: auc }),
    ...calibrationOf(probabilities, labels, classes),
    confusion,
    perClass,
    macro: {
      precision: mean(perClass.map((c) => c.precision)),
      recall: mean(perClass.map((c) => c.recall)),
      f1: mean(perClass.map((c) => c.f1)),
    },
  };
}

/** confusion[true][predicted], the prediction being the first highest score of the row. */
function confusionMatrix(scores: Float32Array | Float64Array, labels: Int32Array, classes: number): number[][] {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let row = 0; row < labels.length; row++) {
    let best = 0;
    for (let k = 1; k < classes; k++) if (scores[row * classes + k]! > scores[row * classes + best]!) best = k;
    confusion[labels[row]!]![best]!++;
  }
  return confusion;
}

function classMetrics(confusion: readonly (readonly number[])[], row: readonly number[], k: number): ClassMetrics {
  const truePositives = row[k]!;
  const support = row.reduce((a, b) => a + b, 0);
  const predicted = confusion.reduce((sum, other) => sum + other[k]!, 0);
  return {
    precision: ratio(truePositives, predicted),
    recall: ratio(truePositives, support),
    f1: ratio(2 * truePositives, support + predicted),
    support,
  };
}

/** One class against the rest, unweighted mean: roc_auc_score(multi_class="ovr", average="macro"). */
function macroRocAuc(
  probabilities: Float32Array | Float64Array,
  labels: Int32Array,
  classes: number,
): number | undefined {
  const areas: number[] = [];
  for (let k = 0; k < classes; k++) {
    const area = rocAuc(column(probabilities, classes, k), (row) => labels[row] === k);
    if (area === undefined) return undefined;
    areas.push(area);
  }
  return mean(areas);
}

/** Scores that order the rows as p(class 1) does; the difference of logits does not saturate where p rounds to 1. */
function binaryScores(scores: Float32Array | Float64Array, kind: ScoreKind): Float64Array {
  return Float64Array.from({ length: scores.length / 2 }, (_, row) =>
    kind === "logits" ? scores[2 * row + 1]! - scores[2 * row]! : scores[2 * row + 1]!,
  );
}

/** Probabilities are clipped to [ε, 1 − ε], ε the machine epsilon of their type, as scikit-learn does. */
function logLoss(probabilities: Float32Array | Float64Array, labels: Int32Array, classes: number): number {
  const epsilon = probabilities instanceof Float32Array ? 2 ** -23 : Number.EPSILON;
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    const p = probabilities[row * classes + labels[row]!]!;
    sum -= Math.log(Math.min(Math.max(p, epsilon), 1 - epsilon));
  }
  return sum / labels.length;
}

/** −ln p(true) = ln Σ exp(z − max z) − (z_true − max z), which neither overflows nor needs clipping. */
function logLossOfLogits(logits: Float32Array | Float64Array, labels: Int32Array, classes: number): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    const z = logits.subarray(row * classes, (row + 1) * classes);
    const top = rowMaximum(z);
    let total = 0;
    for (const value of z) total += Math.exp(value - top);
    sum += Math.log(total) - (z[labels[row]!]! - top);
  }
  return sum / labels.length;
}

/** p_k = exp(z_k − max z) / Σ exp(z − max z), row by row, in float64. */
function softmaxRows(logits: Float32Array | Float64Array, classes: number): Float64Array {
  const p = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const z = logits.subarray(start, start + classes);
    const top = rowMaximum(z);
    let total = 0;
    for (let k = 0; k < classes; k++) total += p[start + k] = Math.exp(z[k]! - top);
    for (let k = 0; k < classes; k++) p[start + k]! /= total;
  }
  return p;
}

export interface RegressionMetrics {
  /** √((1/n) Σ (ŷ − y)²), in the target's unit. */
  readonly rmse: number;
  /** (1/n) Σ |ŷ − y|, in the target's unit. */
  readonly mae: number;
  /**
   * Coefficient of determination 1 − Σ (y − ŷ)² / Σ (y − ȳ)². Where all targets are equal it is 1 for perfect
   * predictions and 0 otherwise (scikit-learn: force_finite=True).
   */
  readonly r2: number;
}

/** Metrics that are measured in the unit of the target. */
export const inTargetUnit: ReadonlySet<string> = new Set(["rmse", "mae", "deviance", "pinball"]);

/** Means over the metrics of several targets: each over those that have it, such as rocAuc. */
export function meanMetrics(all: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const names = [...new Set(all.flatMap((one) => Object.keys(one)))];
  return Object.fromEntries(
    names.map((name) => [name, mean(all.flatMap((one) => (one[name] === undefined ? [] : [one[name]])))]),
  );
}

/** Metrics of a regression: predictions ŷ against targets y, both [rows]. */
export function regressionMetrics(
  predictions: Float32Array | Float64Array,
  targets: Float32Array | Float64Array,
): RegressionMetrics {
  const rows = targets.length;
  if (rows === 0 || predictions.length !== rows)
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `Regression metrics need one prediction for every target, and at least one; got ${predictions.length} ` +
        `predictions and ${rows} targets.`,
      { predictions: predictions.length, targets: rows },
    );
  for (let i = 0; i < rows; i++)
    if (!Number.isFinite(predictions[i]) || !Number.isFinite(targets[i]))
      throw new ChainruleError(
        "INVALID_ARGUMENT",
        `Regression metrics need finite numbers; row ${i} has prediction ${predictions[i]} and target ${targets[i]}.`,
        { row: i, prediction: predictions[i], target: targets[i] },
      );
  const residuals = Float64Array.from(predictions, (said, i) => said - targets[i]!);
  return {
    rmse: Math.sqrt(mean(residuals, (e) => e * e)),
    mae: mean(residuals, Math.abs),
    r2: r2(predictions, targets),
  };
}

/** Checks shapes and values; returns the number of classes. */
function checkScores(scores: Float32Array | Float64Array, labels: Int32Array): number {
  const classes = scores.length / labels.length;
  if (labels.length === 0 || !Number.isInteger(classes) || classes < 2)
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `Classification metrics need scores [rows, classes] with at least 1 row and 2 classes; got ${scores.length} ` +
        `scores for ${labels.length} labels.`,
      { scores: scores.length, labels: labels.length },
    );
  const badLabel = labels.findIndex((label) => label < 0 || label >= classes);
  if (badLabel >= 0)
    throw new ChainruleError(
      "INDEX_OUT_OF_RANGE",
      `Labels must lie in 0 … ${classes - 1}, since the scores have ${classes} classes; row ${badLabel} has ` +
        `label ${labels[badLabel]}.`,
      { row: badLabel, label: labels[badLabel], classes },
    );
  const badScore = scores.findIndex((score) => !Number.isFinite(score));
  if (badScore >= 0) {
    const row = Math.floor(badScore / classes);
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `Scores must be finite numbers; row ${row}, class ${badScore % classes} is ${scores[badScore]}.`,
      { row, class: badScore % classes, score: scores[badScore] },
    );
  }
  return classes;
}

const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);

function rowMaximum(z: Float32Array | Float64Array): number {
  let top = z[0]!;
  for (const value of z) if (value > top) top = value;
  return top;
}

function column(values: Float32Array | Float64Array, width: number, k: number): Float64Array {
  return Float64Array.from({ length: values.length / width }, (_, row) => values[row * width + k]!);
}
