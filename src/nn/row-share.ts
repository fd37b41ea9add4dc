// The rows of a step that one pass through a model has, where other passes have the rest: on other ranks, or one after the other.
import { allReduce } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";

export interface RowShare {
  /** Rows of this pass. */
  readonly rows: number;
  /** The first of them among the rows of the step: random draws are those that a pass over all of them would make. */
  readonly from: number;
  /** Rows of this pass on all ranks: those that the statistics of a batch are over. */
  readonly batch: number;
}

/** Where the elements of x begin among those of all rows of the step. */
export const firstElement = (x: Tensor, share: RowShare | undefined): number =>
  share === undefined ? 0 : share.from * (x.size / share.rows);

/** Elements of x, and of what other ranks have beside it. */
export const batchSize = (x: Tensor, share: RowShare | undefined): number =>
  share === undefined ? x.size : (x.size / share.rows) * share.batch;

/** Mean and variance (of correction 0) of x over all axes but the one of its features, 1, and over what other ranks have beside it. */
export function batchMoments(x: Tensor, axes: readonly number[], share: RowShare | undefined) {
  if (share === undefined || share.rows === share.batch) return { mean: x.mean(axes), variance: x.var(axes) };
  const n = batchSize(x, share) / x.shape[1]!;
  const mean = allReduce(x.sum(axes)).div(n);
  // Its derivative by the mean is −2 Σ (x − mean) / n = 0.
  const centre = mean.stopGradient().reshape(x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)));
  return { mean, variance: allReduce(x.sub(centre).square().sum(axes)).div(n) };
}
