// events.jsonl: the events of a training, read back with their fields checked.
import { faultIn } from "../ir/checks.ts";
import { isRecord, parseJson } from "../ir/json.ts";
import type { TrainEvent } from "../train/events.ts";
import { eventChecks } from "./event-checks.ts";
import { invalidRun } from "./invalid-run.ts";

export interface ParsedEvents {
  readonly events: TrainEvent[];
  /** Numbers of lines that are no JSON, torn by a crash or a full disk: they are skipped. */
  readonly torn: readonly number[];
}

/** All complete lines, of which the first has the number `first`; null becomes NaN. Throws INVALID_RUN for an event that is none. */
export function parseEvents(dir: string, text: string, first = 1): ParsedEvents {
  // What follows the last newline is an event whose writing was cut off, or nothing.
  const lines = text.split("\n").slice(0, -1);
  const events: TrainEvent[] = [];
  const torn: number[] = [];
  for (const [i, line] of lines.entries()) {
    const event = parsed(dir, line, first + i);
    if (event === undefined) torn.push(first + i);
    else events.push(checked(dir, event, first + i));
  }
  return { events, torn };
}

/** Undefined for what is no JSON. Throws INVALID_RUN for what is nested too deep. */
function parsed(dir: string, text: string, line: number): unknown {
  const notJson = new Error();
  try {
    const event = parseJson(
      text,
      (must, cause) =>
        must === "JSON" ? notJson : invalidRun(dir, "events.jsonl", `line ${line} must be ${must}`, cause),
      (_, value) => (value === null ? Number.NaN : value),
    );
    return event ?? Number.NaN;
  } catch (error) {
    if (error === notJson) return undefined;
    throw error;
  }
}

function checked(dir: string, event: unknown, line: number): TrainEvent {
  if (!isRecord(event) || !Object.hasOwn(eventChecks, String(event.type)))
    throw invalidRun(dir, "events.jsonl", `line ${line} must be an event of a known type`);
  const bad = faultIn(eventChecks[event.type as TrainEvent["type"]], event);
  if (bad === undefined) return event as object as TrainEvent;
  throw invalidRun(dir, "events.jsonl", `line ${line} is of type "${event.type}" with a missing or wrong "${bad}"`);
}
