// A text file piece by piece: its bytes in UTF-8, or its text cut where a line ends (Node only).
import { ChainruleError } from "../../ir/errors.ts";
import { node } from "../../ir/node.ts";
import {
  decoderOf,
  type Encoding,
  encodingOf,
  isAscii,
  isUtf8,
  joined,
  latinNote,
  noTextMessage,
  wholeCharacters,
} from "./encoding.ts";
import { foreignKind } from "./foreign.ts";

/** Bytes that are looked at to judge how a text is written, and how long its rows are. */
const sampleBytes = 2 ** 20;
/** Bytes read at a time. */
const chunkBytes = 2 ** 20;
/** More than any row has, unless a quote in it is never closed. */
const longestRow = 2 ** 28;

const lf = 10;
const cr = 13;

export interface TextSample {
  /** How messages name the file. */
  readonly source: string;
  /** The beginning of the file. */
  readonly text: string;
  /** Bytes of the file. */
  readonly bytes: number;
  /** On average, with its end. */
  readonly bytesPerLine: number;
  /** The byte that ends a line. */
  readonly newline: number;
  readonly encoding: Encoding;
  /** What is to be said of it. */
  readonly notes: readonly string[];
}

/**
 * The beginning of a file, and in which encoding it is.
 *
 * @throws ChainruleError FILE_NOT_FOUND where it cannot be read, UNKNOWN_FORMAT, MALFORMED_DATA for what is no text
 */
export async function sampleText(path: string, source: string): Promise<TextSample> {
  const { sample, bytes } = await beginning(path, source);
  const foreign = foreignKind(sample);
  if (foreign !== undefined) throw new ChainruleError("UNKNOWN_FORMAT", `${source} is ${foreign}.`, { source });
  let encoding = encodingOf(sample);
  let text: string;
  try {
    text = decoderOf(encoding)(sample, false);
  } catch (cause) {
    if (encoding !== "utf-8") throw noText(source, cause);
    encoding = "windows-1252";
    text = decoderOf(encoding)(sample, false);
  }
  const own = encoding === "utf-8" ? sample : new TextEncoder().encode(text);
  const newline = own.includes(lf) || !own.includes(cr) ? lf : cr;
  const lines = linesIn(own, newline);
  const bytesPerLine = Math.max(1, sample.length / Math.max(1, lines));
  const notes = encoding === "windows-1252" ? [latinNote(source)] : [];
  return { source, text, bytes, bytesPerLine, newline, encoding, notes };
}

async function beginning(path: string, source: string): Promise<{ sample: Uint8Array; bytes: number }> {
  const { open } = node("node:fs/promises");
  try {
    const file = await open(path);
    try {
      const { size: bytes } = await file.stat();
      const sample = new Uint8Array(Math.min(bytes, sampleBytes));
      await file.read(sample, 0, sample.length, 0);
      return { sample, bytes };
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new ChainruleError(
      "FILE_NOT_FOUND",
      `${source} cannot be read (${(cause as { code?: string }).code}). Check the path and its permissions.`,
      { source },
      { cause },
    );
  }
}

/** A piece of a file, with the number of its first line. */
export interface TextPiece {
  readonly text: string;
  readonly line: number;
}

/**
 * Text of about `bytes` bytes at a time, of whole lines.
 *
 * @throws ChainruleError as `utf8Chunks`; MALFORMED_DATA for a line that does not end
 */
export async function* textPieces(path: string, bytes: number, sample: TextSample): AsyncGenerator<TextPiece> {
  const { source, newline } = sample;
  let held: Uint8Array[] = [];
  let length = 0;
  let line = 1;
  const piece = (parts: readonly Uint8Array[]): TextPiece => {
    const from = line;
    for (const part of parts) line += linesIn(part, newline);
    // A mark in the middle of a file is a character.
    const decoder = new TextDecoder("utf-8", { ignoreBOM: from > 1 });
    return { text: parts.map((part) => decoder.decode(part, { stream: true })).join(""), line: from };
  };
  for await (const lent of utf8Chunks(path, bytes, sample, () => line)) {
    const chunk = lent.slice();
    const cut = chunk.lastIndexOf(newline) + 1;
    if (cut === 0 || length + cut < bytes) {
      held.push(chunk);
      length += chunk.length;
      if (cut > 0) continue;
      if (length - bytes > longestRow) throw endless(source, line);
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

/**
 * The bytes of a file in UTF-8, cut between characters, some of them at a time for pieces of `bytes`; each to be read before the next one. Where it
 * turns out that a file that began as UTF-8 is none, it is Windows-1252 as long as there was nothing but ASCII before, which is the same in both.
 *
 * @param line the number of the line that was read up to, for messages
 * @throws ChainruleError MALFORMED_DATA for what is no text of the sample's encoding
 */
export async function* utf8Chunks(
  path: string,
  bytes: number,
  { source, encoding }: TextSample,
  line: () => number,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let decode = encoding === "utf-8" ? undefined : decoderOf(encoding);
  let wasAscii = true;
  /** The beginning of a character that is cut off. */
  let begun = new Uint8Array(0);
  const next = (chunk: Uint8Array, isLast: boolean): Uint8Array => {
    if (decode === undefined) {
      const all = begun.length === 0 ? chunk : joined(begun, chunk);
      const whole = isLast ? all : all.subarray(0, wholeCharacters(all));
      const areAscii = isAscii(whole);
      begun = all.slice(whole.length);
      if (areAscii || isUtf8(whole)) {
        wasAscii &&= areAscii;
        return whole;
      }
      if (!wasAscii) throw noText(source, undefined, line());
      decode = decoderOf("windows-1252");
      return encoder.encode(decode(all, isLast));
    }
    try {
      return encoder.encode(decode(chunk, isLast));
    } catch (cause) {
      throw noText(source, cause);
    }
  };
  for await (const chunk of chunksOf(path, Math.min(chunkBytes, Math.max(16, bytes >> 3)))) yield next(chunk, false);
  yield next(new Uint8Array(0), true);
}

/** Whether all of a file is text in UTF-8. */
export async function isUtf8File(path: string): Promise<boolean> {
  /** The beginning of a character that is cut off. */
  let begun = new Uint8Array(0);
  for await (const chunk of chunksOf(path, chunkBytes)) {
    const all = begun.length === 0 ? chunk : joined(begun, chunk);
    const whole = all.subarray(0, wholeCharacters(all));
    if (!isUtf8(whole)) return false;
    begun = all.slice(whole.length);
  }
  return begun.length === 0;
}

/** The bytes of a file, `size` at a time; each to be read before the next one. */
async function* chunksOf(path: string, size: number): AsyncGenerator<Uint8Array> {
  const file = await node("node:fs/promises").open(path);
  try {
    const chunk = new Uint8Array(size);
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, size);
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Closes the file that they come from. */
export async function firstOf<T>(blocks: AsyncIterable<T>): Promise<T | undefined> {
  for await (const block of blocks) return block;
}

function noText(source: string, cause: unknown, line?: number): ChainruleError {
  const message =
    line === undefined
      ? noTextMessage(source)
      : `${source} is not UTF-8 from line ${line} on, as it is before. Save it as UTF-8 (in a spreadsheet: "CSV UTF-8").`;
  return new ChainruleError("MALFORMED_DATA", message, { source, ...(line !== undefined && { row: line }) }, { cause });
}

const endless = (source: string, line: number): ChainruleError =>
  new ChainruleError(
    "MALFORMED_DATA",
    `${source} has a row after line ${line} that does not end within ${longestRow / 2 ** 20} MB. Is a quote not closed there?`,
    { source, row: line },
  );
