// What a file holds, as bytes and as text, and what is said where it is neither of a known format nor text.
import { ChainruleError } from "../../ir/errors.ts";
import {
  decoderOf,
  type Encoding,
  encodingOf,
  isUtf8,
  latinNote,
  NoText,
  noTextMessage,
  wholeCharacters,
  withoutMark8,
} from "./encoding.ts";
import { beginsWith, foreignKind } from "./foreign.ts";
import type { Content, TextOptions } from "./format.ts";
import { readable } from "./index.ts";

/** `isNamed`: the file's name says its format. */
export function contentOf(bytes: Uint8Array, source: string, isNamed: boolean, options: TextOptions): Content {
  let text: string | undefined;
  const content: Content = {
    source,
    bytes,
    options,
    notes: [],
    beginsWith: (magic) => beginsWith(bytes, magic),
    text: () => (text ??= content.pieces((pieces) => joined(content, pieces))),
    pieces: (use) => inEncoding(content, isNamed, (encoding) => use(piecesOf(bytes, encoding))),
    utf8: (use) => inEncoding(content, isNamed, (encoding) => use(utf8Of(bytes, encoding))),
  };
  return content;
}

/** Whether there are control characters that no text has. */
const isBinary = (bytes: Uint8Array): boolean =>
  bytes.subarray(0, 65_536).some((byte) => byte < 9 || (byte > 13 && byte < 27) || (byte > 27 && byte < 32));

/** Bytes that are made text at a time, and those that are looked at as they are: few enough to stay near the processor. */
const pieceBytes = 2 ** 22;
const utf8Bytes = 2 ** 20;

function* piecesOf(bytes: Uint8Array, encoding: Encoding): Generator<string> {
  const decode = decoderOf(encoding);
  for (let from = 0; from === 0 || from < bytes.length; from += pieceBytes)
    yield decode(bytes.subarray(from, from + pieceBytes), from + pieceBytes >= bytes.length);
}

function* utf8Of(bytes: Uint8Array, encoding: Encoding): Generator<Uint8Array> {
  if (encoding !== "utf-8") {
    const encoder = new TextEncoder();
    for (const piece of piecesOf(bytes, encoding)) yield encoder.encode(piece);
    return;
  }
  const all = withoutMark8(bytes);
  let from = 0;
  do {
    const next = all.subarray(from, from + utf8Bytes);
    const piece = from + next.length < all.length ? next.subarray(0, wholeCharacters(next)) : next;
    if (!isUtf8(piece)) throw new NoText(encoding);
    yield piece;
    from += piece.length;
  } while (from < all.length);
}

/** UTF-8, UTF-16 or UTF-32; what is none of them is read as Windows-1252, which Latin-1 is a part of, and a note says so. */
function inEncoding<T>(content: Content, isNamed: boolean, use: (encoding: Encoding) => T): T {
  const { bytes, source, notes } = content;
  const foreign = foreignKind(bytes);
  if (foreign !== undefined) throw unknownFormat(source, `${source} is ${foreign}: ${readable}.`);
  const encoding = encodingOf(bytes);
  const isText = encoding !== "utf-8" || !isBinary(bytes);
  if (!isText && !isNamed) throw unknownFormat(source, `${source} is no text file: ${readable}.`);
  try {
    return use(encoding);
  } catch (cause) {
    if (!(cause instanceof NoText)) throw cause;
    if (encoding !== "utf-8" || !isText)
      throw new ChainruleError("MALFORMED_DATA", noTextMessage(source), { source }, { cause: cause.cause });
  }
  const note = latinNote(source);
  if (!notes.includes(note)) notes.push(note);
  return use("windows-1252");
}

/** As one text. V8 holds texts of at most 2^29 − 24 characters. */
function joined({ source, bytes }: Content, pieces: Iterable<string>): string {
  let text = "";
  for (const piece of pieces) {
    if (text.length + piece.length <= 2 ** 29 - 25) text += piece;
    else
      throw new ChainruleError(
        "OUT_OF_MEMORY",
        `${source} is too long to be read as one text (over 512 MB). Write it as CSV, Parquet or JSON with one object a line, or cut it into smaller files.`,
        { source, bytes: bytes.length },
      );
  }
  return text;
}

export function unknownFormat(source: string, message: string): ChainruleError {
  return new ChainruleError("UNKNOWN_FORMAT", message, { source });
}
