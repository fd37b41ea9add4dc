// What a file holds, as bytes and as text, and what is said where it is neither of a known format nor text.
import { ChainruleError } from "../../ir/errors.ts";
import type { Content, TextOptions } from "./format.ts";
import { readable, unreadable } from "./index.ts";

/** `isNamed`: the file's name says its format. */
export function contentOf(bytes: Uint8Array, source: string, isNamed: boolean, options: TextOptions): Content {
  let text: string | undefined;
  const content: Content = {
    source,
    bytes,
    options,
    notes: [],
    beginsWith: (magic) =>
      bytes.length >= magic.length && [...magic].every((character, i) => bytes[i] === character.charCodeAt(0)),
    text: () => (text ??= content.pieces((pieces) => joined(content, pieces))),
    pieces: (use) => inEncoding(content, isNamed, use),
  };
  return content;
}

/** By the byte order mark; without one, UTF-16 has a zero in every other of the first bytes. */
function wideEncoding(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const head = bytes.subarray(0, 1024);
  if (head.length < 4) return undefined;
  const zeros = [0, 0];
  for (let i = 0; i < head.length; i++) if (head[i] === 0) zeros[i % 2]!++;
  const many = 0.8 * (head.length / 2);
  if (zeros[1]! > many && zeros[0] === 0) return "utf-16le";
  return zeros[0]! > many && zeros[1] === 0 ? "utf-16be" : undefined;
}

/** Whether there are control characters that no text has. */
const isBinary = (bytes: Uint8Array): boolean =>
  bytes.subarray(0, 65_536).some((byte) => byte < 9 || (byte > 13 && byte < 27) || (byte > 27 && byte < 32));

/** What Windows-1252 has from 0x80 to 0x9f. Node from 20.18.3, 22.13 and 23.4 on decodes these as Latin-1 does: nodejs/node#56542. */
const above7f = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";
const windows1252 = (text: string): string => text.replace(/[\u0080-\u009f]/g, (c) => above7f[c.charCodeAt(0) - 0x80]!);

/** Bytes that are made text at a time. */
const pieceBytes = 2 ** 22;
type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

/** The bytes are no text of the encoding. */
class NoText extends Error {}

function* piecesOf(bytes: Uint8Array, encoding: Encoding): Generator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  for (let from = 0; from === 0 || from < bytes.length; from += pieceBytes) {
    let piece: string;
    try {
      const stream = from + pieceBytes < bytes.length;
      piece = decoder.decode(bytes.subarray(from, from + pieceBytes), { stream });
    } catch (cause) {
      throw new NoText(encoding, { cause });
    }
    yield encoding === "windows-1252" ? windows1252(piece) : piece;
  }
}

/** UTF-8, or UTF-16; what is neither is read as Windows-1252, which Latin-1 is a part of, and a note says so. */
function inEncoding<T>(content: Content, isNamed: boolean, use: (pieces: Iterable<string>) => T): T {
  const { bytes, source, notes } = content;
  const foreign = unreadable.find(([magic]) => content.beginsWith(magic));
  if (foreign !== undefined) throw unknownFormat(source, `${source} is ${foreign[1]}: ${readable}.`);
  const wide = wideEncoding(bytes);
  const isText = wide !== undefined || !isBinary(bytes);
  if (!isText && !isNamed) throw unknownFormat(source, `${source} is no text file: ${readable}.`);
  try {
    return use(piecesOf(bytes, wide ?? "utf-8"));
  } catch (cause) {
    if (!(cause instanceof NoText)) throw cause;
    if (wide !== undefined || !isText) {
      throw new ChainruleError(
        "MALFORMED_DATA",
        `${source} is not text in UTF-8, UTF-16 or Windows-1252. Save it as UTF-8 (in a spreadsheet: "CSV UTF-8").`,
        { source },
        { cause: cause.cause },
      );
    }
  }
  const note = `${source} is not UTF-8, and is read as Windows-1252 (Latin-1). If letters such as é come out wrong, save it as UTF-8.`;
  if (!notes.includes(note)) notes.push(note);
  return use(piecesOf(bytes, "windows-1252"));
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
