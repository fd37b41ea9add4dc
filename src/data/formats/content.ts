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
    text: () => (text ??= textOf(content, isNamed)),
  };
  return content;
}

function textOf(content: Content, isNamed: boolean): string {
  const { source } = content;
  const foreign = unreadable.find(([magic]) => content.beginsWith(magic));
  if (foreign !== undefined) throw unknownFormat(source, `${source} is ${foreign[1]}: ${readable}.`);
  return decode(content, isNamed);
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
const windows1252 = (bytes: Uint8Array): string =>
  new TextDecoder("windows-1252").decode(bytes).replace(/[\u0080-\u009f]/g, (c) => above7f[c.charCodeAt(0) - 0x80]!);

/** UTF-8, or UTF-16; what is neither is read as Windows-1252, which Latin-1 is a part of, and a note says so. */
function decode({ bytes, source, notes }: Content, isNamed: boolean): string {
  const wide = wideEncoding(bytes);
  const isText = wide !== undefined || !isBinary(bytes);
  if (!isText && !isNamed) throw unknownFormat(source, `${source} is no text file: ${readable}.`);
  try {
    return new TextDecoder(wide ?? "utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    if (bytes.length > 2 ** 29 - 25) {
      // V8 holds strings of at most 2^29 − 24 characters.
      throw new ChainruleError(
        "OUT_OF_MEMORY",
        `${source} is too long to be read as text (over 512 MB). Convert it to Parquet, or cut it into smaller files.`,
        { source, bytes: bytes.length },
        { cause },
      );
    }
    if (wide !== undefined || !isText) {
      throw new ChainruleError(
        "MALFORMED_DATA",
        `${source} is not text in UTF-8, UTF-16 or Windows-1252. Save it as UTF-8 (in a spreadsheet: "CSV UTF-8").`,
        { source },
        { cause },
      );
    }
    notes.push(
      `${source} is not UTF-8, and is read as Windows-1252 (Latin-1). If letters such as é come out wrong, save it as UTF-8.`,
    );
    return windows1252(bytes);
  }
}

export function unknownFormat(source: string, message: string): ChainruleError {
  return new ChainruleError("UNKNOWN_FORMAT", message, { source });
}
