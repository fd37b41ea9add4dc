// Objects in memory → table: one object per row, keys as column names.
import { ChainruleError } from "../ir/errors.ts";
import { deepest, isRecord, isTooDeep } from "../ir/json.ts";
import { CellsWriter } from "./column-cells.ts";
import { type Cell, checkCells, makeTable, type Table } from "./table.ts";
import { quote, quoteList } from "./wording.ts";

/**
 * Table from objects in memory: one object per row, keys as column names; of an object in an object, "outer.inner".
 *
 * @throws ChainruleError EMPTY_DATA (no rows), MALFORMED_DATA (a row that is no object)
 * @example
 * const table = tableFromRows([{ x: 1, y: 2 }, { x: 3, y: 4 }], { source: "points" });
 */
export function tableFromRows(rows: readonly unknown[], options: { source: string }): Table {
  const numbers = Int32Array.from({ length: rows.length }, (_, r) => r + 1);
  return tableOfRows(options.source, rows, numbers);
}

/** What to do where keys differ from row to row. */
export const sameKeys = `Give all rows the same keys: what differs from row to row is a value, as in {"key": "k17", "value": 1}.`;

/** `rowNumbers`: as those of Table. `cellOf` makes cells of the values. `size`: characters that the rows were read from. */
export function tableOfRows(
  source: string,
  rows: readonly unknown[],
  rowNumbers: Int32Array,
  cellOf: (value: unknown) => Cell = toCell,
  size = Number.POSITIVE_INFINITY,
): Table {
  if (rows.length === 0) {
    throw new ChainruleError("EMPTY_DATA", `${source} holds no rows. Add at least one object.`, { source });
  }
  const columns = new Map<string, CellsWriter>();
  for (let r = 0; r < rows.length; r++) {
    const row = rows[r];
    if (typeof row !== "object" || row === null || Array.isArray(row)) {
      throw new ChainruleError(
        "MALFORMED_DATA",
        `${source}, row ${rowNumbers[r]} must be an object with a value per column, and is ${kindOf(row)}. Write each row as {"column": value, ...}.`,
        { source, row: rowNumbers[r] },
      );
    }
    for (const [name, value] of fieldsOf(row, (column) => tooDeep(source, rowNumbers[r]!, column))) {
      let cells = columns.get(name);
      if (cells === undefined) {
        checkCells(source, rows.length, columns.size + 1, size, sameKeys);
        columns.set(name, (cells = new CellsWriter()));
      }
      cells.write(r, cellOf(value));
    }
  }
  const cells = Array.from(columns.values(), (column) => column.take(rows.length));
  return makeTable(source, [...columns.keys()], cells, rowNumbers);
}

/** Names and values of an object; one that lies in it gives its own as "outer.inner". */
function* fieldsOf(row: object, fail: (column: string) => Error): Generator<readonly [string, unknown]> {
  for (const [name, value] of Object.entries(row)) {
    if (isTooDeep(value)) throw fail(name);
    const open: (readonly [string, unknown])[] = [[name, value]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [path, inner] = next;
      const parts = isPlainObject(inner) ? Object.entries(inner) : [];
      if (parts.length === 0) yield isPlainObject(inner) ? [path, null] : next;
      for (const [key, part] of parts.reverse()) open.push([`${path}.${key}`, part]);
    }
  }
}

const isPlainObject = (value: unknown): value is object =>
  isRecord(value) && !(value instanceof Date) && !ArrayBuffer.isView(value);

function tooDeep(source: string, row: number, column: string): ChainruleError {
  return new ChainruleError(
    "MALFORMED_DATA",
    `${source}, row ${row} has arrays or objects more than ${deepest.toLocaleString("en")} deep under ${quote(column)}. A cell must be a plain value, or be nested less deeply.`,
    { source, row, column },
  );
}

/** A value of JSON or Parquet as a cell: bigints become numbers where these are exact and text elsewhere, dates ISO text, bytes hexadecimal, objects JSON text. */
export function toCell(value: unknown): Cell {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value;
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case "object":
      if (value === null) return null;
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
      if (value instanceof Uint8Array) return Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
      return JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? toCell(inner) : inner)) ?? null;
    default:
      return null;
  }
}

/** What a value is that should be a row, or rows. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return `one object with the keys ${quoteList(Object.keys(value), 5)}`;
  return `the ${typeof value} ${JSON.stringify(value)}`.slice(0, 80);
}
