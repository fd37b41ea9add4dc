// The loss of the best answer that is the same for every row: what a network that has learnt nothing comes to.
import { mean } from "../../ir/stats.ts";
import { full } from "../../trace/create.ts";
import { Tensor } from "../../trace/tensor.ts";
import type { Loss } from "./loss.ts";

/** −Σ p ln p over the classes' shares p of the labels [rows], or of their weights. */
export function entropy(labels: ArrayLike<number>, weightOf: (label: number) => number = () => 1): number {
  const parts = new Map<number, number>();
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    const weight = weightOf(labels[i]!);
    parts.set(labels[i]!, (parts.get(labels[i]!) ?? 0) + weight);
    total += weight;
  }
  return [...parts.values()].reduce((sum, n) => sum - (n / total) * Math.log(n / total), 0);
}

/** For numbers: the mean loss where every row gets the answer that `centre` finds for the targets [rows]. */
export const lossAt =
  (centre: (targets: ArrayLike<number>) => number, perExample: Loss) =>
  (targets: ArrayLike<number>): number => {
    const shape = [targets.length, 1];
    const answers = full(shape, centre(targets));
    return mean(perExample(answers, Tensor.concrete(Float64Array.from(targets), shape)).data);
  };

/** The c with Σ slope(y − c) = 0, for a slope ∂loss/∂e that does not fall: the interval of all y, halved 60 times. */
export const balanceOf =
  (slope: (error: number) => number) =>
  (targets: ArrayLike<number>): number => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = 0; i < targets.length; i++) [low, high] = [Math.min(low, targets[i]!), Math.max(high, targets[i]!)];
    for (let i = 0; i < 60; i++) {
      const c = (low + high) / 2;
      if (mean(targets, (y) => slope(y - c)) > 0) low = c;
      else high = c;
    }
    return low;
  };
