// From a prepared table to a trained network and its predictions: defaults for ordinary tables, metrics in the target's unit.
import type { Prepared, Preprocessing, Split, TableStream } from "../data/index.ts";
import { ChainruleError } from "../ir/errors.ts";
import { type ActivationName, fittingInit } from "../nn/activation.ts";
import type { InitializerName } from "../nn/initializers.ts";
import type { Layer, Variables } from "../nn/layer.ts";
import { defaultLoss, type LossName, losses, lossesOf } from "../nn/losses/index.ts";
import { targetTensor } from "../nn/losses/targets.ts";
import { apply } from "../nn/model.ts";
import { profileData } from "../observe/data-profile.ts";
import { profileExamples } from "../observe/examples.ts";
import type { Origin } from "../observe/origin.ts";
import { type Optimizer, type OptimizerKind, optimizerRecord, optimizers } from "../optim/optimizers/index.ts";
import { fittedSchedule, type Schedule, type ScheduleKind } from "../optim/schedules/index.ts";
import type { BackendOptions } from "../run/backends.ts";
import { compile } from "../run/compile.ts";
import { tensor } from "../trace/create.ts";
import { Tensor } from "../trace/tensor.ts";
import type { DataEvent, ExamplesEvent, MetricValues, TrainEvent } from "./events.ts";
import { isNonFinite, withOrigin } from "./failure.ts";
import { inTargetUnit } from "./metrics.ts";
import type { TrainingData, TrainResult } from "./options.ts";
import { type NormalizationName, perceptron } from "./perceptron.ts";
import { tableBlocks } from "./table-blocks.ts";
import { train } from "./train.ts";

