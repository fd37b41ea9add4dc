// The typed event stream of a training: the terminal, run folders and diagnosis all read these and nothing else.

import type { LedgerRow } from "../observe/ledger.ts";

/** Figures of one layer's parameters at one step. RMS = √(mean of squares), over all its parameters together. */
export interface LayerStatistics {
  /** Readable path, for example "layers.0". */
  readonly name: string;
  /** RMS of ∂loss/∂parameters of this layer. */
  readonly gradientRms: number;
  /** ‖Δθ‖ / ‖θ‖ of the last update: the share of the weights' length that one step moved. */
  readonly updateRatio: number;
}

/** Named metrics of one split: "loss" always; "accuracy" and "rocAuc", or "rmse", "mae" and "r2". */
export type MetricValues = Readonly<Record<string, number>>;

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
  readonly seed: number;
  readonly layers: readonly string[];
  /** Planned arena of one step, and what it would need without reuse, in bytes. */
  readonly arena: { readonly bytes: number; readonly bytesWithoutReuse: number };
}

/** A look at all layers at one step. Some two hundred are made in a training, the first of them at its first step. */
export interface ObservationEvent {
  readonly type: "observation";
  readonly epoch: number;
  /** 1-based: the gradients are those that this step went along. */
  readonly step: number;
  readonly layers: readonly LayerStatistics[];
  /** From the output to the input. */
  readonly ledger: readonly LedgerRow[];
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
  readonly layers: readonly LayerStatistics[];
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
  /** True where this is the best validation loss so far. */
  readonly best: boolean;
  readonly layers: readonly LayerStatistics[];
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
  readonly layers: readonly LayerStatistics[];
}

export type TrainEvent = StartEvent | ObservationEvent | ProgressEvent | EpochEvent | EndEvent;
