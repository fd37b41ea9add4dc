// A text file piece by piece, cut where a row ends (Node only).
import { ChainruleError } from "../../ir/errors.ts";
import { node } from "../../ir/node.ts";
import { type Decoder, decoderOf, type Encoding, encodingOf, latinNote, noTextMessage } from "./encoding.ts";
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
 * @throws ChainruleError MALFORMED_DATA for what is no text of the sample's encoding, or a row that does not end
 */
export async function* textPieces(
  path: string,
  bytes: number,
  { source, newline, encoding }: TextSample,
  ends: RowEnds,
): AsyncGenerator<TextPiece> {
  const decode = pieceDecoder(source);
  let held: Uint8Array[] = [];
  let length = 0;
  let line = 1;
  const piece = (parts: readonly Uint8Array[]): TextPiece => {
    const from = line;
    for (const part of parts) line += linesIn(part, newline);
    return { text: decode(parts, from), line: from };
  };
  const chunks = node("node:fs").createReadStream(path, {
    highWaterMark: Math.min(chunkBytes, Math.max(16, bytes >> 3)),
  }) as AsyncIterable<Uint8Array>;
  for await (const chunk of encoding === "utf-8" ? chunks : asUtf8(source, chunks, encoding)) {
    const cut = ends.lastIn(chunk);
    if (cut < 0 || length + cut < bytes) {
      held.push(chunk);
      length += chunk.length;
      if (cut >= 0) continue;
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

/** Chunks of another encoding as those of UTF-8. */
async function* asUtf8(
  source: string,
  chunks: AsyncIterable<Uint8Array>,
  encoding: Encoding,
): AsyncGenerator<Uint8Array> {
  const decode = decoderOf(encoding);
  const encoder = new TextEncoder();
  const next = (bytes: Uint8Array, isLast: boolean): Uint8Array => {
    try {
      return encoder.encode(decode(bytes, isLast));
    } catch (cause) {
      throw noText(source, cause);
    }
  };
  for await (const chunk of chunks) yield next(chunk, false);
  yield next(new Uint8Array(0), true);
}

/**
 * Makes text of the pieces of a file that began as UTF-8. Where it turns out that it is none, it is Windows-1252 as long as there was
 * nothing but ASCII before, which is the same in both.
 */
function pieceDecoder(source: string): (parts: readonly Uint8Array[], line: number) => string {
  let encoding: Encoding = "utf-8";
  let isAscii = true;
  const decoded = (parts: readonly Uint8Array[], isFirst: boolean): string => {
    const decode = isFirst || encoding !== "utf-8" ? decoderOf(encoding) : withoutMark();
    return parts.map((part, p) => decode(part, p === parts.length - 1)).join("");
  };
  return (parts, line) => {
    try {
      const text = decoded(parts, line === 1);
      isAscii &&= !/[\u0080-\uffff]/.test(text);
      return text;
    } catch (cause) {
      if (!isAscii || encoding !== "utf-8") throw noText(source, cause, line);
      encoding = "windows-1252";
      return decoded(parts, line === 1);
    }
  };
}

/** UTF-8 in the middle of a file, where a mark is a character. */
function withoutMark(): Decoder {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return (bytes, isLast) => decoder.decode(bytes, { stream: !isLast });
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