/** Everything has a default that follows from the table. */
export interface TableSettings extends BackendOptions {
  /** Widths of the hidden layers. Default [64, 32]. */
  readonly hidden?: readonly number[] | undefined;
  /** Default relu. */
  readonly activation?: ActivationName | undefined;
  /** Default: heUniform for relu and its like, xavierUniform for the others. */
  readonly init?: InitializerName | undefined;
  readonly normalization?: NormalizationName | undefined;
  /** Identities around hidden layers that keep the width: x + φ(x W + b). */
  readonly residual?: boolean | undefined;
  /** Largest norm of all gradients together. Default: none. */
  readonly clipNorm?: number | undefined;
  /** Default: crossEntropy for classes, mse for numbers. */
  readonly loss?: LossName | undefined;
  /** By name, with `learningRate`; or with all its settings. Default adamw. */
  readonly optimizer?: OptimizerKind | Optimizer | undefined;
  readonly learningRate?: number | undefined;
  /** By its name it is fitted to the training's length. Default cosine, to a hundredth of the rate at the last epoch. */
  readonly schedule?: ScheduleKind | Schedule | undefined;
  readonly epochs?: number | undefined;
  /** Ends the training after so many steps of those that the epochs have. */
  readonly steps?: number | undefined;
  /** As TrainOptions.observeEvery. */
  readonly observeEvery?: number | undefined;
  readonly batchSize?: number | undefined;
  /** Default: a fifth of the epochs, at least 10. */
  readonly patience?: number | undefined;
  readonly seed?: number | undefined;
  /** Initial weights. Default: drawn from the seed. */
  readonly variables?: Variables | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What predicting needs: plain data and weights. */
export interface TableModel {
  readonly model: Layer;
  readonly loss: LossName;
  readonly preprocessing: Preprocessing;
  readonly variables: Variables;
}

/** Iterate over it for all its events. */
export interface TableTraining extends AsyncIterable<TrainEvent> {
  /** The events without `data` and `examples`, which take passes over the rows: for who has no use for them. */
  withoutProfiles(): AsyncIterable<TrainEvent>;
  /** What the settings came to. */
  readonly optimizer: Optimizer;
  /** As `Training.best`. */
  best(): Variables;
  /** As `Training.result`, with the model that predicts. */
  result(): Promise<TrainResult & { readonly trained: TableModel }>;
}

export const defaultHidden: readonly number[] = [64, 32];

/**
 * Trains a multilayer perceptron on a prepared table. Metrics of a regression are in the target's unit, its loss is in
 * standard deviations. Throws INVALID_ARGUMENT for a loss that does not fit the task, and what `train` throws.
 */
export function trainTable(prepared: Prepared, settings: TableSettings = {}, stream?: TableStream): TableTraining {
  const { preprocessing, task } = prepared;
  const loss = settings.loss ?? defaultLoss(task);
  checkLoss(loss, prepared);
  const blocks = stream && tableBlocks(stream, preprocessing, prepared.train.rows);
  const rows = prepared.train.rows + (blocks?.rows ?? 0);
  const suited = defaults(rows);
  const chosen = {
    ...settings,
    hidden: settings.hidden ?? suited.hidden,
    batchSize: settings.batchSize ?? suited.batchSize,
    epochs: settings.epochs ?? suited.epochs,
  };
  const activation = chosen.activation ?? "relu";
  const init = chosen.init ?? fittingInit(activation);
  const outputs = losses[loss].outputs(preprocessing.classes?.length ?? 0);
  const model = perceptron({
    features: preprocessing.features.length,
    hidden: chosen.hidden,
    outputs,
    activation,
    init,
    normalization: chosen.normalization,
    residual: chosen.residual,
  });
  const steps = chosen.epochs * Math.ceil(rows / Math.min(chosen.batchSize, prepared.train.rows));
  const optimizer = optimizerOf(chosen);
  const { schedule = "cosine" } = chosen;
  const patience = chosen.patience ?? Math.max(10, Math.ceil(chosen.epochs / 5));
  const data = dataOf(prepared.train, preprocessing.features.length, loss);
  const validation = prepared.validation && dataOf(prepared.validation, preprocessing.features.length, loss);
  const training = train({
    model,
    data,
    validation,
    blocks,
    loss,
    optimizer,
    schedule:
      typeof schedule === "object"
        ? schedule
        : fittedSchedule(schedule, { steps, learningRate: optimizer.learningRate, patience }),
    epochs: chosen.epochs,
    steps: chosen.steps,
    observeEvery: chosen.observeEvery,
    batchSize: chosen.batchSize,
    patience,
    clipNorm: chosen.clipNorm,
    seed: chosen.seed ?? 0,
    ...(chosen.variables && { variables: chosen.variables }),
    backend: chosen.backend,
    threads: chosen.threads,
    deterministic: chosen.deterministic,
    signal: chosen.signal,
  });
  const { target } = preprocessing;
  const unit = target.kind === "regression" ? target.std : 1;
  const named = (error: unknown): unknown =>
    isNonFinite(error) && blocks === undefined ? withOrigin(error, (origin) => inTable(origin, prepared)) : error;
  async function* withoutProfiles(): AsyncGenerator<TrainEvent, void> {
    try {
      for await (const event of training) {
        yield event.type === "failure" && event.origin !== undefined && blocks === undefined
          ? { ...event, origin: inTable(event.origin, prepared) }
          : inUnit(event, unit);
      }
    } catch (error) {
      throw named(error);
    }
  }
  return {
    optimizer,
    best: training.best,
    withoutProfiles,
    async *[Symbol.asyncIterator]() {
      for await (const event of withoutProfiles()) {
        if (event.type === "end") {
          yield examplesOf({ model, loss, preprocessing, variables: training.best() }, prepared, chosen);
        }
        yield event;
        if (event.type === "start") yield dataEvent(prepared, loss, event.batchSize);
      }
    },
    async result() {
      const result = await training.result().catch((error: unknown) => {
        throw named(error);
      });
      const metrics = metricsInUnit(result.metrics, unit);
      return { ...result, metrics, trained: { model, loss, preprocessing, variables: result.variables } };
    },
  };
}

/** An origin's row and column as the table has them. */
function inTable(origin: Origin, { train, validation, tableRows, preprocessing }: Prepared): Origin {
  const split = origin.split === "validation" ? validation : train;
  const index = origin.row === undefined ? undefined : split?.rowNumbers[origin.row];
  const feature = origin.column === undefined ? undefined : preprocessing.features[origin.column];
  return {
    ...origin,
    ...(index !== undefined && { tableRow: tableRows[index]! }),
    ...(feature !== undefined && { feature }),
  };
}

function optimizerOf({ optimizer = "adamw", learningRate }: TableSettings): Optimizer {
  const rate = learningRate === undefined ? {} : { learningRate };
  if (typeof optimizer === "object") return { ...optimizer, ...rate };
  return optimizers[optimizer]({ ...optimizerRecord(optimizer).forTables, ...rate });
}

/** Batches that give small tables many steps and large ones few; epochs for about 3000 steps, from 15 to 150. */
function defaults(rows: number) {
  const batchSize = Math.min(512, Math.max(16, 2 ** Math.round(Math.log2(rows / 20))));
  const epochs = Math.min(150, Math.max(15, Math.round((3000 * batchSize) / rows)));
  return { hidden: defaultHidden, batchSize, epochs };
}

function checkLoss(loss: LossName, { task, preprocessing }: Prepared): void {
  const fitting = lossesOf[task];
  const classes = preprocessing.classes?.length;
  if (!fitting.includes(loss)) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `The loss ${loss} does not fit a ${task}; choose one of ${fitting.join(", ")}.`,
      { loss, task },
    );
  }
  if (losses[loss].isForTwoClasses && classes !== 2) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `${loss} is for two classes; "${preprocessing.target.name}" has ${classes}. Use ${defaultLoss(task)}.`,
      { loss, classes },
    );
  }
}

