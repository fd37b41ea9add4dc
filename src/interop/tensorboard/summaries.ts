// What an event of a training is in TensorBoard: scalars and histograms with their tags.
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Observation } from "../../observe/observation.ts";
import type { Sketch } from "../../observe/sketch.ts";
import type { EndEvent, EpochEvent, MetricValues, ObservationEvent, TrainEvent } from "../../train/events.ts";
import type { Summary_ValueSchema } from "../schemas/tensorboard/compat/proto/summary.generated.ts";

type Value = MessageInitShape<typeof Summary_ValueSchema>;

export interface Summary {
  readonly step: number;
  readonly value: readonly Value[];
}

/** Tags are "what/of which": TensorBoard puts what has the same first part together. */
export class Summaries {
  /** By its tag, the step that a scalar was last told of: an observation and an epoch may end at one step. */
  readonly #told = new Map<string, number>();

  of(event: TrainEvent): Summary & { readonly value: Value[] } {
    const { step, value } = summaryOf(event);
    const fresh = value.filter(({ tag }) => this.#told.get(tag!) !== step);
    for (const { tag } of fresh) this.#told.set(tag!, step);
    return { step, value: fresh };
  }
}

function summaryOf(event: TrainEvent): Summary {
  switch (event.type) {
    case "start":
      return { step: 0, value: event.initial.map(({ name, value }) => histogram(`initial/${name}`, value)) };
    case "observation":
      return { step: event.step, value: ofObservation(event) };
    case "progress":
      return { step: event.step, value: [scalar("rows_per_second", event.rowsPerSecond)] };
    case "ranks":
      return { step: event.step, value: [scalar("waited", event.waited)] };
    case "epoch":
      return { step: event.step, value: ofEpoch(event) };
    case "failure":
      return {
        step: event.step,
        value: [scalar("loss/batch", event.loss), scalar("learning_rate", event.learningRate)],
      };
    case "end":
      return { step: event.steps, value: ofEnd(event) };
    case "data":
    case "examples":
      return { step: 0, value: [] };
  }
}

/** float32 in the file: numbers beyond it are infinite there. */
const scalar = (tag: string, value: number): Value => ({
  tag,
  value: { case: "simpleValue", value: Math.fround(value) },
});

/** "accuracy/validation"; of one of several targets "accuracy/validation/NAME". */
const metrics = (values: MetricValues = {}, split: string, of = ""): Value[] =>
  Object.entries(values).map(([metric, value]) => scalar(`${metric}/${split}${of}`, value));

const ofEpoch = ({ epoch, loss, learningRate, validation, targets = [] }: EpochEvent): Value[] => [
  scalar("epoch", epoch),
  scalar("loss/train", loss),
  scalar("learning_rate", learningRate),
  ...metrics(validation, "validation"),
  ...targets.flatMap((target) => metrics(target.validation, "validation", `/${target.name}`)),
];

/** By the weights that are the result. */
const ofEnd = ({ metrics: { train, validation }, targets = [] }: EndEvent): Value[] =>
  [
    ...metrics(train, "train"),
    ...metrics(validation, "validation"),
    ...targets.flatMap(({ name, ...own }) => [
      ...metrics(own.train, "train", `/${name}`),
      ...metrics(own.validation, "validation", `/${name}`),
    ]),
  ].map(({ tag, ...rest }) => ({ tag: `result/${tag}`, ...rest }));

const ofObservation = (seen: ObservationEvent): Value[] => [
  scalar("loss/batch", seen.loss),
  scalar("learning_rate", seen.learningRate),
  ...seen.layers.flatMap(({ name, gradientRms, updateRatio }) => [
    scalar(`gradient_rms/${name}`, gradientRms),
    scalar(`update_ratio/${name}`, updateRatio),
  ]),
  ...ofLedger(seen.ledger),
  ...seen.units.flatMap(({ name, saturated, dead }) => [
    scalar(`saturated/${name}`, saturated),
    scalar(`dead/${name}`, dead),
  ]),
  scalar("distance", seen.distance),
  scalar("clipping", seen.clipping),
  ...(seen.noise ? [scalar("noise", seen.noise.ratio)] : []),
  ...(seen.line ? [scalar("alpha", seen.line.alpha)] : []),
  ...seen.parameters.flatMap(({ name, gradient, update }) => [
    histogram(`gradient/${name}`, gradient),
    histogram(`update/${name}`, update),
  ]),
  // Values inside of a residual have its path, its input and its sum too.
  ...seen.values.flatMap(({ name, value, gradient }) => [
    histogram(`value/${name}`, value),
    histogram(`value_gradient/${name}`, gradient),
  ]),
];

const ofLedger = (ledger: Observation["ledger"]): Value[] =>
  ledger.flatMap(({ layer, weightFactor, activationFactor, skipFactor, attenuation, product }) => [
    scalar(`ledger/weight_factor/${layer}`, weightFactor),
    scalar(`ledger/activation_factor/${layer}`, activationFactor),
    scalar(`ledger/skip_factor/${layer}`, skipFactor),
    scalar(`ledger/attenuation/${layer}`, attenuation),
    scalar(`ledger/product/${layer}`, product),
  ]);

/**
 * Of log₂ |x|, a bucket a binary exponent: what is known of a tensor, and an axis on which gradients that vanish can be
 * told apart, as they cannot by x. Elements that are 0, or not finite, are in no bucket.
 */
function histogram(tag: string, { exponents }: Sketch): Value {
  const [first = 0, ...bucket] = exponents;
  const middles = bucket.map((_, k) => first + k + 0.5);
  const total = (of: (middle: number) => number): number => bucket.reduce((sum, n, k) => sum + n * of(middles[k]!), 0);
  return {
    tag,
    metadata: {
      pluginData: { pluginName: "histograms" },
      summaryDescription: "log₂ |x| of the elements x that are finite and not 0",
    },
    value: {
      case: "histo",
      value: {
        ...{ min: first, max: first + bucket.length, num: total(() => 1) },
        ...{ sum: total((middle) => middle), sumSquares: total((middle) => middle ** 2) },
        ...{ bucketLimit: bucket.map((_, k) => first + k + 1), bucket },
      },
    },
  };
}
