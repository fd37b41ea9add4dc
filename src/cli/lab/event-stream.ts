// The events of a run as server-sent events.
//
//   message   lines of events.jsonl, those that were written since the last message: its id is the number of the last of them
//   mark      the checksum of the last line so far, for a page that connects anew: ?after=LINE&crc=MARK
//   run       the state of the run, where it has changed: { status, message?, control? }
//   reset     what was told is void, and line 1 comes next: the run was cut to a checkpoint, or another stands in its place
//
// A stream may carry a second run beside the first: ?with=RUN&withAfter=LINE&withCrc=MARK, whose events are "with:message" and so on.
import { ChainruleError } from "../../ir/errors.ts";
import { type RunState, stateOf, unreadable } from "../../runs/run-state.ts";
import { Changes } from "./changes.ts";
import type { TrainingControl } from "./control.ts";
import { EventLines, eventsFile, type Mark, type Piece } from "./event-lines.ts";

/** So that either side hears of a connection that is gone. */
const silenceMilliseconds = 15_000;

/** A run that is followed, and what the page has of it. */
export interface Followed {
  readonly dir: string;
  readonly mark: Mark;
}

export interface Surroundings {
  /** Where this process trains. */
  readonly control: TrainingControl | undefined;
  /** Its abort ends the stream, after what is there. */
  readonly signal: AbortSignal;
  readonly onFault: (error: Error) => void;
}

/** Is read as fast as it is taken. */
export function eventBody(
  first: Followed,
  second: Followed | "missing" | undefined,
  surroundings: Surroundings,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const own = eventStream(first, surroundings, "");
  const texts = second === undefined ? own : merged([own, secondStream(second, surroundings)]);
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await texts.next().catch((error: Error) => {
        surroundings.onFault(error);
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

async function* secondStream(second: Followed | "missing", surroundings: Surroundings): AsyncGenerator<string> {
  if (second === "missing")
    yield runEvent("with:", { status: "unreadable", message: "There is no such run in this folder." }, undefined);
  else yield* eventStream(second, surroundings, "with:");
}

/** What each gives, as it comes; ends where all have ended. */
async function* merged(streams: readonly AsyncGenerator<string>[]): AsyncGenerator<string> {
  const next = async (stream: AsyncGenerator<string>) => ({ stream, ...(await stream.next()) });
  const pending = new Map(streams.map((stream) => [stream, next(stream)]));
  try {
    while (pending.size > 0) {
      const { stream, value, done } = await Promise.race(pending.values());
      if (done) pending.delete(stream);
      else {
        pending.set(stream, next(stream));
        yield value;
      }
    }
  } finally {
    for (const stream of streams) void stream.return(undefined);
  }
}

/** `prefix` is that of its events' names. */
async function* eventStream(
  { dir, mark }: Followed,
  { control, signal }: Surroundings,
  prefix: string,
): AsyncGenerator<string> {
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
        yield messages(piece, prefix);
        spoke = performance.now();
      }
      const now = runEvent(prefix, state, control?.isOf(dir) ? control : undefined);
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
    yield runEvent(prefix, unreadable(error), undefined);
  } finally {
    control?.offChange(changes.note);
    changes.close();
  }
}

const runEvent = (prefix: string, state: RunState, control: TrainingControl | undefined): string =>
  `event: ${prefix}run\ndata: ${JSON.stringify({ ...state, ...(control && { control: control.state }) })}\n\n`;

function messages(piece: Piece, prefix: string): string {
  if (piece === "reset") return `event: ${prefix}reset\nid: 0\ndata: {}\n\n`;
  const { first, lines, crc } = piece;
  const name = prefix === "" ? "" : `event: ${prefix}message\n`;
  const id = `id: ${first + lines.length - 1}\n`;
  return `${name}${id}${lines.map(dataOf).join("")}\nevent: ${prefix}mark\n${id}data: ${crc}\n\n`;
}

/** A carriage return would end a line there; in JSON it is a blank. */
const dataOf = (line: string): string => `data: ${line.replaceAll("\r", " ")}\n`;