function dataOf({ x, y, rows }: Split, features: number, loss: LossName): TrainingData {
  return {
    x: Tensor.concrete(x, [rows, features]),
    y: targetTensor(losses[loss].targets, y, "float32"),
  };
}

function dataEvent({ train, preprocessing }: Prepared, loss: LossName, batchSize: number): DataEvent {
  const { features, classes } = preprocessing;
  return { type: "data", ...profileData({ ...train, features, classes, loss, batchSize }) };
}

function examplesOf(
  { model, loss, preprocessing, variables }: TableModel,
  { train, validation, tableRows }: Prepared,
  { backend, deterministic }: BackendOptions,
): ExamplesEvent {
  const { target, classes } = preprocessing;
  const profile = profileExamples({
    model,
    variables,
    loss,
    train,
    validation,
    name: (y) => (target.kind === "regression" ? y * target.std + target.mean : classes![y]!),
    tableRow: (row) => tableRows[train.rowNumbers[row]!]!,
    backend,
    deterministic,
  });
  return { type: "examples", ...profile };
}

/** Some metrics are measured in standard deviations of the target: times `unit` they are in its own unit. */
const valuesInUnit = (values: MetricValues, unit: number): MetricValues =>
  unit === 1
    ? values
    : Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, inTargetUnit.has(name) ? value * unit : value]),
      );

const metricsInUnit = <M extends { train: MetricValues; validation?: MetricValues }>(metrics: M, unit: number): M => ({
  ...metrics,
  train: valuesInUnit(metrics.train, unit),
  ...(metrics.validation && { validation: valuesInUnit(metrics.validation, unit) }),
});

function inUnit(event: TrainEvent, unit: number): TrainEvent {
  if (event.type === "end") return { ...event, metrics: metricsInUnit(event.metrics, unit) };
  if (event.type === "epoch" && event.validation) return { ...event, validation: valuesInUnit(event.validation, unit) };
  return event;
}

/** Rows predicted at once. */
const chunk = 4096;

/**
 * Predictions for rows of features x [rows, features]: class probabilities [rows, classes], or values [rows] in the
 * target's unit.
 */
export const predictTable = (
  trained: TableModel,
  x: Float32Array,
  rows: number,
  options: BackendOptions = {},
): Float64Array => tablePredictor(trained, options)(x, rows);

/** As predictTable, compiled once for any number of calls. */
export function tablePredictor(
  { model, loss, preprocessing, variables }: TableModel,
  options: BackendOptions = {},
): (x: Float32Array, rows: number) => Float64Array {
  const features = preprocessing.features.length;
  const forward = compile((v: Variables, batch: Tensor) => losses[loss].predict(apply(model, v, batch)), options);
  const { target, classes } = preprocessing;
  const [scale, shift] = target.kind === "regression" ? [target.std, target.mean] : [1, 0];
  return (x, rows) => {
    const width = classes?.length ?? 1;
    const all = new Float64Array(rows * width);
    for (let from = 0; from < rows; from += chunk) {
      const count = Math.min(chunk, rows - from);
      const batch = tensor(x.subarray(from * features, (from + count) * features), { shape: [count, features] });
      const y = forward(variables, batch).data;
      for (let i = 0; i < y.length; i++) all[from * width + i] = y[i]! * scale + shift;
    }
    return all;
  };
}
