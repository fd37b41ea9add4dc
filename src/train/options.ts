// What a training is asked to do, and what it gives.
import type { TypedArray } from "../ir/dtype.ts";
import type { Layer, Variables } from "../nn/layer.ts";
import type { Loss, LossName } from "../nn/losses/index.ts";
import type { Hooks } from "../observe/hooks.ts";
import type { Optimizer } from "../optim/optimizers/index.ts";
import type { Schedule } from "../optim/schedules/index.ts";
import type { OptimizerState } from "../optim/update.ts";
import type { BackendOptions } from "../run/backends.ts";
import type { Tensor } from "../trace/tensor.ts";
import type { MetricValues, StopReason, TargetMetrics, TrainEvent } from "./events.ts";
import type { Snapshot } from "./snapshot.ts";

/** Inputs and targets, rows first: x [rows, ...], y [rows, ...] (for crossEntropy class indices [rows], or probabilities [rows, classes]). */
export interface TrainingData {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** Rows in blocks, each of which is read while the machine works on the one before. */
export interface RowBlocks {
  /** Rows of each block: at most as many as `data` has. */
  readonly sizes: readonly number[];
  /** The same rows whenever it is asked for. */
  read(index: number): RowBlock | Promise<RowBlock>;
}

export interface RowBlock {
  /** [rows, ...], as `data.x`. */
  readonly x: TypedArray;
  /** [rows, ...], as `data.y`. */
  readonly y: TypedArray;
  readonly rows: number;
}

export interface TrainOptions extends BackendOptions {
  readonly model: Layer;
  readonly data: TrainingData;
  readonly validation?: TrainingData | undefined;
  /** Names of the columns of x [rows, features], by which observations tell gradients at them. Default: `x[:, 0]`, … */
  readonly features?: readonly string[] | undefined;
  /** Names of the columns of y [rows, targets], for a loss with a target for each output: metrics are then those of each, and means. */
  readonly targets?: readonly string[] | undefined;
  /**
   * All rows that are trained on, where they are more than memory holds: each epoch goes through the blocks in an order of its own, and through
   * the rows of each in one. Metrics of the training are then those of `data`, which should be like the rest: one of the blocks, of rows that
   * were dealt to them at random.
   */
  readonly blocks?: RowBlocks | undefined;
  /**
   * By name; a record with options (`crossEntropyWith`); or a function of one's own: it is traced like the rest of the step, gives a float
   * scalar, and is taken for a mean over the rows. Its only metric is the loss.
   */
  readonly loss: LossName | Loss;
  readonly optimizer: Optimizer;
  /** Default: constant. */
  readonly schedule?: Schedule;
  readonly epochs: number;
  /** Ends the training after so many steps, wherever in an epoch. Default: never. */
  readonly steps?: number | undefined;
  /**
   * Observes every so many steps, and the first ones. Default: as often as it takes under 5 % of the time, by an
   * estimate that depends on sizes alone, so that a run has the same events everywhere.
   */
  readonly observeEvery?: number | undefined;
  /** Functions that watch named values of the step, or replace them. */
  readonly hooks?: Hooks | undefined;
  /** Rows a step, or a pass of it where there are several; ranks share them. Default: all of them. */
  readonly batchSize?: number;
  /**
   * Passes of `batchSize` rows whose gradients are added up before weights are updated: a larger batch in the memory of a smaller one, and of
   * ranks fewer sums over a slow network. Default 1.
   */
  readonly accumulate?: number | undefined;
  /** Stop after this many epochs without a better validation loss. Default: never. */
  readonly patience?: number | undefined;
  /** Largest norm of all gradients together. */
  readonly clipNorm?: number | undefined;
  /** Largest size of a gradient's element. */
  readonly clipValue?: number | undefined;
  /** Initial weights, order of rows and dropout follow from it: the same seed repeats a run bit for bit. Default 0. */
  readonly seed?: number;
  /** Default: drawn from the seed. */
  readonly variables?: Variables;
  /** Milliseconds of work after which timers, signals and drawing have their turn; a page that draws wants 8. Default 30. */
  readonly sliceMilliseconds?: number | undefined;
  /** Goes on from a snapshot of a training with the same options, to the same end as if it had never stopped. */
  readonly resume?: Snapshot | undefined;
  /** Asked between slices: the training waits for the promise that it gives, if it gives one. That time counts in no figure. */
  readonly hold?: (() => Promise<void> | undefined) | undefined;
  /** Ends the training at the next slice, with the best weights so far. */
  readonly signal?: AbortSignal | undefined;
}

export interface TrainResult {
  /** Of the epoch with the best validation loss; of the last one where there is no validation. */
  readonly variables: Variables;
  readonly metrics: { readonly train: MetricValues; readonly validation?: MetricValues };
  /** The same of each target, where `targets` names them. */
  readonly targets?: readonly TargetMetrics[];
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly reason: StopReason;
  /** What the training would have gone on from, which may be past its best weights. */
  readonly last: TrainingState;
}

export interface TrainingState {
  /** Steps done. */
  readonly step: number;
  /** Of the next step. */
  readonly learningRate: number;
  readonly variables: Variables;
  /** By slot, "mean" for example: trees of the parameters' structure. */
  readonly optimizer: OptimizerState;
}

/** A training under way: iterate over it for its events, then await its result. */
export interface Training extends AsyncIterable<TrainEvent> {
  /** The result; drives the training to its end if nobody iterates. Rejects with what ended the training early. */
  result(): Promise<TrainResult>;
  /** The variables that would be the result if the training ended now: those of the last epoch event with `best` set. */
  best(): Variables;
  /** Everything that the training goes on from, at an event: see HeldTraining. */
  snapshot(): Snapshot;
}
