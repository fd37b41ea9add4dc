// Where a command writes: results to stdout, everything on the way to stderr.
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

/** What a command hands to programs: one JSON object, the last line on stdout. */
export const printJson = (streams: Streams, value: object) => streams.stdout.write(`${JSON.stringify(value)}\n`);
