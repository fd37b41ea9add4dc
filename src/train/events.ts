// The typed event stream of a training: the terminal, run folders and diagnosis all read these and nothing else.

import type { LossName } from "../nn/losses/index.ts";
import type { DataProfile } from "../observe/data-profile.ts";
import type { ExamplesProfile } from "../observe/examples.ts";
import type { InitialParameter, LayerStatistics, Observation } from "../observe/observation.ts";
import type { Origin } from "../observe/origin.ts";

export type { LayerStatistics } from "../observe/observation.ts";

/** Named metrics of one split: "loss" always; "accuracy", "rocAuc", "brier" and "ece", or "rmse", "mae" and "r2". */
export type MetricValues = Readonly<Record<string, number>>;

/** Of one of several targets, by split; "loss" is that of this target. */
export interface TargetMetrics {
  readonly name: string;
  readonly train: MetricValues;
  readonly validation?: MetricValues;
}

export interface StartEvent {
  readonly type: "start";
  readonly rows: number;
  readonly validationRows: number;
  readonly features: number;
  /** Number of trained scalars. */
  readonly parameters: number;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
  readonly backend: string;
  /** Threads that share a step. */
  readonly threads: number;
  /** The BLAS that computes large matrix products, if one does. */
  readonly blas?: string;
  /** Processes that train together; absent where it is one. */
  readonly ranks?: number;
  readonly seed: number;
  /** Absent where it is a function of one's own. */
  readonly loss?: LossName;
  readonly layers: readonly string[];
  /** Parameters before the first step. */
  readonly initial: readonly InitialParameter[];
  /** Planned arena of one step, and what it would need without reuse, in bytes. */
  readonly arena: { readonly bytes: number; readonly bytesWithoutReuse: number };
}

/** What the training reads: once, after the start. */
export interface DataEvent extends DataProfile {
  readonly type: "data";
}

/** A look into one step: how often is TrainOptions.observeEvery. */
export interface ObservationEvent extends Observation {
  readonly type: "observation";
  readonly epoch: number;
}

/** Gradients of the single rows, by the weights that are the result: before the end. */
export interface ExamplesEvent extends ExamplesProfile {
  readonly type: "examples";
}

/** The training stops here, since a loss was not finite: where that came from. */
export interface FailureEvent {
  readonly type: "failure";
  readonly step: number;
  readonly epoch: number;
  /** NaN or ±Infinity; null in JSON. */
  readonly loss: number;
  readonly learningRate: number;
  /** Losses of the last steps before, the oldest first. */
  readonly lossesBefore: readonly number[];
  /** Absent where no single value is the first: see Origin. */
  readonly origin?: Origin;
}

/** Sent a few dozen times a second at most. */
export interface ProgressEvent {
  readonly type: "progress";
  readonly epoch: number;
  /** Steps done since the beginning. */
  readonly step: number;
  /** Steps planned in all. */
  readonly steps: number;
  /** Mean training loss over the steps since the last progress event. */
  readonly loss: number;
  readonly rowsPerSecond: number;
  /** Estimate if all planned epochs run; early stopping may end sooner. */
  readonly secondsLeft: number;
  /** As last observed, where that is new since the last such event. */
  readonly layers?: readonly LayerStatistics[];
}

/** Of a training by several ranks, once, after its first slices: how well they go together. */
export interface RanksEvent {
  readonly type: "ranks";
  readonly step: number;
  readonly ranks: number;
  /** Share of the time of steps that ranks spent in sums over all of them, waiting for each other: the mean over ranks. */
  readonly waited: number;
}

export interface EpochEvent {
  readonly type: "epoch";
  /** 1-based; counts finished epochs. */
  readonly epoch: number;
  readonly step: number;
  /** Mean training loss over the epoch's steps, as trained (dropout on). */
  readonly loss: number;
  readonly learningRate: number;
  /** Absent where there are no validation rows. */
  readonly validation?: MetricValues;
  /** The same of each target, where they are several and named: the other figures of `validation` are means over them. */
  readonly targets?: readonly Required<Pick<TargetMetrics, "name" | "validation">>[];
  /** True where this is the best validation loss so far. */
  readonly best: boolean;
  /** As last observed, where that is new since the last such event. */
  readonly layers?: readonly LayerStatistics[];
}

/** "steps": the training had a limit of steps, and reached it inside an epoch. */
export type StopReason = "epochs" | "steps" | "patience" | "interrupted";

export interface EndEvent {
  readonly type: "end";
  readonly reason: StopReason;
  readonly epochs: number;
  readonly steps: number;
  readonly seconds: number;
  /** Epoch whose weights are the result (0: the initial weights). */
  readonly bestEpoch: number;
  readonly metrics: { readonly train: MetricValues; readonly validation?: MetricValues };
  /** The same of each target, where they are several and named: all figures but the loss are means over them. */
  readonly targets?: readonly TargetMetrics[];
  readonly layers: readonly LayerStatistics[];
}

export type TrainEvent =
  | StartEvent
  | DataEvent
  | ObservationEvent
  | ProgressEvent
  | RanksEvent
  | EpochEvent
  | ExamplesEvent
  | FailureEvent
  | EndEvent;
