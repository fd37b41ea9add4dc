// A table as read from a file: named columns of raw cells, and where each row stands in the file.
import { ChainruleError } from "../ir/errors.ts";
import type { Cells } from "./column-cells.ts";
import type { DataWarning } from "./warning.ts";
import { bytes, count, quote, quoteList } from "./wording.ts";

export { type Cell, Cells } from "./column-cells.ts";

/** One column: its name, unique in the table, and one cell per row. */
export interface Column {
  readonly name: string;
  readonly cells: Cells;
  /** What the file says that it holds: the cells of a category may be numbers. */
  readonly declared?: "category";
}

/** Rows that a table has of one file, where it is put together from several. */
export interface TablePart {
  readonly source: string;
  readonly rows: number;
  /** By how much the numbers of its rows are counted up: the rows of the files before it. */
  readonly before: number;
}

/**
 * A table of raw cells, column by column.
 *
 * `rowNumbers[r]` is the number by which a person finds row r: the line of a text file (the header is line 1),
 * otherwise the row counted from 1. `notes` are remarks made while reading, e.g. renamed columns.
 */
export interface Table {
  readonly source: string;
  readonly columns: readonly Column[];
  readonly rows: number;
  readonly rowNumbers: Int32Array;
  /** The files that its rows are of, one after the other, where they are several. */
  readonly parts?: readonly TablePart[];
  readonly notes: readonly string[];
  /** What is unusual, with the settings that change it. */
  readonly warnings: readonly DataWarning[];
  /** Whether its columns have names of their own: a text without a header has none. */
  readonly hasHeader: boolean;
}

/** What reading found out beside the cells. */
export interface Remarks {
  readonly notes?: readonly string[];
  readonly warnings?: readonly DataWarning[];
  readonly hasHeader?: boolean;
}

/**
 * Builds a table; gives unnamed and repeated columns names of their own, and notes it.
 *
 * @throws ChainruleError EMPTY_DATA without columns or rows
 */
export function makeTable(
  source: string,
  names: readonly string[],
  cells: readonly Cells[],
  rowNumbers: Int32Array,
  { notes: remarks = [], warnings = [], hasHeader = true }: Remarks = {},
): Table {
  const rows = rowNumbers.length;
  if (names.length === 0) {
    throw new ChainruleError("EMPTY_DATA", `${source} has no columns: every row is empty. Add named values.`, {
      source,
    });
  }
  if (rows === 0) {
    throw new ChainruleError(
      "EMPTY_DATA",
      `${source} has a header (${count(names.length, "column")}: ${quoteList(names, 5)}) and no rows. Add at least one row under it.`,
      { source, columns: names },
    );
  }
  const notes = [...remarks];
  const unique = uniqueNames(names, notes);
  const columns = unique.map((name, c) => ({ name, cells: cells[c]! }));
  return { source, columns, rows, rowNumbers, notes, warnings, hasHeader };
}

/** Cells that any file may have, empty ones too: 256 MB. */
const fewCells = 2 ** 25;

/**
 * Bounds what a file can cost by what it holds: keys that differ from row to row, or counts that a header declares, make a table that
 * grows with the square of the file.
 *
 * @param size of the file, in bytes or characters
 * @param mend what to do, as a sentence
 * @param perByte cells that a byte of it may stand for
 * @throws ChainruleError OUT_OF_MEMORY
 */
export function checkCells(
  source: string,
  rows: number,
  columns: number,
  size: number,
  mend: string,
  perByte = 4,
): void {
  const cells = rows * columns;
  if (cells <= Math.max(fewCells, perByte * size)) return;
  throw new ChainruleError(
    "OUT_OF_MEMORY",
    `${source} holds ${bytes(size)}, and would be a table of at least ${count(rows, "row")} and ${count(columns, "column")}, nearly all of it empty or the same. ${mend}`,
    { source, rows, columns, size },
  );
}

/** Notes on columns that got another name. */
const mostRenamed = 20;

function uniqueNames(names: readonly string[], notes: string[]): string[] {
  const taken = new Set(names);
  const seen = new Set<string>();
  /** By name, the number that was tried last: of 20,000 columns of one name each would else count from 2. */
  const numbers = new Map<string, number>();
  const renamed: string[] = [];
  const unique = names.map((name, c) => {
    if (name !== "" && !seen.has(name)) {
      seen.add(name);
      return name;
    }
    const base = name === "" ? `column ${c + 1}` : name;
    let n = numbers.get(base) ?? 1;
    let fresh = name === "" ? base : `${base} (${++n})`;
    while (taken.has(fresh)) fresh = `${base} (${++n})`;
    numbers.set(base, n);
    taken.add(fresh);
    renamed.push(
      name === ""
        ? `Column ${c + 1} has no name; it is called ${quote(fresh)}.`
        : `Two columns are named ${quote(name)}; column ${c + 1} is called ${quote(fresh)}.`,
    );
    return fresh;
  });
  for (const note of renamed.slice(0, mostRenamed)) notes.push(note);
  if (renamed.length > mostRenamed)
    notes.push(
      `${count(renamed.length - mostRenamed, "more column")} without a name of their own got one in the same way.`,
    );
  return unique;
}

/** Rows [from, to) of a table. */
export function sliceTable(table: Table, from: number, to: number): Table {
  if (from === 0 && to >= table.rows) return table;
  const columns = table.columns.map((column) => ({ ...column, cells: column.cells.slice(from, to) }));
  const rowNumbers = table.rowNumbers.slice(from, to);
  return { ...table, columns, rows: rowNumbers.length, rowNumbers };
}

const indexes = new WeakMap<Table, ReadonlyMap<string, Column>>();

/** Column by name, or undefined. */
export function findColumn(table: Table, name: string): Column | undefined {
  let index = indexes.get(table);
  if (index === undefined) indexes.set(table, (index = new Map(table.columns.map((column) => [column.name, column]))));
  return index.get(name);
}

/** The file that a row is of, and the row's number in it. */
export function origin({ source, rowNumbers, parts = [] }: Table, row: number): { source: string; row: number } {
  let end = 0;
  for (const part of parts) {
    end += part.rows;
    if (row < end) return { source: part.source, row: rowNumbers[row]! - part.before };
  }
  return { source, row: rowNumbers[row]! };
}

/** `people.csv, row 812, column "age"` */
export const place = (table: Table, row: number, column: string): string => placeOf(origin(table, row), column);

export const placeOf = ({ source, row }: ReturnType<typeof origin>, column: string): string =>
  `${source}, row ${row}, column ${quote(column)}`;
