// JSON: rows as objects, in an array or one a line; columns as arrays; the forms of pandas.
import { ChainruleError } from "../../ir/errors.ts";
import { isRecord, isTooDeep } from "../../ir/json.ts";
import { kindOf, sameKeys, tableOfRows, toCell } from "../rows.ts";
import { type Cell, checkCells, type Table } from "../table.ts";
import { quote } from "../wording.ts";
import type { FileFormat } from "./format.ts";
import { openJsonLines } from "./json-lines-blocks.ts";

export const json: FileFormat = {
  name: "JSON",
  variants: "an array of objects, or one a line",
  endings: ["json", "ndjson", "jsonl"],
  recognizes: (text) => /^\s*[[{]/.test(text),
  read: async (content) => parseJsonRows(content.text(), content),
  open: (path, size, { source }) => openJsonLines(path, size, { source, areLines, parse: fromLines }),
};

/**
 * Reads an array of objects, or newline-delimited JSON (one object per line; a single object is one row). Columns are the keys in order of first
 * appearance; a key that a row lacks is missing there; of an object in an object the columns are "outer.inner", and arrays become
 * their JSON text. Columns as arrays are read, too ({ x: [1, 2], y: [3, 4] }), and the forms "columns" and "split" of pandas. Numbers
 * that no float64 holds digit for digit stay text as it is written, and NaN as Python writes it is missing.
 *
 * @throws ChainruleError EMPTY_DATA, MALFORMED_DATA (not JSON, or no rows of objects), naming source and row; OUT_OF_MEMORY where
 *   keys differ so from row to row that nearly all cells would be empty
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
  if (areLines(source, body)) return fromLines(source, text);

  const exact = exactly(body);
  const value = parse(exact.text, source);
  const check = (rows: number, columns: number) => checkCells(source, rows, columns, body.length, sameKeys);
  const rows = isFlatObject(value) ? [value] : (rowsOf(value, exact.cell, check) ?? value);
  if (!Array.isArray(rows)) throw notRows(source, value);
  const rowNumbers = Int32Array.from({ length: rows.length }, (_, r) => r + 1);
  return tableOfRows(source, rows, rowNumbers, exact.cell, body.length);
}

const areLines = (source: string, body: string): boolean =>
  body.startsWith("{") && (/\.(ndjson|jsonl)(\.\w+)?$/i.test(source) || firstLineIsObject(body));

/** `first`: the number of the first line. */
function fromLines(source: string, written: string, first = 1): Table {
  const rows: unknown[] = [];
  const lines: number[] = [];
  const { text, cell } = exactly(written);
  text.split(/\r?\n/).forEach((line, l) => {
    if (line.trim() === "") return;
    rows.push(parse(line.trim(), source, first + l));
    lines.push(first + l);
  });
  return tableOfRows(source, rows, Int32Array.from(lines), cell, text.length);
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
    JSON.parse(exactly(body.slice(0, end)).text);
    return true;
  } catch {
    // Several objects of which the first is broken: still lines, if the second line starts an object too.
    return /}\s*$/.test(body.slice(0, end)) && body.slice(end).trimStart().startsWith("{");
  }
}

function parse(text: string, source: string, line?: number): unknown {
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

/** What does not stay as it is: numbers of 16 digits, or with an exponent of three, −0 in a list, and what Python writes. */
const suspects = String.raw`-0(?:\.0*)?(?![\d.eE])|-?\d[\d.]{15,}(?:[eE][-+]?\d+)?|-?\d[\d.]*[eE][-+]?\d{3,}|-?\b(?:NaN|Infinity)\b`;
/** Strings beside them, so that what looks like a number in one is left alone. */
const tokens = new RegExp(String.raw`"[^"\\]*(?:\\.[^"\\]*)*"|${suspects}`, "g");
/** Stands before such a number, which is made a string: no character, so that texts do without it. */
const mark = "\uFFFF";

/** The text with numbers that JSON.parse would not keep as strings, and what makes cells of values. */
function exactly(text: string): { text: string; cell(value: unknown): Cell } {
  if (isAllKept(text) || /\uFFFF|\\uFFFF/i.test(text)) return { text, cell: toCell };
  const marked = text.replace(tokens, (token) => (isKept(token) ? token : `"${mark}${token}"`));
  return { text: marked, cell: unmarked };
}

/** Most texts hold no such number, and are not taken apart. */
function isAllKept(text: string): boolean {
  for (const [token] of text.matchAll(new RegExp(suspects, "g"))) if (!isKept(token)) return false;
  return true;
}

const jsonNumber = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:e([-+]?\d+))?$/i;

/** Whether JSON.parse gives what is written, or an error: a string, a number that is the same in float64. Of a whole one every digit counts. */
function isKept(token: string): boolean {
  if (token.startsWith('"')) return true;
  if (/[NI]|^-0(\.0*)?$/.test(token)) return false;
  if (!jsonNumber.test(token)) return true;
  const value = Number(token);
  if (/^-?\d+$/.test(token)) return Number.isSafeInteger(value);
  return String(value) === token || (Number.isFinite(value) && decimalOf(String(value)) === decimalOf(token));
}

/** Digits without zeros at the ends, and a power of ten: the same for equal numbers. */
function decimalOf(number: string): string {
  const [, sign, whole, fraction = "", exponent = "0"] = jsonNumber.exec(number)!;
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const short = digits.replace(/0+$/, "");
  return short === "" ? "0" : `${sign}${short}e${Number(exponent) - fraction.length + digits.length - short.length}`;
}

function unmarked(value: unknown): Cell {
  const cell = toCell(value);
  if (typeof cell !== "string") return cell;
  if (typeof value === "object") return cell.replace(/"\uFFFF([^"]*)"/g, "$1");
  if (!cell.startsWith(mark)) return cell;
  const written = cell.slice(mark.length);
  return /[NI]/.test(written) ? Number(written) : written;
}

/**
 * Rows of columns as arrays, of columns as objects by row ("columns" of pandas), and of its "split"; undefined for anything else. `check`
 * is told how many rows and columns there will be.
 */
function rowsOf(
  value: unknown,
  cell: (value: unknown) => Cell,
  check: (rows: number, columns: number) => void,
): Record<string, unknown>[] | undefined {
  if (!isRecord(value)) return undefined;
  const { columns, data } = value;
  if (Array.isArray(columns) && Array.isArray(data) && data.every(Array.isArray) && !columns.some(isTooDeep)) {
    check(data.length, columns.length);
    return data.map((row: unknown[]) =>
      Object.fromEntries(columns.map((name, c) => [String(cell(name)), row[c] ?? null])),
    );
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
  check(keys.length, entries.length);
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
