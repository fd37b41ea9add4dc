// Metrics of predictions against the truth: classification and regression, as in scikit-learn's sklearn.metrics.
import { ChainruleError } from "../ir/errors.ts";
import { mean } from "../ir/stats.ts";
import { type Calibration, CalibrationMeter } from "./calibration.ts";
import { keptNumbers, RocMeter, SpreadMeter } from "./spread-meters.ts";

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
  const meter = new ClassificationMeter(kind);
  meter.add(scores, labels);
  return meter.metrics();
}

/** The same of rows that come in blocks, in bounded memory: exact up to 16 million rows, of which the area under the ROC curve needs every score. */
export class ClassificationMeter {
  readonly #kind: ScoreKind;
  #rows = 0;
  #confusion: number[][] = [];
  #logLoss = 0;
  /** Of two classes one, of more that of each against the rest. */
  #curves: readonly RocMeter[] = [];
  #calibration = new CalibrationMeter(0);

  constructor(kind: ScoreKind) {
    this.#kind = kind;
  }

  /** Throws INVALID_ARGUMENT and INDEX_OUT_OF_RANGE for what classificationMetrics does not take. */
  add(scores: Float32Array | Float64Array, labels: Int32Array): void {
    const classes = checkScores(scores, labels, this.#rows);
    if (this.#rows === 0) {
      this.#confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
      this.#curves = Array.from({ length: classes === 2 ? 1 : classes }, () => {
        return new RocMeter(classes > 2 || this.#kind === "probabilities", keptNumbers / (classes === 2 ? 1 : classes));
      });
      this.#calibration = new CalibrationMeter(classes);
    }
    this.#rows += labels.length;
    const isOfLogits = this.#kind === "logits";
    const p = isOfLogits ? softmaxRows(scores, classes) : scores;
    const epsilon = scores instanceof Float32Array ? 2 ** -23 : Number.EPSILON;
    for (let row = 0; row < labels.length; row++) {
      const label = labels[row]!;
      const from = row * classes;
      let best = 0;
      for (let k = 1; k < classes; k++) if (scores[from + k]! > scores[from + best]!) best = k;
      this.#confusion[label]![best]!++;
      this.#logLoss += isOfLogits ? lossOfLogits(scores, from, classes, label) : lossOf(p[from + label]!, epsilon);
      this.#calibration.add(p, row, label);
      if (classes > 2) for (let k = 0; k < classes; k++) this.#curves[k]!.add(p[from + k]!, label === k);
      // The difference of logits orders rows as p(class 1) does, and does not saturate where that rounds to 1.
      else this.#curves[0]!.add(isOfLogits ? scores[from + 1]! - scores[from]! : p[from + 1]!, label === 1);
    }
  }

  metrics(): ClassificationMetrics {
    const confusion = this.#confusion;
    const perClass = confusion.map((row, k) => classMetrics(confusion, row, k));
    const correct = confusion.reduce((sum, row, k) => sum + row[k]!, 0);
    // One class against the rest, unweighted mean: roc_auc_score(multi_class="ovr", average="macro").
    const areas = this.#curves.map(({ area }) => area);
    const isDefined = areas.every((area) => area !== undefined);
    return {
      accuracy: correct / this.#rows,
      logLoss: this.#logLoss / this.#rows,
      ...(isDefined ? { rocAuc: mean(areas) } : {}),
      ...this.#calibration.calibration,
      confusion,
      perClass,
      macro: {
        precision: mean(perClass.map((c) => c.precision)),
        recall: mean(perClass.map((c) => c.recall)),
        f1: mean(perClass.map((c) => c.f1)),
      },
    };
  }
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

/** −ln p, p clipped to [ε, 1 − ε], ε the machine epsilon of its type, as scikit-learn does. */
const lossOf = (p: number, epsilon: number): number => -Math.log(Math.min(Math.max(p, epsilon), 1 - epsilon));

/** −ln p(true) = ln Σ exp(z − max z) − (z_true − max z), which neither overflows nor needs clipping. */
function lossOfLogits(logits: Float32Array | Float64Array, from: number, classes: number, label: number): number {
  const z = logits.subarray(from, from + classes);
  const top = rowMaximum(z);
  let total = 0;
  for (const value of z) total += Math.exp(value - top);
  return Math.log(total) - (z[label]! - top);
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
  const meter = new RegressionMeter();
  meter.add(predictions, targets);
  return meter.metrics();
}

/** The same of rows that come in blocks, in bounded memory: see `SpreadMeter`. */
export class RegressionMeter {
  #rows = 0;
  #squares = 0;
  #absolute = 0;
  readonly #spread = new SpreadMeter(keptNumbers);

  /** Throws INVALID_ARGUMENT for what regressionMetrics does not take. */
  add(predictions: Float32Array | Float64Array, targets: Float32Array | Float64Array): void {
    const rows = targets.length;
    if (rows === 0 || predictions.length !== rows)
      throw new ChainruleError(
        "INVALID_ARGUMENT",
        `Regression metrics need one prediction for every target, and at least one; got ${predictions.length} ` +
          `predictions and ${rows} targets.`,
        { predictions: predictions.length, targets: rows },
      );
    for (let i = 0; i < rows; i++) {
      const [said, truth] = [predictions[i]!, targets[i]!];
      if (!Number.isFinite(said) || !Number.isFinite(truth)) throw notFinite(this.#rows + i, said, truth);
      const residual = said - truth;
      this.#squares += residual * residual;
      this.#absolute += Math.abs(residual);
      this.#spread.add(truth);
    }
    this.#rows += rows;
  }

  metrics(): RegressionMetrics {
    const { isConstant, squares: spread } = this.#spread;
    const squares = this.#squares;
    // Rounding of the mean can make the spread of equal targets non-zero, so equality is tested on the targets.
    const r2 = isConstant || spread === 0 ? (squares === 0 ? 1 : 0) : 1 - squares / spread;
    return { rmse: Math.sqrt(squares / this.#rows), mae: this.#absolute / this.#rows, r2 };
  }
}

const notFinite = (row: number, prediction: number, target: number): ChainruleError =>
  new ChainruleError(
    "INVALID_ARGUMENT",
    `Regression metrics need finite numbers; row ${row} has prediction ${prediction} and target ${target}.`,
    { row, prediction, target },
  );

/** Checks shapes and values; returns the number of classes. `before`: the rows that came before. */
function checkScores(scores: Float32Array | Float64Array, labels: Int32Array, before: number): number {
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
      `Labels must lie in 0 … ${classes - 1}, since the scores have ${classes} classes; row ${before + badLabel} has ` +
        `label ${labels[badLabel]}.`,
      { row: before + badLabel, label: labels[badLabel], classes },
    );
  const badScore = scores.findIndex((score) => !Number.isFinite(score));
  if (badScore >= 0) {
    const row = before + Math.floor(badScore / classes);
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
