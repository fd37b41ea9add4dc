// JSON text → table: an array of objects, or one object per line.
import { ChainruleError } from "../ir/errors.ts";
import { deepest, isTooDeep } from "../ir/json.ts";
import { type Cell, makeTable, type Table } from "./table.ts";
import { quote, quoteList } from "./wording.ts";

/**
 * Reads an array of objects, or newline-delimited JSON (one object per line; a single object is one row). Columns are the keys in order of first
 * appearance; a key that a row lacks is missing there; nested arrays and objects become their JSON text.
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
  if (!Array.isArray(value)) throw notRows(source, value);
  return tableFromRows(value, { source });
}

/**
 * Table from objects in memory: one object per row, keys as column names.
 *
 * @throws ChainruleError EMPTY_DATA (no rows), MALFORMED_DATA (a row that is no object)
 * @example
 * const table = tableFromRows([{ x: 1, y: 2 }, { x: 3, y: 4 }], { source: "points" });
 */
export function tableFromRows(rows: readonly unknown[], options: { source: string }): Table {
  const numbers = Int32Array.from({ length: rows.length }, (_, r) => r + 1);
  return build(options.source, rows, numbers);
}

function fromLines(source: string, text: string): Table {
  const rows: unknown[] = [];
  const lines: number[] = [];
  text.split(/\r?\n/).forEach((line, l) => {
    if (line.trim() === "") return;
    rows.push(parse(line.trim(), source, l + 1));
    lines.push(l + 1);
  });
  return build(source, rows, Int32Array.from(lines));
}

function build(source: string, rows: readonly unknown[], rowNumbers: Int32Array): Table {
  if (rows.length === 0) {
    throw new ChainruleError("EMPTY_DATA", `${source} holds no rows. Add at least one object.`, { source });
  }
  const columns = new Map<string, Cell[]>();
  for (let r = 0; r < rows.length; r++) {
    const row = rows[r];
    if (typeof row !== "object" || row === null || Array.isArray(row)) {
      throw new ChainruleError(
        "MALFORMED_DATA",
        `${source}, row ${rowNumbers[r]} must be an object with a value per column, and is ${kind(row)}. Write each row as {"column": value, ...}.`,
        { source, row: rowNumbers[r] },
      );
    }
    for (const [name, value] of Object.entries(row)) {
      let cells = columns.get(name);
      if (cells === undefined) columns.set(name, (cells = new Array<Cell>(rows.length).fill(null)));
      if (isTooDeep(value)) throw tooDeep(source, rowNumbers[r]!, name);
      cells[r] = toCell(value);
    }
  }
  return makeTable(source, [...columns.keys()], [...columns.values()], rowNumbers);
}

function tooDeep(source: string, row: number, column: string): ChainruleError {
  return new ChainruleError(
    "MALFORMED_DATA",
    `${source}, row ${row} has arrays or objects more than ${deepest.toLocaleString("en")} deep under ${quote(column)}. A cell must be a plain value, or be nested less deeply.`,
    { source, row, column },
  );
}

/** A value of JSON or Parquet as a cell: bigints become numbers, dates ISO text, bytes hexadecimal, objects JSON text. */
export function toCell(value: unknown): Cell {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value;
    case "bigint":
      return Number(value);
    case "object":
      if (value === null) return null;
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
      if (value instanceof Uint8Array) return Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
      return JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? Number(inner) : inner)) ?? null;
    default:
      return null;
  }
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
    `${source} must hold an array of objects, and holds ${kind(value)}. ${mend}`,
    { source },
  );
}

function kind(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return `one object with the keys ${quoteList(Object.keys(value), 5)}`;
  return `the ${typeof value} ${JSON.stringify(value)}`.slice(0, 80);
}
