// From a prepared table to a trained network and its predictions: defaults for ordinary tables, metrics in the target's unit.
import type { Prepared, Preprocessing, Split, TableStream } from "../data/index.ts";
import type { Layer, Variables } from "../nn/layer.ts";
import { type LossName, type LossRecord, lossRecord } from "../nn/losses/index.ts";
import { targetTensor } from "../nn/losses/targets.ts";
import { apply } from "../nn/model.ts";
import { profileData } from "../observe/data-profile.ts";
import { profileExamples } from "../observe/examples.ts";
import type { Origin } from "../observe/origin.ts";
import type { BackendOptions } from "../run/backends.ts";
import { compile } from "../run/compile.ts";
import { tensor } from "../trace/create.ts";
import { Tensor } from "../trace/tensor.ts";
import { trainOptionsOf } from "./check-options.ts";
import { checkLoss, checkTable, checkTargets } from "./check-table.ts";
import { classWeightsOf, tableLoss } from "./class-weights.ts";
import type { DataEvent, ExamplesEvent, MetricValues, TrainEvent } from "./events.ts";
import { isNonFinite, withOrigin } from "./failure.ts";
import { inTargetUnit } from "./metrics.ts";
import type { TrainingData, TrainResult } from "./options.ts";
import { perceptron } from "./perceptron.ts";
import { type ResolvedTableSettings, resolve, type TableSettings } from "./settings/resolve.ts";
import { tableBlocks } from "./table-blocks.ts";
import { train } from "./train.ts";

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
  readonly settings: ResolvedTableSettings;
  /** By the names of the classes, what rows of each weigh in the loss; absent where all weigh alike. */
  readonly classWeights?: Readonly<Record<string, number>>;
  /** As `Training.best`. */
  best(): Variables;
  /** As `Training.result`, with the model that predicts. */
  result(): Promise<TrainResult & { readonly trained: TableModel }>;
}

/**
 * Trains a multilayer perceptron on a prepared table. Metrics of a regression are in the target's unit, its loss is in
 * standard deviations, or as the target was scaled. Throws INVALID_ARGUMENT for a loss that does not fit the task or the target, and what
 * `train` throws.
 */
export function trainTable(prepared: Prepared, settings: TableSettings = {}, stream?: TableStream): TableTraining {
  checkTable(prepared, settings);
  const { preprocessing } = prepared;
  const blocks = stream && tableBlocks(stream, preprocessing, prepared.train.rows);
  const rows = prepared.train.rows + (blocks?.rows ?? 0);
  const resolved = resolve(prepared, settings, rows);
  const { loss } = resolved;
  checkLoss(loss, prepared);
  checkTargets(loss, prepared);
  const outputs = lossRecord(loss).outputs(preprocessing.classes?.length ?? 0);
  const weighed = tableLoss(prepared, loss, resolved.classWeight);
  const model = perceptron({ features: preprocessing.features.length, outputs, ...resolved });
  const data = dataOf(prepared.train, preprocessing.features.length, loss);
  const validation = prepared.validation && dataOf(prepared.validation, preprocessing.features.length, loss);
  const training = train({
    model,
    data,
    validation,
    blocks,
    ...trainOptionsOf(resolved),
    ...(validation === undefined && { patience: undefined }),
    loss: weighed,
    ...{ steps: settings.steps, observeEvery: settings.observeEvery, signal: settings.signal },
    ...(settings.variables && { variables: settings.variables }),
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
  const weights = classWeightsOf(prepared, resolved.classWeight);
  const classWeights = weights && Object.fromEntries(preprocessing.classes!.map((name, c) => [name, weights[c]!]));
  return {
    settings: resolved,
    ...(classWeights && { classWeights }),
    best: training.best,
    withoutProfiles,
    async *[Symbol.asyncIterator]() {
      for await (const event of withoutProfiles()) {
        if (event.type === "end") {
          yield examplesOf({ model, loss, preprocessing, variables: training.best() }, prepared, resolved);
        }
        yield event;
        if (event.type === "start") yield dataEvent(prepared, weighed, event.batchSize);
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
function inTable(origin: Origin, { train, validation, tableRows, validationTable, preprocessing }: Prepared): Origin {
  const isOther = origin.split === "validation";
  const split = isOther ? validation : train;
  const numbers = (isOther ? validationTable?.rowNumbers : undefined) ?? tableRows;
  const index = origin.row === undefined ? undefined : split?.rowNumbers[origin.row];
  const feature = origin.column === undefined ? undefined : preprocessing.features[origin.column];
  return {
    ...origin,
    ...(index !== undefined && { tableRow: numbers[index]! }),
    ...(feature !== undefined && { feature }),
  };
}

function dataOf({ x, y, rows }: Split, features: number, loss: LossName): TrainingData {
  return {
    x: Tensor.concrete(x, [rows, features]),
    y: targetTensor(lossRecord(loss).targets, y, "float32"),
  };
}

function dataEvent({ train, preprocessing }: Prepared, loss: LossRecord, batchSize: number): DataEvent {
  const { columns, features, classes } = preprocessing;
  const columnCount = columns.length;
  return { type: "data", ...profileData({ ...train, features, columnCount, classes, loss, batchSize }) };
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
 * target's unit. The same bits on every machine and in a page, unless `options` say `deterministic: false`.
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
  const forward = compile((v: Variables, batch: Tensor) => lossRecord(loss).predict(apply(model, v, batch)), {
    deterministic: true,
    ...options,
  });
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
