// What every field of every event must be, for events that are read from a file.
import {
  boolean,
  type Checks,
  described,
  list,
  maybe,
  natural,
  number,
  numbers,
  oneOf,
  record,
  text,
  textOrNumber,
} from "../ir/checks.ts";
import { isLossName, lossNames } from "../nn/losses/index.ts";
import type { CategoryProfile, ClassRows, FeatureProfile, TargetProfile } from "../observe/data-profile.ts";
import type { AnswersProfile, ErrorsProfile, Example, ResidualsProfile, TargetAnswers } from "../observe/examples.ts";
import type { LedgerRow } from "../observe/ledger.ts";
import type {
  InitialParameter,
  InputProbe,
  LayerStatistics,
  LineProbe,
  NoiseProbe,
  ParameterProbe,
  UnitProbe,
  ValueProbe,
} from "../observe/observation.ts";
import type { Origin } from "../observe/origin.ts";
import type { Sketch } from "../observe/sketch.ts";
import type { StartEvent, StopReason, TargetMetrics, TrainEvent } from "../train/events.ts";

const shape = list(natural);

/** One with an argument in brackets is known by its name; what the argument must be is in its record. */
const loss = described({ type: "string", pattern: `^(${lossNames.join("|")})(\\(.+\\))?$` }, isLossName);

const sketch = record<Sketch>({
  ...{ mean: number, rms: number, min: number, max: number, size: number, nonFinite: number, zeros: number },
  ...{ subnormal: number, exponents: list(number) },
});
const layers = list(record<LayerStatistics>({ name: text, gradientRms: number, updateRatio: number }));
const splitMetrics = record<Pick<TargetMetrics, "train" | "validation">>({
  train: numbers,
  validation: maybe(numbers),
});

const answers = record<AnswersProfile>({
  rows: number,
  loss: number,
  spread: number,
  errors: maybe(
    record<ErrorsProfile>({
      ...{ rate: number, separation: maybe(number), confidentRate: number, errorConfidence: number },
      ...{ hitConfidence: number, recall: list(number) },
    }),
  ),
  residuals: maybe(
    record<ResidualsProfile>({
      ...{ r2: number, scale: number, outliers: number, outlierShift: maybe(number), kurtosis: number },
    }),
  ),
});
const suspects = list(
  record<Example>({
    ...{ row: number, tableRow: maybe(number), gradientNorm: number, loss: number },
    ...{ target: textOrNumber, predicted: textOrNumber, probability: maybe(number) },
  }),
);
const classRows = list(record<ClassRows>({ name: text, rows: number }));

const origin = record<Origin>({
  where: oneOf(["data", "parameters", "forward", "backward", "update"]),
  op: text,
  layer: maybe(text),
  value: oneOf(["NaN", "Infinity", "-Infinity"]),
  operands: list(number),
  indices: list(number),
  split: maybe(oneOf(["train", "validation"])),
  ...{ row: maybe(number), tableRow: maybe(number), column: maybe(number), feature: maybe(text) },
});

const reasons: Readonly<Record<StopReason, true>> = { epochs: true, steps: true, patience: true, interrupted: true };

type EventChecks = { readonly [T in TrainEvent["type"]]: Checks<Omit<Extract<TrainEvent, { type: T }>, "type">> };

/** Numbers that were not finite have come as NaN. */
export const eventChecks: EventChecks = {
  start: {
    ...{ rows: natural, validationRows: natural, features: natural, parameters: natural, batchSize: natural },
    ...{ stepsPerEpoch: natural, epochs: natural, backend: text, threads: natural, blas: maybe(text), seed: number },
    ranks: maybe(natural),
    loss: maybe(loss),
    layers: list(text),
    initial: list(
      record<InitialParameter>({ name: text, layer: maybe(text), shape, value: sketch, alikeUnits: maybe(number) }),
    ),
    arena: record<StartEvent["arena"]>({ bytes: number, bytesWithoutReuse: number }),
  },
  data: {
    rows: number,
    task: oneOf(["classification", "regression"]),
    columnCount: maybe(number),
    featureCount: number,
    features: list(
      record<FeatureProfile>({
        ...{ name: text, mean: number, std: number, min: number, max: number, nonFinite: number, alone: number },
      }),
    ),
    categories: maybe(list(record<CategoryProfile>({ name: text, features: list(text), alone: number }))),
    typicalRms: number,
    classes: maybe(classRows),
    constantLoss: number,
    targets: maybe(
      list(
        record<TargetProfile>({
          ...{ name: text, classes: maybe(classRows), constantLoss: number, alone: list(number) },
          categoriesAlone: maybe(list(number)),
        }),
      ),
    ),
  },
  observation: {
    ...{ epoch: number, step: number, loss: number, learningRate: number, layers },
    ledger: list(
      record<LedgerRow>({
        ...{ layer: text, gradientRms: number, deltaRms: number, weightFactor: number, activationFactor: number },
        ...{ skipFactor: number, attenuation: number, product: number },
      }),
    ),
    values: list(record<ValueProbe>({ name: text, made: text, value: sketch, gradient: sketch, spread: number })),
    inputs: maybe(list(record<InputProbe>({ name: text, gradientRms: number }))),
    units: list(
      record<UnitProbe>({
        ...{ name: text, activation: text, bounded: boolean, units: number, saturated: number, dead: number },
      }),
    ),
    parameters: list(
      record<ParameterProbe>({ name: text, size: number, rms: number, gradient: sketch, update: sketch }),
    ),
    noise: maybe(record<NoiseProbe>({ batch: number, examples: number, gradient: number, ratio: number })),
    line: maybe(record<LineProbe>({ before: number, after: number, alpha: number })),
    ...{ distance: number, clipping: number },
  },
  progress: {
    ...{ epoch: number, step: number, steps: number, loss: number, rowsPerSecond: number, secondsLeft: number },
    layers: maybe(layers),
  },
  ranks: { step: natural, ranks: natural, waited: number },
  epoch: {
    ...{ epoch: number, step: number, loss: number, learningRate: number, validation: maybe(numbers) },
    targets: maybe(list(record<Pick<TargetMetrics, "name" | "validation">>({ name: text, validation: numbers }))),
    ...{ best: boolean, layers: maybe(layers) },
  },
  examples: {
    ...{ rows: number, median: number, high: number, suspects, train: answers, validation: maybe(answers) },
    targets: maybe(list(record<TargetAnswers>({ name: text, suspects, train: answers, validation: maybe(answers) }))),
  },
  failure: {
    ...{ step: number, epoch: number, loss: number, learningRate: number, lossesBefore: list(number) },
    origin: maybe(origin),
  },
  end: {
    reason: oneOf(Object.keys(reasons)),
    ...{ epochs: number, steps: number, seconds: number, bestEpoch: number, metrics: splitMetrics },
    targets: maybe(list(record<TargetMetrics>({ name: text, train: numbers, validation: maybe(numbers) }))),
    layers,
  },
};
