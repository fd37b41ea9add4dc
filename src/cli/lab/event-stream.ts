// The events of a run as server-sent events: a line of events.jsonl is an event, its number is the event's id.
//
//   message   a line, as it stands there
//   mark      the checksum of the last line so far, for a page that connects anew: ?after=LINE&crc=MARK
//   run       the state of the run, where it has changed: { status, message?, control? }
//   reset     what was told is void, and line 1 comes next: the run was cut to a checkpoint, or another stands in its place
import { ChainruleError } from "../../ir/errors.ts";
import { Changes } from "./changes.ts";
import type { TrainingControl } from "./control.ts";
import { EventLines, eventsFile, type Mark, type Piece } from "./event-lines.ts";
import { type RunState, stateOf, unreadable } from "./run-state.ts";

/** So that either side hears of a connection that is gone. */
const silenceMilliseconds = 15_000;

export interface EventSource {
  readonly dir: string;
  /** Where this process trains. */
  readonly control: TrainingControl | undefined;
  /** Its abort ends the stream, after what is there. */
  readonly signal: AbortSignal;
  readonly onFault: (error: Error) => void;
}

/** Is read as fast as it is taken. */
export function eventBody(source: EventSource, mark: Mark): ReadableStream<Uint8Array<ArrayBuffer>> {
  const texts = eventStream(source, mark);
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await texts.next().catch((error: Error) => {
        source.onFault(error);
        return { value: undefined, done: true };
      });
      if (value !== undefined) controller.enqueue(new TextEncoder().encode(value));
      if (done) controller.close();
    },
    cancel() {
      void texts.return(undefined);
    },
  });
}

async function* eventStream({ dir, control, signal }: EventSource, mark: Mark): AsyncGenerator<string> {
  const lines = new EventLines(dir, mark);
  const changes = new Changes(dir, eventsFile, signal);
  control?.onChange(changes.note);
  let spoke = performance.now();
  let state: RunState | undefined;
  let told = "";
  try {
    for (;;) {
      const isLast = signal.aborted;
      // Before the lines: a run that has ended has written them all.
      state ??= await stateOf(dir);
      for await (const piece of lines.more()) {
        yield messages(piece);
        spoke = performance.now();
      }
      const now = runEvent(state, control?.isOf(dir) ? control : undefined);
      const isSilent = performance.now() - spoke >= silenceMilliseconds;
      if (now !== told || isSilent) {
        yield now === told ? ":\n\n" : now;
        spoke = performance.now();
        told = now;
      }
      if (isLast) return;
      if (await changes.next()) state = undefined;
    }
  } catch (error) {
    if (!(error instanceof ChainruleError)) throw error;
    yield runEvent(unreadable(error), undefined);
  } finally {
    control?.offChange(changes.note);
    changes.close();
  }
}

const runEvent = (state: RunState, control: TrainingControl | undefined): string =>
  `event: run\ndata: ${JSON.stringify({ ...state, ...(control && { control: control.state }) })}\n\n`;

const messages = (piece: Piece): string =>
  piece === "reset"
    ? "event: reset\nid: 0\ndata: {}\n\n"
    : `${piece.lines.map((line, i) => `id: ${piece.first + i}\n${dataOf(line)}\n\n`).join("")}event: mark\ndata: ${piece.crc}\n\n`;

/** A carriage return ends a line there; in JSON both are blanks. */
const dataOf = (line: string): string =>
  line
    .split("\r")
    .map((part) => `data: ${part}`)
    .join("\n");
