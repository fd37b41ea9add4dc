// What a training is asked to do, what it gives, and the checks of what it is given.
import type { TypedArray } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import { formatShape } from "../ir/shape.ts";
import type { Layer, Variables } from "../nn/layer.ts";
import { type LossName, type LossRecord, lossNames } from "../nn/losses/index.ts";
import { requireShallow } from "../nn/structure.ts";
import type { Hooks } from "../observe/hooks.ts";
import type { Optimizer } from "../optim/optimizers/index.ts";
import type { Schedule } from "../optim/schedules/index.ts";
import type { OptimizerState } from "../optim/update.ts";
import type { BackendOptions } from "../run/backends.ts";
import type { Tensor } from "../trace/tensor.ts";
import type { MetricValues, StopReason, TrainEvent } from "./events.ts";

/** Inputs and targets, rows first: x [rows, ...], y [rows, ...] (class indices int32 [rows] for crossEntropy). */
export interface TrainingData {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** Rows that are read while the machine works on those before them. */
export interface RowBlocks {
  /** Rows of all blocks together; an estimate will do. */
  readonly rows: number;
  /** One pass: blocks of at most as many rows as `data` has. */
  open(): AsyncIterable<RowBlock>;
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
  /** Rows after `data`, where they are more than memory holds: each epoch goes through `data`, then through these. */
  readonly blocks?: RowBlocks | undefined;
  readonly loss: LossName;
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
  /** Rows a step. Default: all of them. */
  readonly batchSize?: number;
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
  /** Ends the training at the next slice, with the best weights so far. */
  readonly signal?: AbortSignal | undefined;
}

export interface TrainResult {
  /** Of the epoch with the best validation loss; of the last one where there is no validation. */
  readonly variables: Variables;
  readonly metrics: { readonly train: MetricValues; readonly validation?: MetricValues };
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
}

/** Throws INVALID_ARGUMENT or SHAPE_MISMATCH, naming the setting or the split. */
export function check({ model, data, validation, loss, epochs, steps, batchSize, observeEvery }: TrainOptions): void {
  requireShallow(model);
  if (!lossNames.includes(loss)) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `There is no loss ${JSON.stringify(loss)}; choose one of ${lossNames.join(", ")}.`,
      { loss },
    );
  }
  if (steps !== undefined && !(Number.isInteger(steps) && steps >= 0)) {
    throw new ChainruleError("INVALID_ARGUMENT", `train: steps must be a whole number of at least 0; got ${steps}.`, {
      steps,
    });
  }
  for (const [name, value] of Object.entries({ epochs, batchSize, observeEvery })) {
    if (value === undefined || (Number.isInteger(value) && value >= 1)) continue;
    throw new ChainruleError("INVALID_ARGUMENT", `train: ${name} must be a whole number of at least 1; got ${value}.`, {
      [name]: value,
    });
  }
  for (const [name, split] of Object.entries({ data, validation })) {
    if (split === undefined) continue;
    const { x, y } = split;
    if (x.rank === 0 || y.rank === 0 || x.shape[0] !== y.shape[0] || x.shape[0] === 0) {
      throw new ChainruleError(
        "SHAPE_MISMATCH",
        `train: ${name}.x and ${name}.y must have the same number of rows, at least one; got shapes ${formatShape(x.shape)} and ${formatShape(y.shape)}.`,
        { x: x.shape, y: y.shape },
      );
    }
  }
}

/** Throws INDEX_OUT_OF_RANGE: a compiled loss would take a class that the model does not have for a row of loss 0. */
export function checkTargets(split: string, y: Tensor, { targets: { range } }: LossRecord, outputs: number): void {
  const row = range === undefined ? -1 : y.data.findIndex((target) => !range.includes(target, outputs));
  if (row < 0) return;
  throw new ChainruleError(
    "INDEX_OUT_OF_RANGE",
    `train: ${split}.y must hold ${range!.words(outputs)}, since the model has ${outputs} outputs; row ${row} has ${y.data[row]}.`,
    { row, label: y.data[row], classes: outputs },
  );
}
