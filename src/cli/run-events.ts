// The events of a run, with a word on lines that could not be read.
import type { RunReader } from "../runs/index.ts";
import type { TrainEvent } from "../train/events.ts";
import { print, type Streams } from "./output.ts";
import { printable, wrap } from "./terminal/text.ts";

export async function eventsOf(run: RunReader, streams: Streams): Promise<TrainEvent[]> {
  const { events, torn } = await run.parsedEvents();
  if (torn.length > 0) {
    const lines = `${torn.length === 1 ? "Line" : "Lines"} ${torn.slice(0, 10).join(", ")}${torn.length > 10 ? ", …" : ""}`;
    const said = `warning: ${lines} of events.jsonl in ${printable(run.dir)} ${torn.length === 1 ? "is" : "are"} torn, by a crash or a full disk, and left out.`;
    print(streams.stderr, ({ width }) => wrap(said, width));
  }
  return events;
}
