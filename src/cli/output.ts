// Where a command writes: results to stdout, everything on the way to stderr.
import { EventEmitter, once } from "node:events";
import { type Style, styleOf } from "./terminal/style.ts";

export { shellWord } from "../data/wording.ts";

export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** `process` is one. */
export interface Streams {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Default: that of the process. */
  readonly stdin?: AsyncIterable<unknown>;
}

/** Prints lines that `render` makes in the style of the stream. */
export function print(stream: OutputStream, render: (style: Style) => readonly string[]): void {
  for (const line of render(styleOf(stream))) stream.write(`${line}\n`);
}

/** Writes one text after the other, as fast as they are taken; ends where no more are. */
export async function writeAll(
  stream: OutputStream,
  texts: AsyncIterable<string>,
  shown: (text: string) => string,
): Promise<void> {
  for await (const text of texts) {
    if (text === "" || stream.write(shown(text)) !== false) continue;
    if (!(stream instanceof EventEmitter)) continue;
    // What is wrong with the stream is said by whoever listens to its errors.
    const isTaken = await once(stream, "drain").then(
      () => true,
      () => false,
    );
    if (!isTaken) return;
  }
}

/** What a command hands to programs: one JSON object, the last line on stdout. */
export const printJson = (streams: Streams, value: object) => streams.stdout.write(`${JSON.stringify(value)}\n`);
