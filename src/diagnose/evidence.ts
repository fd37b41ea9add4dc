// What a diagnosis goes by: the events of one training, by kind.
import { ChainruleError } from "../ir/errors.ts";
import { lossRecord } from "../nn/losses/index.ts";
import type {
  DataEvent,
  EndEvent,
  EpochEvent,
  ExamplesEvent,
  FailureEvent,
  MetricValues,
  ObservationEvent,
  StartEvent,
  TrainEvent,
} from "../train/events.ts";
import type { Measured } from "./measure/measure-table.ts";

/** All losses are those of a row, also where the training's own are sums over rows. */
export interface Evidence {
  readonly start: StartEvent;
  /** Absent where the training read no table. */
  readonly data?: DataEvent;
  /** The oldest first. */
  readonly observations: readonly ObservationEvent[];
  readonly epochs: readonly EpochEvent[];
  /** Absent where the training read no table, or has not ended. */
  readonly examples?: ExamplesEvent;
  readonly failure?: FailureEvent;
  readonly end?: EndEvent;
  /** Absent where nothing was measured beside the training. */
  readonly measured?: Measured;
}

/** The evidence of a training, and what of it is of each target: of one target all. */
export interface TrainingEvidence {
  readonly whole: Evidence;
  /** `name` where there are several. */
  readonly targets: readonly { readonly name?: string; readonly evidence: Evidence }[];
}

/** Throws INVALID_ARGUMENT without a start event. */
export function evidenceOf(events: readonly TrainEvent[], measured?: Measured): TrainingEvidence {
  const all = <T extends TrainEvent["type"]>(type: T) =>
    events.filter((event): event is Extract<TrainEvent, { type: T }> => event.type === type);
  const start = all("start")[0];
  if (start === undefined) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `diagnose: the events of a training begin with "start"; got ${events.length === 0 ? "none" : `"${events[0]!.type}" first, and no "start"`}. Give all events, in their order.`,
    );
  }
  const [data, examples, failure, end] = [all("data")[0], all("examples").at(-1), all("failure")[0], all("end").at(-1)];
  const evidence: Evidence = {
    start,
    ...(data && { data }),
    observations: all("observation"),
    epochs: all("epoch"),
    ...(examples && { examples }),
    ...(failure && { failure }),
    ...(end && { end }),
    ...(measured && { measured }),
  };
  const isSum = start.loss !== undefined && lossRecord(start.loss).reduction === "sum";
  const finished = isSum ? perRow : (own: Evidence) => own;
  const whole = finished(evidence);
  const targets = data?.targets?.map(({ name }, t) => ({ name, evidence: finished(ofTarget(evidence, t)) }));
  return { whole, targets: targets ?? [{ evidence: whole }] };
}

/** What is known of one of several targets; the training loss of an epoch is that of all. Files may lack some of it. */
function ofTarget({ data, examples, epochs, end, measured, ...rest }: Evidence, t: number): Evidence {
  const { classes, constantLoss, alone, categoriesAlone } = data!.targets![t]!;
  const { classes: _, ...common } = data!;
  const features = data!.features.map((feature, i) => ({ ...feature, alone: alone[i] ?? 0 }));
  const categories = data!.categories?.map((category, i) => ({ ...category, alone: categoriesAlone?.[i] ?? 0 }));
  const { train, validation, suspects } = examples?.targets?.[t] ?? {};
  const { validation: __, ...looked } = examples ?? {};
  return {
    ...rest,
    data: { ...common, features, ...(categories && { categories }), constantLoss, ...(classes && { classes }) },
    epochs: epochs.map((epoch) => {
      const own = epoch.targets?.[t];
      return { ...epoch, ...(own && { validation: own.validation }) };
    }),
    ...(train && {
      examples: { ...(looked as ExamplesEvent), train, suspects: suspects!, ...(validation && { validation }) },
    }),
    ...(end && { end: { ...end, metrics: metricsOf(end, t) } }),
    ...(measured?.targets && { measured: measured.targets[t]! }),
  };
}

function metricsOf({ metrics, targets }: EndEvent, t: number): EndEvent["metrics"] {
  const own = targets?.[t];
  if (own === undefined) return metrics;
  const { train, validation } = own;
  return { train, ...(validation && { validation }) };
}

/** Sums over a batch, or over a split, by their numbers of rows. */
function perRow({ start, data, observations, epochs, end, ...rest }: Evidence): Evidence {
  const { batchSize, rows, validationRows } = start;
  const divided = (metrics: MetricValues, count: number): MetricValues => ({ ...metrics, loss: metrics.loss! / count });
  return {
    ...rest,
    start,
    ...(data && { data: { ...data, constantLoss: data.constantLoss / batchSize } }),
    observations: observations.map((seen) => ({ ...seen, loss: seen.loss / batchSize })),
    epochs: epochs.map(({ validation, ...epoch }) => ({
      ...epoch,
      loss: epoch.loss / batchSize,
      ...(validation && { validation: divided(validation, validationRows) }),
    })),
    ...(end && {
      end: {
        ...end,
        metrics: {
          train: divided(end.metrics.train, rows),
          ...(end.metrics.validation && { validation: divided(end.metrics.validation, validationRows) }),
        },
      },
    }),
  };
}
