// How bytes stand for characters: UTF-8, UTF-16, UTF-32 or Windows-1252, told by a mark at their beginning, or by where zeros are among them.

export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "utf-32le" | "utf-32be" | "windows-1252";

/** Of UTF-32 before UTF-16, whose mark that of UTF-32 begins with. */
const marks: readonly (readonly [Encoding, readonly number[]])[] = [
  ["utf-32le", [0xff, 0xfe, 0, 0]],
  ["utf-32be", [0, 0, 0xfe, 0xff]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/** Bytes that are looked at. */
const headBytes = 65_536;
/** Of text that is Latin for the most part, more of the characters have a byte of zero. */
const latinShare = 0.3;
/** Of other text in UTF-16: its commas, digits and line ends have some. */
const fewestZeros = 4;

/**
 * The encoding of a text by its beginning: UTF-8 unless a mark says otherwise, or bytes of zero stand where only UTF-16 and UTF-32 have
 * them. Whether all of it is text of that encoding is found out by decoding it.
 */
export function encodingOf(bytes: Uint8Array): Encoding {
  const marked = marks.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte));
  if (marked !== undefined) return marked[0];
  const head = bytes.subarray(0, Math.min(headBytes, bytes.length - (bytes.length % 4)) || bytes.length);
  if (head.length < 2 || !head.includes(0)) return "utf-8";
  if (head.length >= 4) for (const wide of ["utf-32le", "utf-32be"] as const) if (isClean(head, wide)) return wide;
  const zeros = [0, 0];
  for (let i = 0; i < head.length; i++) if (head[i] === 0) zeros[i % 2]!++;
  const [even, odd] = zeros as [number, number];
  // The upper byte of a Latin letter, a digit or a comma is zero.
  const encoding = odd > even ? "utf-16le" : "utf-16be";
  const isWide = Math.max(odd, even) > 4 * Math.min(odd, even) && isClean(head, encoding);
  const isLatin = Math.max(odd, even) >= (latinShare * head.length) / 2;
  return isWide && (isLatin || hasWideLines(head, encoding, Math.max(odd, even))) ? encoding : "utf-8";
}

/**
 * Whether bytes that are no UTF-8 but for the zeros have as many line ends in UTF-16 as bytes that could be one: text in UTF-8 with a zero in it has
 * its line ends in UTF-8.
 */
function hasWideLines(head: Uint8Array, encoding: Encoding, zeros: number): boolean {
  const narrow = head.filter((byte) => byte !== 0);
  if (zeros < fewestZeros || isClean(narrow, "utf-8")) return false;
  const count = (of: Iterable<unknown>, one: unknown): number => {
    let n = 0;
    for (const each of of) if (each === one) n++;
    return n;
  };
  const lines = count(decoderOf(encoding)(head, false), "\n");
  return lines > 0 && lines >= 0.8 * count(head, 10);
}

/** Whether bytes are text of an encoding, without characters that no text has. */
function isClean(head: Uint8Array, encoding: Encoding): boolean {
  try {
    return !hasControls(decoderOf(encoding)(head, false));
  } catch {
    return false;
  }
}

/** Controls but for blanks, line ends and escapes; what is no character; and planes of Unicode without one. */
const hasControls = (text: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /[\u0000-\u0008\u000e-\u001a\u001c-\u001f\ufffe\uffff\u{40000}-\u{dffff}]/u.test(text);

/** The bytes are no text of the encoding. */
export class NoText extends Error {}

/** Makes text of bytes that come piece by piece. Throws NoText. */
export type Decoder = (bytes: Uint8Array, isLast: boolean) => string;

export function decoderOf(encoding: Encoding): Decoder {
  if (encoding === "utf-32le" || encoding === "utf-32be") return utf32(encoding === "utf-32le");
  const decoder = new TextDecoder(encoding, { fatal: true });
  return (bytes, isLast) => {
    try {
      const text = decoder.decode(bytes, { stream: !isLast });
      return encoding === "windows-1252" ? windows1252(text) : text;
    } catch (cause) {
      throw new NoText(encoding, { cause });
    }
  };
}

/** What Windows-1252 has from 0x80 to 0x9f. Node from 20.18.3, 22.13 and 23.4 on decodes these as Latin-1 does: nodejs/node#56542. */
const above7f = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";
const windows1252 = (text: string): string => text.replace(/[\u0080-\u009f]/g, (c) => above7f[c.charCodeAt(0) - 0x80]!);

/** No TextDecoder has it. */
function utf32(isLittle: boolean): Decoder {
  let rest = new Uint8Array(0);
  let isFirst = true;
  return (bytes, isLast) => {
    const all = new Uint8Array(rest.length + bytes.length);
    all.set(rest);
    all.set(bytes, rest.length);
    const whole = all.length - (all.length % 4);
    const view = new DataView(all.buffer);
    const parts: string[] = [];
    for (let from = 0; from < whole; from += 4096) {
      let part = "";
      for (let at = from; at < Math.min(whole, from + 4096); at += 4) {
        const point = view.getUint32(at, isLittle);
        if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) throw new NoText(`${point} is no character`);
        if (!(isFirst && point === 0xfeff)) part += String.fromCodePoint(point);
        isFirst = false;
      }
      parts.push(part);
    }
    rest = all.slice(whole);
    if (isLast && rest.length > 0) throw new NoText("it ends within a character");
    return parts.join("");
  };
}

/** The mark at the beginning of a text in UTF-8. */
const mark8 = [0xef, 0xbb, 0xbf];

/** Without it. */
export const withoutMark8 = (bytes: Uint8Array): Uint8Array =>
  mark8.every((byte, i) => bytes[i] === byte) ? bytes.subarray(mark8.length) : bytes;

/** Node's own: a page has none. */
const native = globalThis.process?.getBuiltinModule?.("node:buffer");

export const isAscii: (bytes: Uint8Array) => boolean =
  native?.isAscii ?? ((bytes) => bytes.every((byte) => byte < 0x80));

export const isUtf8: (bytes: Uint8Array) => boolean =
  native?.isUtf8 ??
  ((bytes) => {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      return true;
    } catch {
      return false;
    }
  });

/** How many bytes of UTF-8 come before a character that is cut off at the end. */
export function wholeCharacters(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= Math.min(3, length); back++) {
    const byte = bytes[length - back]!;
    const size = byte < 0x80 ? 1 : byte < 0xc0 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    if (size > 0) return size > back ? length - back : length;
  }
  return length;
}

/** One after the other. */
export function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

/** What is said of a text that is read so since it is no UTF-8. */
export const latinNote = (source: string): string =>
  `${source} is not UTF-8, and is read as Windows-1252 (Latin-1). If letters such as é come out wrong, save it as UTF-8.`;

export const noTextMessage = (source: string): string =>
  `${source} is not text in UTF-8, UTF-16, UTF-32 or Windows-1252. Save it as UTF-8 (in a spreadsheet: "CSV UTF-8").`;
