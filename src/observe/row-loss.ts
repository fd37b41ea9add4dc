// Each loss as numbers: for a single row, and at its best where every row gets the same answer.
import type { LossName } from "../nn/losses.ts";

export interface RowLoss {
  /** How the model's outputs are read: logits of the classes, the logit of class 1, or a value. */
  readonly outputs: "classes" | "binary" | "value";
  /** The loss of a batch is the sum over its rows, not their mean. */
  readonly isSum?: true;
  /** Of one row, with its outputs and its target. */
  of(outputs: ArrayLike<number>, target: number): number;
  /** Mean over the rows of the loss of the constant that makes it smallest. */
  constant(targets: ArrayLike<number>): number;
}

/** Exhaustive by type. */
export const rowLosses: Readonly<Record<LossName, RowLoss>> = {
  crossEntropy: {
    outputs: "classes",
    of: (z, target) => {
      let max = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < z.length; k++) max = Math.max(max, z[k]!);
      let sum = 0;
      for (let k = 0; k < z.length; k++) sum += Math.exp(z[k]! - max);
      return Math.log(sum) + max - z[target]!;
    },
    constant: entropy,
  },
  binaryCrossEntropy: {
    outputs: "binary",
    // softplus(z) − z t
    of: (z, target) => Math.max(z[0]!, 0) + Math.log1p(Math.exp(-Math.abs(z[0]!))) - z[0]! * target,
    constant: entropy,
  },
  mse: { outputs: "value", of: (y, target) => (y[0]! - target) ** 2, constant: variance },
  halfSumOfSquares: {
    outputs: "value",
    isSum: true,
    of: (y, target) => (y[0]! - target) ** 2 / 2,
    constant: (targets) => variance(targets) / 2,
  },
  mae: { outputs: "value", of: (y, target) => Math.abs(y[0]! - target), constant: fromMedian },
  huber: { outputs: "value", of: (y, target) => huber(y[0]! - target), constant: fromHuberCentre },
};

/** −Σ p ln p over the classes' shares p. */
function entropy(labels: ArrayLike<number>): number {
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) counts.set(labels[i]!, (counts.get(labels[i]!) ?? 0) + 1);
  return [...counts.values()].reduce((sum, n) => sum - (n / labels.length) * Math.log(n / labels.length), 0);
}

const meanOf = (values: ArrayLike<number>, of: (value: number) => number): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += of(values[i]!);
  return sum / values.length;
};

function variance(values: ArrayLike<number>): number {
  const mean = meanOf(values, (y) => y);
  return meanOf(values, (y) => (y - mean) ** 2);
}

function fromMedian(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const median = sorted[sorted.length >> 1]!;
  return meanOf(values, (y) => Math.abs(y - median));
}

/** e²/2 where |e| ≤ 1, |e| − ½ elsewhere. */
const huber = (e: number): number => (Math.abs(e) <= 1 ? e ** 2 / 2 : Math.abs(e) - 0.5);

/** The centre c has Σ max(−1, min(1, y − c)) = 0, which falls with c: halved 60 times. */
function fromHuberCentre(values: ArrayLike<number>): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) [low, high] = [Math.min(low, values[i]!), Math.max(high, values[i]!)];
  for (let i = 0; i < 60; i++) {
    const c = (low + high) / 2;
    if (meanOf(values, (y) => Math.max(-1, Math.min(1, y - c))) > 0) low = c;
    else high = c;
  }
  return meanOf(values, (y) => huber(y - low));
}
