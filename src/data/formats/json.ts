// JSON: rows as objects, in an array or one a line; columns as arrays; the forms of pandas.
import { ChainruleError } from "../../ir/errors.ts";
import { isRecord } from "../../ir/json.ts";
import { kindOf, tableFromRows, tableOfRows } from "../rows.ts";
import type { Table } from "../table.ts";
import { quote } from "../wording.ts";
import type { FileFormat } from "./format.ts";

export const json: FileFormat = {
  name: "JSON",
  variants: "an array of objects, or one a line",
  endings: ["json", "ndjson", "jsonl"],
  recognizes: (text) => /^\s*[[{]/.test(text),
  read: async (content) => parseJsonRows(content.text(), content),
};

/**
 * Reads an array of objects, or newline-delimited JSON (one object per line; a single object is one row). Columns are the keys in order of first
 * appearance; a key that a row lacks is missing there; of an object in an object the columns are "outer.inner", and arrays become
 * their JSON text. Columns as arrays are read, too ({ x: [1, 2], y: [3, 4] }), and the forms "columns" and "split" of pandas. Whole
 * numbers that no float64 holds stay text, and NaN as Python writes it is missing.
 *
 * @throws ChainruleError EMPTY_DATA, MALFORMED_DATA (not JSON, or no rows of objects), naming source and row
 * @example
 * const table = parseJsonRows('[{"x": 1, "y": 2}]', { source: "points.json" });
 */
export function parseJsonRows(text: string, options: { source: string }): Table {
  const { source } = options;
  const body = text.trim(); // also takes off a byte order mark
  if (body === "") {
    throw new ChainruleError("EMPTY_DATA", `${source} is empty. It needs an array of objects, or one object a line.`, {
      source,
    });
  }
  if (body.startsWith("{") && firstLineIsObject(body)) return fromLines(source, text);

  const value = parse(body, source);
  if (isFlatObject(value)) return tableFromRows([value], { source });
  const rows = rowsOf(value);
  if (rows) return tableFromRows(rows, { source });
  if (!Array.isArray(value)) throw notRows(source, value);
  return tableFromRows(value, { source });
}

function fromLines(source: string, text: string): Table {
  const rows: unknown[] = [];
  const lines: number[] = [];
  text.split(/\r?\n/).forEach((line, l) => {
    if (line.trim() === "") return;
    rows.push(parse(line.trim(), source, l + 1));
    lines.push(l + 1);
  });
  return tableOfRows(source, rows, Int32Array.from(lines));
}

/** An object of plain values is a single row; one that holds arrays or objects is some other document. */
function isFlatObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((inner) => typeof inner !== "object" || inner === null);
}

function firstLineIsObject(body: string): boolean {
  const end = body.indexOf("\n");
  if (end === -1) return false;
  try {
    JSON.parse(body.slice(0, end));
    return true;
  } catch {
    // Several objects of which the first is broken: still lines, if the second line starts an object too.
    return /}\s*$/.test(body.slice(0, end)) && body.slice(end).trimStart().startsWith("{");
  }
}

function parse(written: string, source: string, line?: number): unknown {
  // The position in an error is one in this text.
  const text = exact(written);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = (cause as SyntaxError).message;
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? Number.NaN);
    const row = line ?? (Number.isNaN(position) ? undefined : text.slice(0, position).split("\n").length);
    const near = Number.isNaN(position) ? "" : ` near ${quote(text.slice(position, position + 20))}`;
    const cutOff = position >= text.length || /end of JSON input|Unterminated/.test(message);
    const problem = cutOff
      ? "is not valid JSON: the text ends too early. Was it cut off?"
      : `is not valid JSON${near}. Mend it: JSON wants double quotes, no comma before ] or }, and null for a missing value.`;
    throw new ChainruleError(
      "MALFORMED_DATA",
      `${source}${row === undefined ? "" : `, line ${row}`} ${problem}`,
      { source, row },
      { cause },
    );
  }
}

/** Strings, so that what looks like a number in them is left alone; long whole numbers; what Python writes. */
const inexact = /"(?:[^"\\]+|\\.)*"|-?\d{16,}(?![\d.eE])|\bNaN\b|-?\bInfinity\b/g;

/** Whole numbers that no float64 holds as text, so that ids stay what they are; NaN as null. */
function exact(text: string): string {
  if (!/\d{16}|NaN|Infinity/.test(text)) return text;
  return text.replace(inexact, (match) => {
    if (match.startsWith('"')) return match;
    if (match === "NaN") return "null";
    // Written so that JSON.parse gives an infinity.
    if (match.endsWith("Infinity")) return match.replace("Infinity", "1e999");
    return Number.isSafeInteger(Number(match)) ? match : `"${match}"`;
  });
}

/** Rows of columns as arrays, of columns as objects by row ("columns" of pandas), and of its "split"; undefined for anything else. */
function rowsOf(value: unknown): Record<string, unknown>[] | undefined {
  if (!isRecord(value)) return undefined;
  const { columns, data } = value;
  if (Array.isArray(columns) && Array.isArray(data) && data.every(Array.isArray)) {
    return data.map((row: unknown[]) => Object.fromEntries(columns.map((name, c) => [String(name), row[c] ?? null])));
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return undefined;
  const [, first] = entries[0]!;
  if (Array.isArray(first)) {
    const isTable = entries.every(([, cells]) => Array.isArray(cells) && cells.length === first.length);
    // One array of objects is a table inside of a document.
    const isInside = entries.length === 1 && typeof first[0] === "object" && first[0] !== null;
    if (!isTable || isInside) return undefined;
    return first.map((_, r) => Object.fromEntries(entries.map(([name, cells]) => [name, (cells as unknown[])[r]])));
  }
  const isByRow = isRecord(first) && entries.every(([, cells]) => isRecord(cells) && "0" in cells);
  if (!isByRow) return undefined;
  const keys = Object.keys(first);
  return keys.map((key) =>
    Object.fromEntries(entries.map(([name, cells]) => [name, (cells as Record<string, unknown>)[key] ?? null])),
  );
}

function notRows(source: string, value: unknown): ChainruleError {
  const inside =
    typeof value === "object" && value !== null
      ? Object.entries(value).find(([, inner]) => Array.isArray(inner) && typeof inner[0] === "object")?.[0]
      : undefined;
  const mend =
    inside === undefined
      ? "Write it as [{...}, {...}], or one object a line."
      : `It holds an array under ${quote(inside)}: save that array as a file of its own.`;
  return new ChainruleError(
    "MALFORMED_DATA",
    `${source} must hold an array of objects, and holds ${kindOf(value)}. ${mend}`,
    { source },
  );
}
