// From a prepared table to a trained network and its predictions: defaults for ordinary tables, metrics in the target's unit.

import type { Prepared, Preprocessing, Split } from "../data/index.ts";
import { categoryRanges } from "../data/preprocessing.ts";
import { answerOf, classesOf, scaleOf } from "../data/target-kinds.ts";
import type { Layer, Variables } from "../nn/layer.ts";
import { type LossName, type LossRecord, lossRecord } from "../nn/losses/index.ts";
import { targetTensor } from "../nn/losses/targets.ts";
import { profileData } from "../observe/data-profile.ts";
import { profileExamples } from "../observe/examples.ts";
import type { Origin } from "../observe/origin.ts";
import type { BackendOptions } from "../run/backends.ts";
import { Tensor } from "../trace/tensor.ts";
import { outputsPerTarget } from "./answers.ts";
import { trainOptionsOf } from "./check-options.ts";
import { checkLoss, checkTable, checkTargets } from "./check-table.ts";
import { classWeightsOf, tableLoss } from "./class-weights.ts";
import type { DataEvent, EndEvent, ExamplesEvent, MetricValues, TargetMetrics, TrainEvent } from "./events.ts";
import { isNonFinite, withOrigin } from "./failure.ts";
import { inTargetUnit, meanMetrics } from "./metrics.ts";
import type { TrainingData, TrainOptions, TrainResult } from "./options.ts";
import { perceptron } from "./perceptron.ts";
import { type ResolvedTableSettings, resolve, type TableSettings } from "./settings/resolve.ts";
import type { Snapshot } from "./snapshot.ts";
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
  /** What predicts, but for its weights. */
  readonly untrained: Omit<TableModel, "variables">;
  /** As `Training.best`. */
  best(): Variables;
  /** As `Training.snapshot`. */
  snapshot(): Snapshot;
  /** As `Training.result`, with the model that predicts. */
  result(): Promise<TrainResult & { readonly trained: TableModel }>;
}

/**
 * Trains a multilayer perceptron on a prepared table. Metrics of a regression are in the target's unit, its loss is in
 * standard deviations, or as the target was scaled. Throws INVALID_ARGUMENT for a loss that does not fit the task or the target, and what
 * `train` throws.
 */
export function trainTable(prepared: Prepared, settings: TableSettings = {}): TableTraining {
  const { options, ...telling } = tableTelling(prepared, settings);
  const { untrained } = telling;
  const training = train(options);
  async function* withoutProfiles(): AsyncGenerator<TrainEvent, void> {
    try {
      for await (const event of training) yield telling.event(event);
    } catch (error) {
      throw telling.error(error);
    }
  }
  return {
    settings: telling.settings,
    ...(telling.classWeights && { classWeights: telling.classWeights }),
    untrained,
    best: training.best,
    snapshot: training.snapshot,
    withoutProfiles,
    async *[Symbol.asyncIterator]() {
      for await (const event of withoutProfiles()) {
        if (event.type === "end") yield telling.examples(training.best());
        yield event;
        if (event.type === "start") yield telling.data(event.batchSize);
      }
    },
    async result() {
      const result = await training.result().catch((error: unknown) => {
        throw telling.error(error);
      });
      return { ...telling.measured(result), trained: { ...untrained, variables: result.variables } };
    },
  };
}

/** What a training of a table is asked for, and how what it says is told in the table's own terms: rows, columns and units. */
export interface TableTelling {
  /** For `train` and `HeldTraining.load`. */
  readonly options: TrainOptions;
  /** What the settings came to. */
  readonly settings: ResolvedTableSettings;
  readonly classWeights?: Readonly<Record<string, number>>;
  /** What predicts, but for its weights. */
  readonly untrained: Omit<TableModel, "variables">;
  event(event: TrainEvent): TrainEvent;
  error(error: unknown): unknown;
  /** Metrics in the units of the targets. */
  measured<M extends Pick<EndEvent, "metrics" | "targets">>(measured: M): M;
  /** What follows the start. */
  data(batchSize: number): DataEvent;
  /** What precedes the end: of the weights that are the result. */
  examples(variables: Variables): ExamplesEvent;
}

/**
 * For who trains a table by `HeldTraining` and tells of it as `trainTable` does. Throws as `trainTable` does.
 *
 * @example
 * const { options, data } = tableTelling(prepared, { hidden: [8] });
 * const held = await HeldTraining.load(options);
 * data(held.started().batchSize).type // "data"
 */
export function tableTelling(prepared: Prepared, settings: TableSettings = {}): TableTelling {
  const { options, resolved, weighed } = asked(prepared, settings);
  const { preprocessing } = prepared;
  const { targets } = preprocessing;
  const { loss } = resolved;
  const { model, blocks } = options;
  const units = targets.map((target) => scaleOf(target).unit);
  const weights = classWeightsOf(prepared, resolved.classWeight);
  const classWeights = weights && Object.fromEntries(classesOf(targets[0]!).map((name, c) => [name, weights[c]!]));
  return {
    options,
    settings: resolved,
    ...(classWeights && { classWeights }),
    untrained: { model, loss, preprocessing },
    event: (event) =>
      event.type === "failure" && event.origin !== undefined && blocks === undefined
        ? { ...event, origin: inTable(event.origin, prepared) }
        : inUnits(event, units),
    error: (error) =>
      isNonFinite(error) && blocks === undefined ? withOrigin(error, (origin) => inTable(origin, prepared)) : error,
    measured: (measured) => measuredInUnits(measured, units),
    data: (batchSize) => dataEvent(prepared, weighed, batchSize),
    examples: (variables) => examplesOf({ model, loss, preprocessing, variables }, prepared, resolved),
  };
}

