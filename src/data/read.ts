// A file, or its bytes, → table: the format comes from the name's ending, otherwise from the content.
import { ChainruleError } from "../ir/errors.ts";
import { node } from "../ir/node.ts";
import { detectDelimiter, parseDelimited } from "./delimited.ts";
import { parseJsonRows } from "./json.ts";
import { parseParquet } from "./parquet.ts";
import type { Table } from "./table.ts";

type Format = "delimited" | "tab" | "json" | "parquet";

const formats = new Map<string, Format>([
  ["csv", "delimited"],
  ["txt", "delimited"],
  ["tsv", "tab"],
  ["tab", "tab"],
  ["json", "json"],
  ["ndjson", "json"],
  ["jsonl", "json"],
  ["parquet", "parquet"],
  ["pq", "parquet"],
]);

const readable = "CSV, TSV, JSON (an array of objects, or one a line) and Parquet can be read";

/**
 * Reads a table from a file (Node only). Formats: .csv, .tsv, .txt, .json, .ndjson, .jsonl, .parquet, .pq; with any
 * other ending the content decides.
 *
 * @throws ChainruleError FILE_NOT_FOUND, UNKNOWN_FORMAT, EMPTY_DATA, MALFORMED_DATA, RAGGED_ROW, OUT_OF_MEMORY
 * @example
 * const table = await readTable("penguins.csv");
 */
export async function readTable(path: string): Promise<Table> {
  const { readFile } = node("node:fs/promises");
  let content: Uint8Array;
  try {
    content = await readFile(path);
  } catch (cause) {
    const code = (cause as { code?: string }).code;
    const problem =
      code === "ENOENT"
        ? "does not exist. Check the path and the folder you are in."
        : code === "EISDIR"
          ? "is a folder. Name the file inside it."
          : `cannot be read (${code ?? (cause as Error).message}). Check its permissions.`;
    throw new ChainruleError("FILE_NOT_FOUND", `${path} ${problem}`, { source: path }, { cause });
  }
  return parseTable(content, { source: path });
}

/**
 * Reads a table from the bytes of a file, e.g. one dropped on a page. `source` is the file's name.
 *
 * @throws ChainruleError UNKNOWN_FORMAT, EMPTY_DATA, MALFORMED_DATA, RAGGED_ROW, OUT_OF_MEMORY
 * @example
 * const table = await parseTable(new Uint8Array(await file.arrayBuffer()), { source: file.name });
 */
export async function parseTable(content: Uint8Array, options: { source: string }): Promise<Table> {
  const { source } = options;
  const ending = /\.([^./\\]+)$/.exec(source)?.[1]?.toLowerCase() ?? "";
  const format = formats.get(ending);
  if (format === "parquet" || (format === undefined && startsWith(content, "PAR1"))) {
    return parseParquet(new Uint8Array(content).buffer, options);
  }
  for (const [magic, what] of [
    ["PK\u0003\u0004", "a ZIP archive or Excel workbook. Save the sheet as CSV"],
    ["\u001f\u008b", "compressed with gzip. Decompress it"],
  ] as const) {
    if (startsWith(content, magic)) throw unknownFormat(source, `${source} is ${what}: ${readable}.`);
  }
  if (format === undefined && content.subarray(0, 4096).includes(0) && !hasUtf16Mark(content)) {
    throw unknownFormat(source, `${source} is no text file: ${readable}.`);
  }
  const text = decode(content, source, format);
  if (format === "json" || (format === undefined && /^\s*[[{]/.test(text))) return parseJsonRows(text, options);
  if (format === "tab") return parseDelimited(text, { source, delimiter: "\t" });
  if (format === undefined && text.trim() !== "" && !hasDelimiter(text)) {
    throw unknownFormat(
      source,
      `${source} is in no known format: its first line holds no comma, semicolon or tab. ${readable}; name the file .csv if it is CSV with one column.`,
    );
  }
  return parseDelimited(text, options);
}

function startsWith(content: Uint8Array, magic: string): boolean {
  return content.length >= magic.length && [...magic].every((character, i) => content[i] === character.charCodeAt(0));
}

function hasUtf16Mark(content: Uint8Array): boolean {
  return (content[0] === 0xff && content[1] === 0xfe) || (content[0] === 0xfe && content[1] === 0xff);
}

function hasDelimiter(text: string): boolean {
  return (text.trimStart().split(/[\r\n]/, 1)[0] ?? "").includes(detectDelimiter(text));
}

/** UTF-8, or UTF-16 with a byte order mark. */
function decode(content: Uint8Array, source: string, format: Format | undefined): string {
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
    if (format === undefined) throw unknownFormat(source, `${source} is no text file: ${readable}.`);
    throw new ChainruleError(
      "MALFORMED_DATA",
      `${source} is not UTF-8 text. Save it as UTF-8 (in a spreadsheet: "CSV UTF-8").`,
      { source },
      { cause },
    );
  }
}

function unknownFormat(source: string, message: string): ChainruleError {
  return new ChainruleError("UNKNOWN_FORMAT", message, { source });
}
