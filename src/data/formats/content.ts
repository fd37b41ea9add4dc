// What a file holds, as bytes and as text, and what is said where it is neither of a known format nor text.
import { ChainruleError } from "../../ir/errors.ts";
import type { Content } from "./format.ts";
import { readable, unreadable } from "./index.ts";

/** `isNamed`: the file's name says its format. */
export function contentOf(bytes: Uint8Array, source: string, isNamed: boolean): Content {
  let text: string | undefined;
  const content: Content = {
    source,
    bytes,
    beginsWith: (magic) =>
      bytes.length >= magic.length && [...magic].every((character, i) => bytes[i] === character.charCodeAt(0)),
    text: () => (text ??= textOf(content, isNamed)),
  };
  return content;
}

function textOf(content: Content, isNamed: boolean): string {
  const { bytes, source } = content;
  const foreign = unreadable.find(([magic]) => content.beginsWith(magic));
  if (foreign !== undefined) throw unknownFormat(source, `${source} is ${foreign[1]}: ${readable}.`);
  if (!isNamed && bytes.subarray(0, 4096).includes(0) && !hasUtf16Mark(bytes)) throw noText(source);
  return decode(bytes, source, isNamed);
}

const noText = (source: string) => unknownFormat(source, `${source} is no text file: ${readable}.`);

function hasUtf16Mark(content: Uint8Array): boolean {
  return (content[0] === 0xff && content[1] === 0xfe) || (content[0] === 0xfe && content[1] === 0xff);
}

/** UTF-8, or UTF-16 with a byte order mark. */
function decode(content: Uint8Array, source: string, isNamed: boolean): string {
  const encoding = !hasUtf16Mark(content) ? "utf-8" : content[0] === 0xff ? "utf-16le" : "utf-16be";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(content);
  } catch (cause) {
    if (content.length > 2 ** 29 - 25) {
      // V8 holds strings of at most 2^29 − 24 characters.
      throw new ChainruleError(
        "OUT_OF_MEMORY",
        `${source} is too long to be read as text (over 512 MB). Convert it to Parquet, or cut it into smaller files.`,
        { source, bytes: content.length },
        { cause },
      );
    }
    if (!isNamed) throw noText(source);
    throw new ChainruleError(
      "MALFORMED_DATA",
      `${source} is not UTF-8 text. Save it as UTF-8 (in a spreadsheet: "CSV UTF-8").`,
      { source },
      { cause },
    );
  }
}

export function unknownFormat(source: string, message: string): ChainruleError {
  return new ChainruleError("UNKNOWN_FORMAT", message, { source });
}