/**
 * What `train` and `HeldTraining.load` are asked for where a prepared table is trained on; losses and metrics are then in standard deviations
 * of the target, or as it was scaled. Throws as `trainTable` does.
 *
 * @example
 * const held = await HeldTraining.load(tableOptions(prepared, { hidden: [8], seed: 3 }));
 */
export const tableOptions = (prepared: Prepared, settings: TableSettings = {}): TrainOptions =>
  asked(prepared, settings).options;

interface Asked {
  readonly options: TrainOptions;
  readonly resolved: ResolvedTableSettings;
  /** With the weights of the classes. */
  readonly weighed: LossRecord;
}

function asked(prepared: Prepared, settings: TableSettings): Asked {
  checkTable(prepared, settings);
  const { preprocessing, buckets } = prepared;
  const { targets, features } = preprocessing;
  const blocks = buckets && tableBlocks(buckets, preprocessing, () => resolved.loss);
  const resolved = resolve(prepared, settings, buckets?.sizes);
  const { loss } = resolved;
  checkLoss(loss, prepared);
  checkTargets(loss, prepared);
  const outputs = targets.length * outputsPerTarget(loss, preprocessing);
  const weighed = tableLoss(prepared, loss, resolved.classWeight);
  const validation = prepared.validation && dataOf(prepared.validation, features.length, loss);
  const options: TrainOptions = {
    model: perceptron({ features: features.length, outputs, ...resolved }),
    data: dataOf(prepared.train, features.length, loss),
    validation,
    blocks,
    ...trainOptionsOf(resolved),
    ...(validation === undefined && { patience: undefined }),
    loss: weighed,
    features,
    ...(targets.length > 1 && { targets: targets.map(({ name }) => name) }),
    ...{ steps: settings.steps, observeEvery: settings.observeEvery, resume: settings.resume },
    ...{ hold: settings.hold, signal: settings.signal, ranks: settings.ranks },
    ...(settings.variables && { variables: settings.variables }),
  };
  return { options, resolved, weighed };
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
    y: targetTensor(lossRecord(loss).targets, y, "float32", rows),
  };
}

function dataEvent({ train, preprocessing }: Prepared, loss: LossRecord, batchSize: number): DataEvent {
  const { columns, features } = preprocessing;
  const columnCount = columns.length;
  const targets = preprocessing.targets.map((target) => ({ name: target.name, classes: classesOf(target) }));
  const categories = categoryRanges(columns);
  return { type: "data", ...profileData({ ...train, features, columnCount, categories, targets, loss, batchSize }) };
}

function examplesOf(
  { model, loss, preprocessing, variables }: TableModel,
  { train, validation, tableRows }: Prepared,
  { backend, deterministic }: BackendOptions,
): ExamplesEvent {
  const { targets } = preprocessing;
  const profile = profileExamples({
    model,
    variables,
    loss,
    train,
    validation,
    targets: targets.map(({ name }) => name),
    name: (y, t) => answerOf(targets[t]!, y),
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

/** The same of a training: of each target in its own, and means of these. */
function measuredInUnits<M extends Pick<EndEvent, "metrics" | "targets">>(measured: M, units: readonly number[]): M {
  const targets = measured.targets?.map(({ name, ...splits }, t) => ({ name, ...splitsInUnit(splits, units[t]!) }));
  const { train, validation } = targets
    ? {
        train: meanOver(targets, "train", measured.metrics),
        validation: measured.metrics.validation && meanOver(targets, "validation", measured.metrics),
      }
    : splitsInUnit(measured.metrics, units[0]!);
  const metrics = { ...measured.metrics, train, ...(validation && { validation }) };
  return { ...measured, metrics, ...(targets && { targets }) };
}

type Splits = EndEvent["metrics"];

const splitsInUnit = ({ train, validation }: Splits, unit: number): Splits => ({
  train: valuesInUnit(train, unit),
  ...(validation && { validation: valuesInUnit(validation, unit) }),
});

const meanOver = (targets: readonly TargetMetrics[], split: keyof Splits, all: Splits): MetricValues => ({
  ...meanMetrics(targets.map((target) => target[split]!)),
  loss: all[split]!.loss!,
});

function inUnits(event: TrainEvent, units: readonly number[]): TrainEvent {
  if (event.type === "end") return measuredInUnits(event, units);
  if (event.type !== "epoch" || event.validation === undefined) return event;
  const targets = event.targets?.map(({ name, validation }, t) => ({
    ...{ name, validation: valuesInUnit(validation, units[t]!) },
  }));
  if (targets === undefined) return { ...event, validation: valuesInUnit(event.validation, units[0]!) };
  const { loss } = event.validation;
  return {
    ...event,
    validation: { ...meanMetrics(targets.map(({ validation }) => validation)), loss: loss! },
    targets,
  };
}
