// A text file piece by piece, cut where a row ends (Node only).
import { ChainruleError } from "../../ir/errors.ts";
import { node } from "../../ir/node.ts";

/** Bytes that are looked at to judge how a text is written, and how long its rows are. */
const sampleBytes = 2 ** 20;
/** Bytes read at a time. */
const chunkBytes = 2 ** 20;
/** More than any row has, unless a quote in it is never closed. */
const longestRow = 2 ** 28;

const lf = 10;
const cr = 13;

export interface TextSample {
  /** The beginning of the file. */
  readonly text: string;
  /** Bytes of the file. */
  readonly bytes: number;
  /** On average, with its end. */
  readonly bytesPerLine: number;
  /** The byte that ends a line. */
  readonly newline: number;
}

/** The beginning of a file. Throws FILE_NOT_FOUND where it cannot be read. */
export async function sampleText(path: string): Promise<TextSample> {
  const { open } = node("node:fs/promises");
  try {
    const file = await open(path);
    try {
      const { size: bytes } = await file.stat();
      const sample = new Uint8Array(Math.min(bytes, sampleBytes));
      await file.read(sample, 0, sample.length, 0);
      const newline = sample.includes(lf) || !sample.includes(cr) ? lf : cr;
      const lines = linesIn(sample, newline);
      const bytesPerLine = Math.max(1, sample.length / Math.max(1, lines));
      return { text: new TextDecoder().decode(sample), bytes, bytesPerLine, newline };
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new ChainruleError(
      "FILE_NOT_FOUND",
      `${path} cannot be read (${(cause as { code?: string }).code}). Check the path and its permissions.`,
      { source: path },
      { cause },
    );
  }
}

/** Ends of rows in the bytes of a file, which come one after the other. */
export interface RowEnds {
  /** After the last end of a row in these bytes; −1 where there is none. */
  lastIn(chunk: Uint8Array): number;
}

/** Every line is a row. */
export const lineEnds = (newline: number): RowEnds => ({ lastIn: (chunk) => chunk.lastIndexOf(newline) + 1 || -1 });

/** A piece of a file, with the number of its first line. */
export interface TextPiece {
  readonly text: string;
  readonly line: number;
}

/**
 * Text of about `bytes` bytes at a time, of whole rows.
 *
 * @throws ChainruleError MALFORMED_DATA for what is no UTF-8, or a row that does not end
 */
export async function* textPieces(
  path: string,
  bytes: number,
  { newline }: TextSample,
  ends: RowEnds,
): AsyncGenerator<TextPiece> {
  const { createReadStream } = node("node:fs");
  let held: Uint8Array[] = [];
  let length = 0;
  let line = 1;
  const piece = (parts: readonly Uint8Array[]): TextPiece => {
    const from = line;
    for (const part of parts) line += linesIn(part, newline);
    return { text: decode(path, from, parts), line: from };
  };
  for await (const chunk of createReadStream(path, {
    highWaterMark: Math.min(chunkBytes, Math.max(16, bytes >> 3)),
  }) as AsyncIterable<Uint8Array>) {
    const cut = ends.lastIn(chunk);
    if (cut < 0 || length + cut < bytes) {
      held.push(chunk);
      length += chunk.length;
      if (cut >= 0) continue;
      if (length - bytes > longestRow) throw endless(path, line);
      continue;
    }
    yield piece([...held, chunk.subarray(0, cut)]);
    held = [chunk.subarray(cut)];
    length = chunk.length - cut;
  }
  if (length > 0) yield piece(held);
}

function linesIn(bytes: Uint8Array, newline: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines++;
  return lines;
}

function decode(path: string, line: number, parts: readonly Uint8Array[]): string {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: line > 1 });
  try {
    let text = "";
    for (const part of parts) text += decoder.decode(part, { stream: true });
    return text + decoder.decode();
  } catch (cause) {
    throw new ChainruleError(
      "MALFORMED_DATA",
      `${path} is not UTF-8 text. Save it as UTF-8 (in a spreadsheet: "CSV UTF-8").`,
      { source: path },
      { cause },
    );
  }
}

const endless = (path: string, line: number): ChainruleError =>
  new ChainruleError(
    "MALFORMED_DATA",
    `${path} has a row after line ${line} that does not end within ${longestRow / 2 ** 20} MB. Is a quote not closed there?`,
    { source: path, row: line },
  );
