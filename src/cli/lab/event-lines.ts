// The lines of a run's events.jsonl from any line on, as the file grows: of a line that was told nothing but its place is kept.
import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "../../ir/crc32.ts";
import { openInside } from "../../runs/folder.ts";
import { invalidRun } from "../../runs/invalid-run.ts";

export const eventsFile = "events.jsonl";

/** Where the reader of the lines stands. */
export interface Mark {
  /** Number of the last line that it has; 0: none. */
  readonly after: number;
  /** CRC-32 of that line's bytes, where the reader says it. */
  readonly crc?: number | undefined;
}

/** Lines, with the checksum of the last; "reset": what the reader has are no more the lines of the file, which come anew from the first one on. */
export type Piece = { readonly first: number; readonly lines: readonly string[]; readonly crc: number } | "reset";

/** After so many lines, which end at byte `offset`; the last of them begins at `start`. */
interface Place {
  readonly line: number;
  readonly start: number;
  readonly offset: number;
  readonly crc: number;
}

const beginning: Place = { line: 0, start: 0, offset: 0, crc: 0 };
const chunkBytes = 2 ** 18;
/** No event comes near: an observation has some kB for each layer. */
export const longestLine = 2 ** 24;
const newline = 10;

export class EventLines {
  readonly #dir: string;
  #mark: Mark;
  #at = beginning;

  constructor(dir: string, mark: Mark) {
    this.#dir = dir;
    this.#mark = mark;
  }

  /**
   * All complete lines since the last call, of those that are there now; a torn last one is waited for. Where a run was cut to a checkpoint, or another stands in its place,
   * "reset" comes before them. Throws INVALID_RUN.
   */
  async *more(): AsyncGenerator<Piece> {
    const file = await openInside(this.#dir, eventsFile, (path) => open(path));
    if (file === undefined) {
      if (this.#begin()) yield "reset";
      return;
    }
    try {
      // A file that grows faster than it is read has no end.
      const { size } = await file.stat();
      if (!(await this.#isThere(file)) && this.#begin()) yield "reset";
      yield* this.#read(file, size);
      if (this.#at.line >= this.#mark.after) return;
      this.#begin();
      yield "reset";
      yield* this.#read(file, size);
    } finally {
      await file.close();
    }
  }

  /** Puts the reader before the first line. Gives whether it had any. */
  #begin(): boolean {
    const had = this.#at.line > 0 || this.#mark.after > 0;
    this.#at = beginning;
    this.#mark = { after: 0 };
    return had;
  }

  /** Whether the last line still stands where it was. */
  async #isThere(file: FileHandle): Promise<boolean> {
    const { start, offset, crc } = this.#at;
    const bytes = Buffer.alloc(offset - start);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
    if (bytesRead < bytes.length) return false;
    return offset === 0 || (bytes.at(-1) === newline && crc32(bytes.subarray(0, -1)) === crc);
  }

  async *#read(file: FileHandle, end: number): AsyncGenerator<Piece> {
    for await (const bytes of wholeLines(this.#dir, file, this.#at, end)) {
      const { after, crc } = this.#mark;
      const first = Math.max(after, this.#at.line) + 1;
      const lines: string[] = [];
      for (let from = 0; from < bytes.length; ) {
        const to = bytes.indexOf(newline, from);
        const content = bytes.subarray(from, to);
        const line = this.#at.line + 1;
        const start = this.#at.offset;
        if (line > after) lines.push(content.toString("utf8"));
        const isLast = to === bytes.length - 1 || line === after;
        this.#at = { line, start, offset: start + to + 1 - from, crc: isLast ? crc32(content) : 0 };
        if (line === after && crc !== undefined && crc !== this.#at.crc) {
          this.#begin();
          yield "reset";
          yield* this.#read(file, end);
          return;
        }
        from = to + 1;
      }
      if (lines.length > 0) yield { first, lines, crc: this.#at.crc };
    }
  }
}

/** Bytes of the file from a place to an end, cut after the last newline of what is read at a time. */
async function* wholeLines(
  dir: string,
  file: FileHandle,
  { line, offset }: Place,
  most: number,
): AsyncGenerator<Buffer> {
  const parts: Buffer[] = [];
  let waiting = 0;
  for (let position = offset; position < most; ) {
    const length = Math.min(chunkBytes, most - position);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    const bytes = buffer.subarray(0, bytesRead);
    const end = bytes.lastIndexOf(newline) + 1;
    if (end > 0) {
      yield Buffer.concat([...parts.splice(0), bytes.subarray(0, end)]);
      waiting = 0;
    }
    parts.push(bytes.subarray(end));
    waiting += bytesRead - end;
    if (waiting > longestLine)
      throw invalidRun(dir, eventsFile, `a line after line ${line} has more than ${longestLine / 2 ** 20} MB`);
  }
}
