// What losses of one sort have in common: what their targets are, and how outputs are read.
import { allocate, type FloatDType } from "../../ir/dtype.ts";
import { ChainruleError } from "../../ir/errors.ts";
import { formatShape, type Shape, sameShape } from "../../ir/shape.ts";
import { tensor } from "../../trace/create.ts";
import { Tensor } from "../../trace/tensor.ts";
import { entropy } from "./constant.ts";
import type { LossRecord } from "./loss.ts";

export interface Targets {
  /** Numbers have the float type of what computes. */
  readonly dtype: "int32" | "float";
  /** Of so many rows of a table with so many targets each; of classes one. */
  shape(rows: number, targets: number): Shape;
  /** A target for each output: rows may have several. */
  readonly isPerOutput?: true;
  /** Throws SHAPE_MISMATCH, and INDEX_OUT_OF_RANGE where the targets' numbers are known. */
  check(loss: string, z: Tensor, target: Tensor): void;
  /** What a target must be where the network has so many outputs. */
  readonly range?: Range;
  /** Set where a row may have a target for each output instead, probabilities that sum to 1: what each must be. */
  readonly soft?: Range;
}

export interface Range {
  includes(target: number, outputs: number): boolean;
  /** Completes "must hold …". */
  words(outputs: number): string;
  /** How to mend targets of which some are outside. */
  mend?(targets: ArrayLike<number>, outputs: number): string | undefined;
}

const isClass = (label: number, classes: number): boolean => Number.isInteger(label) && label >= 0 && label < classes;
const classWords = (classes: number): string => `class indices from 0 to ${classes - 1}`;
const every = (targets: ArrayLike<number>, holds: (target: number) => boolean): boolean => {
  for (let i = 0; i < targets.length; i++) if (!holds(targets[i]!)) return false;
  return true;
};

/** For labels of two classes, or of classes from 0 on, that are numbered in another way. */
function renumbering(targets: ArrayLike<number>, classes: number): string | undefined {
  if (every(targets, (t) => t === -1 || t === 1)) return "For labels −1 and 1 give y.add(1).div(2).";
  if (every(targets, (t) => Number.isInteger(t) && t >= 1 && t <= classes))
    return `For labels from 1 to ${classes} give y.sub(1).`;
  return undefined;
}

const indexRange: Range = {
  includes: isClass,
  words: classWords,
  mend(targets, classes) {
    const renumbered = renumbering(targets, classes);
    if (renumbered !== undefined) return renumbered;
    if (!every(targets, Number.isInteger))
      return 'Class indices are whole numbers: give probabilities as rows [rows, classes], and numbers to another loss, "mse".';
    let most = 0;
    for (let i = 0; i < targets.length; i++) most = Math.max(most, targets[i]!);
    return most >= classes ? `Give the last layer ${most + 1} outputs, or leave such rows out.` : undefined;
  },
};

const probabilityRange: Range = {
  includes: (target) => target >= 0 && target <= 1,
  words: () => "probabilities from 0 to 1",
};

const twoClassRange: Range = {
  includes: probabilityRange.includes,
  words: () => "0 or 1, or the probability of class 1 from 0 to 1",
  mend: (targets) => renumbering(targets, 2) ?? 'For numbers use another loss, "mse"; for more classes "crossEntropy".',
};

/** For labels in a column beside logits [rows, classes]. */
const columnMend = (logits: Shape, labels: Shape): string =>
  logits.length === labels.length && labels.at(-1) === 1
    ? ` Reshape the labels to ${formatShape(labels.slice(0, -1))}.`
    : "";

