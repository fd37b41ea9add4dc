// Where a command writes: results to stdout, everything on the way to stderr.
import { EventEmitter, once } from "node:events";
import type { Communicator } from "../backends/mpi/communicator.ts";
import { type Style, styleOf } from "./terminal/style.ts";
import { steering, terminalLine, terminalText } from "./terminal/text.ts";

export { shellWord } from "../data/wording.ts";

/** Stands for standard output among the names of files. */
export const stdoutName = "-";

export interface OutputStream {
  write(text: string | Uint8Array): unknown;
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
  /** Those that do the command together, where they are several: rank 0 alone writes. */
  readonly ranks?: Communicator;
}

/** Prints lines that `render` makes in the style of the stream. */
export function print(stream: OutputStream, render: (style: Style) => readonly string[]): void {
  for (const line of render(styleOf(stream))) stream.write(`${terminalLine(line)}\n`);
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

/** Writes a text for a person, of lines. */
export const write = (stream: OutputStream, text: string): unknown => stream.write(terminalText(text));

/** What a command hands to programs: one JSON object, the last line on stdout. On a terminal, characters that steer it are escaped. */
export function printJson({ stdout }: Streams, value: object): void {
  const text = JSON.stringify(value);
  stdout.write(`${stdout.isTTY ? text.replace(steering, escaped) : text}\n`);
}

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
