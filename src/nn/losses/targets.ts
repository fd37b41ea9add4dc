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
  /** Of the targets of so many rows of a table. */
  shape(rows: number): Shape;
  /** Throws SHAPE_MISMATCH, and INDEX_OUT_OF_RANGE where the targets' numbers are known. */
  check(loss: string, z: Tensor, target: Tensor): void;
  /** What a target must be where the network has so many outputs. */
  readonly range?: { includes(target: number, outputs: number): boolean; words(outputs: number): string };
}

const isClass = (label: number, classes: number): boolean => label >= 0 && label < classes;
const classWords = (classes: number): string => `class indices from 0 to ${classes - 1}`;

/** Class indices [...] beside logits [..., classes]. */
const classIndices: Targets = {
  dtype: "int32",
  shape: (rows) => [rows],
  check: (loss, logits, labels) => {
    const classes = logits.shape.at(-1);
    if (classes === undefined || !sameShape(logits.shape.slice(0, -1), labels.shape)) {
      throw new ChainruleError(
        "SHAPE_MISMATCH",
        `${loss}: logits [..., classes] need labels of shape [...]; got ${formatShape(logits.shape)} and ${formatShape(labels.shape)}.`,
        { logits: logits.shape, labels: labels.shape },
      );
    }
    if (labels.symbolic !== undefined) return;
    const at = labels.data.findIndex((label) => !isClass(label, classes));
    if (at < 0) return;
    throw new ChainruleError(
      "INDEX_OUT_OF_RANGE",
      `${loss}: labels must be ${classWords(classes)}; label ${at} is ${labels.data[at]}.`,
      { index: at, label: labels.data[at], classes },
    );
  },
  range: { includes: isClass, words: classWords },
};

/** A number for each output. */
const numbers: Targets = {
  dtype: "float",
  shape: (rows) => [rows, 1],
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
  targets: classIndices,
  outputs: (classes) => classes,
  predict: (z) => z.softmax(-1),
  logits: (z) => z,
  constantLoss: entropy,
  unitPower: 0,
} as const satisfies Partial<LossRecord>;

/** Two classes, 0 and 1: one output z, the logit of class 1. */
export const ofTwoClasses = {
  task: "classification",
  targets: numbers,
  outputs: () => 1,
  isForTwoClasses: true,
  predict: (z) => z.mul(tensor([[-1, 1]])).sigmoid(),
  logits: (z) => z.mul(tensor([[0, 1]])),
  constantLoss: entropy,
  unitPower: 0,
} as const satisfies Partial<LossRecord>;

/** One number, which the network's output is. */
export const ofValues = {
  task: "regression",
  targets: numbers,
  outputs: () => 1,
  predict: (z) => z,
} as const satisfies Partial<LossRecord>;

/** Targets [rows] of a table as the loss takes them. */
export function targetTensor({ dtype, shape }: Targets, y: ArrayLike<number>, float: FloatDType): Tensor {
  const data = allocate(dtype === "float" ? float : dtype, y.length);
  data.set(y);
  return Tensor.concrete(data, shape(y.length));
}