/** Class indices [...], or probabilities [..., classes], beside logits [..., classes]. */
const classTargets = (indices: Range): Targets => ({
  dtype: "int32",
  shape: (rows) => [rows],
  check: (loss, logits, labels) => {
    const classes = logits.shape.at(-1);
    const isSoft = sameShape(logits.shape, labels.shape);
    if (classes === undefined || !(isSoft || sameShape(logits.shape.slice(0, -1), labels.shape))) {
      throw new ChainruleError(
        "SHAPE_MISMATCH",
        `${loss}: logits [..., classes] need labels of shape [...], or probabilities of the logits' shape; got ${formatShape(logits.shape)} and ${formatShape(labels.shape)}.${columnMend(logits.shape, labels.shape)}`,
        { logits: logits.shape, labels: labels.shape },
      );
    }
    if (labels.symbolic !== undefined) return;
    const range = isSoft ? probabilityRange : indices;
    const at = labels.data.findIndex((label) => !range.includes(label, classes));
    if (at < 0) return;
    throw new ChainruleError(
      "INDEX_OUT_OF_RANGE",
      `${loss}: labels must be ${range.words(classes)}; label ${at} is ${labels.data[at]}.`,
      { index: at, label: labels.data[at], classes },
    );
  },
  range: indices,
  soft: probabilityRange,
});

/** A number for each output. */
const numbers: Targets = {
  dtype: "float",
  shape: (rows, targets) => [rows, targets],
  isPerOutput: true,
  check: (loss, prediction, target) => {
    if (sameShape(prediction.shape, target.shape)) return;
    throw new ChainruleError(
      "SHAPE_MISMATCH",
      `${loss}: prediction and target must have one shape; got ${formatShape(prediction.shape)} and ${formatShape(target.shape)}. Reshape the target to ${formatShape(prediction.shape)}.`,
      { prediction: prediction.shape, target: target.shape },
    );
  },
};

/** Classes of any number: a logit for each. */
export const ofClasses = {
  task: "classification",
  targets: classTargets(indexRange),
  applies: "softmax",
  outputs: (classes) => classes,
  predict: (z) => z.softmax(-1),
  logits: (z) => z,
  constantLoss: entropy,
  unitPower: 0,
} as const satisfies Partial<LossRecord>;

/** The same where a label may be `ignoreIndex`: such rows are left out. */
export const classesOr = (ignoreIndex: number): Targets =>
  classTargets({
    ...indexRange,
    includes: (label, classes) => label === ignoreIndex || isClass(label, classes),
    words: (classes) => `${classWords(classes)}, or ${ignoreIndex}`,
  });

/** Two classes, 0 and 1: one output z for each target, the logit of class 1. `predict` and `logits` take one target. */
export const ofTwoClasses = {
  task: "classification",
  targets: { ...numbers, range: twoClassRange },
  applies: "sigmoid",
  outputs: () => 1,
  isForTwoClasses: true,
  predict: (z) => z.mul(tensor([[-1, 1]])).sigmoid(),
  logits: (z) => z.mul(tensor([[0, 1]])),
  constantLoss: entropy,
  unitPower: 0,
} as const satisfies Partial<LossRecord>;

/** A number for each target, which the network's output is. */
export const ofValues = {
  task: "regression",
  targets: numbers,
  outputs: () => 1,
  predict: (z) => z,
} as const satisfies Partial<LossRecord>;

/** One number of at least 0, of which the network's output is the logarithm. */
export const ofRates = {
  task: "regression",
  targets: {
    ...numbers,
    range: { includes: (target) => target >= 0, words: () => "numbers of at least 0, counts or rates" },
  },
  outputs: () => 1,
  predict: (z) => z.exp(),
  link: "log",
  stabilized: Math.sqrt,
} as const satisfies Partial<LossRecord>;

/** Targets of a table, [rows] or [rows, targets], as the loss takes them. */
export function targetTensor(
  { dtype, shape }: Targets,
  y: ArrayLike<number>,
  float: FloatDType,
  rows = y.length,
): Tensor {
  const data = allocate(dtype === "float" ? float : dtype, y.length);
  data.set(y);
  return Tensor.concrete(data, shape(rows, y.length / rows));
}
