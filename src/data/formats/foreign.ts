// Files that no format reads, by the bytes they begin with, and what to do with them.

const foreign: readonly (readonly [magic: string, what: string])[] = [
  ["PK\u0003\u0004", "a ZIP archive or Excel workbook. Save the sheet as CSV"],
];

/** What a file is that is named as one of text and is none; undefined where nothing is known of it. */
export const foreignKind = (bytes: Uint8Array): string | undefined =>
  foreign.find(([magic]) => beginsWith(bytes, magic))?.[1];

export const beginsWith = (bytes: Uint8Array, magic: string): boolean =>
  bytes.length >= magic.length && [...magic].every((character, i) => bytes[i] === character.charCodeAt(0));
