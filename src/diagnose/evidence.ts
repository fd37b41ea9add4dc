// What a diagnosis goes by: the events of one training, by kind.
import { ChainruleError } from "../ir/errors.ts";
import type {
  DataEvent,
  EndEvent,
  EpochEvent,
  ExamplesEvent,
  FailureEvent,
  ObservationEvent,
  StartEvent,
  TrainEvent,
} from "../train/events.ts";
import type { Verdict } from "./verdict.ts";

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
}

/** Throws INVALID_ARGUMENT without a start event. */
export function evidenceOf(events: readonly TrainEvent[]): Evidence {
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
  return {
    start,
    ...(data && { data }),
    observations: all("observation"),
    epochs: all("epoch"),
    ...(examples && { examples }),
    ...(failure && { failure }),
    ...(end && { end }),
  };
}

/** Looks at the evidence for one kind of trouble. */
export type Detector = (evidence: Evidence) => Verdict | undefined;
