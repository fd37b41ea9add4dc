// What the project knows of a loss, in one place, and the function that a record is.
import { where } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import type { ActivationName } from "../activation.ts";
import type { Targets } from "./targets.ts";

/** (prediction, target) → scalar. */
export type Loss = (prediction: Tensor, target: Tensor) => Tensor;

/** What a loss of its kind says of itself; as a function it is the loss of a batch. */
export interface LossRecord extends Loss {
  readonly name: string;
  readonly task: "classification" | "regression";
  /** The one that a task is given where none is asked for. */
  readonly isDefault?: true;
  readonly targets: Targets;
  /** Outputs that the network needs for a target; `classes` is 0 for a regression. */
  outputs(classes: number): number;
  /** For targets of two classes and no others. */
  readonly isForTwoClasses?: true;
  /** Outputs z [rows, outputs] and targets → the loss of each example, before a batch is reduced. Throws SHAPE_MISMATCH. */
  perExample(z: Tensor, target: Tensor): Tensor;
  /** How the losses of the examples become that of a batch. */
  readonly reduction: "mean" | "sum";
  /** Weights of the examples in the mean, of the shape of their losses; absent, or undefined, where all have the same. */
  weights?(z: Tensor, target: Tensor): Tensor | undefined;
  /** For classes: the same with weights of the classes, by which the examples count in the mean. */
  weighted?(classWeights: readonly number[]): LossRecord;
  /** A label that stands for none: such examples are in no loss and in no metric. */
  readonly ignoreIndex?: number;
  /** What it applies to the outputs itself, so that the model must not: it takes logits. */
  readonly applies?: ActivationName;
  /** Outputs z [rows, outputs] for one target → probabilities [rows, classes], or values [rows, 1]. */
  predict(z: Tensor): Tensor;
  /** "log" where outputs are logarithms of the predictions. Targets then keep their 0: they may be divided, not shifted. */
  readonly link?: "log";
  /** Predictions are not to be in the middle of the targets: how far off they are on the whole says nothing. */
  readonly isOffCentre?: boolean;
  /** What may stand in brackets after its name, and the loss of it: "quantile(0.9)". */
  readonly argument?: { readonly must: string; holds(value: number): boolean; of(value: number): LossRecord };
  /** What gives targets and predictions whose noise grows with them the same noise everywhere. */
  stabilized?(value: number): number;
  /** Figures of its own, means over predictions and targets [rows] in one unit: see `metricUnits`. */
  measure?(predictions: ArrayLike<number>, targets: ArrayLike<number>): Readonly<Record<string, number>>;
  /** For classes: outputs z [rows, outputs] → numbers [rows, classes] whose softmax are the probabilities. */
  logits?(z: Tensor): Tensor;
  /** Mean over the targets [rows] of the loss of the answer, the same for all, that makes it smallest. */
  constantLoss(targets: ArrayLike<number>): number;
  /**
   * The loss is measured in this power of the target's unit: 0 for classes, which have none. Absent where it is in no power of
   * it, so that losses of targets in two units cannot be compared.
   */
  readonly unitPower?: 0 | 1 | 2;
}

/** The record without its call. */
type Description = Pick<LossRecord, keyof LossRecord>;

/** A record that can be called: loss(prediction, target) is the mean or the sum of `perExample`, its name that of the record. */
export function defineLoss({ name, ...rest }: Description): LossRecord {
  const { targets, reduction, weights } = rest;
  const perExample: Loss = (z, target) => {
    targets.check(name, z, target);
    return rest.perExample(z, target);
  };
  const named = {
    [name]: (prediction: Tensor, target: Tensor): Tensor => {
      const each = perExample(prediction, target);
      if (reduction === "sum") return each.sum();
      const own = weights?.(prediction, target);
      return own === undefined ? each.mean() : weightedMean(each, own);
    },
  };
  return Object.assign(named[name]!, { ...rest, perExample });
}

/** Σ wᵢ lossᵢ / Σ wᵢ, and 0 where all weights are 0. */
function weightedMean(each: Tensor, weights: Tensor): Tensor {
  const total = weights.sum();
  return each
    .mul(weights)
    .sum()
    .div(where(total.greater(0), total, 1));
}

/** Whether a loss is a record, of which more is known than its value. */
export const isLossRecord = (loss: Loss): loss is LossRecord => "perExample" in loss;
