// CSV and its kin → table: cells parted by commas, semicolons, tabs, pipes or blanks.
import { ChainruleError } from "../../ir/errors.ts";
import { type Cells, CellsCollector, roomFor } from "../column-cells.ts";
import { makeTable, type Remarks, type Table } from "../table.ts";
import { count } from "../wording.ts";
import { DelimitedRows, type RowBlock } from "./delimited-rows.ts";
import { cellsOf, type Dialect, endsInReturn, inferDialect } from "./dialect.ts";
import { joined, withoutMark8 } from "./encoding.ts";
import type { TextOptions } from "./format.ts";

/** Cells that are read before they are put away column by column. */
const blockCells = 2 ** 20;

export interface DelimitedOptions extends TextOptions {
  readonly source: string;
}

/**
 * Reads text with one row per line; cells stay text, exactly as written.
 *
 * Delimiter, lines before the table, comments and whether there is a header are judged by the first rows. Quotes, quoted
 * newlines, blanks before a quote, a byte order mark, CRLF, blank lines, a delimiter at the end of every row and names of rows
 * (a header of one cell less) are understood. Columns without a header are called "column 1", "column 2", …
 *
 * @throws ChainruleError EMPTY_DATA (no text, or a header alone), RAGGED_ROW (a row with too few or too many cells),
 *   MALFORMED_DATA (a quote that is not closed), each naming source and row
 * @example
 * const table = await parseDelimited("x,y\n1,2\n3,4\n", { source: "points.csv" });
 */
export async function parseDelimited(text: string, options: DelimitedOptions): Promise<Table> {
  const bytes = withoutMark8(new TextEncoder().encode(text));
  return readDelimited([bytes], bytes.length, options);
}

/**
 * The same of bytes of UTF-8 in pieces, cut between characters; what is judged by its first rows is by the first piece. `length`: about the bytes
 * of the whole, so that room for its rows is made once.
 */
export function readDelimited(pieces: Iterable<Uint8Array>, length: number, options: DelimitedOptions): Table {
  const { source } = options;
  let opened: Opened | undefined;
  let top = new Uint8Array(0);
  const blocks = new Blocks();
  for (const piece of pieces) {
    if (opened === undefined) {
      top = joined(top, piece);
      const text = new TextDecoder().decode(top);
      if (text.trim() === "") continue;
      opened = open(text, options);
      opened.rows.add(top, false);
    } else opened.rows.add(piece, false);
    while (opened.rows.read()) blocks.add(opened.rows, length);
  }
  if (opened === undefined) throw emptyText(source);
  const { rows, dialect } = opened;
  rows.add(new Uint8Array(0), true);
  while (rows.read()) blocks.add(rows, 0);
  const { names, cells, rowNumbers } = blocks.end(rows);
  return makeTable(source, names, cells, rowNumbers, remarksOf(source, dialect, options, names));
}

export const emptyText = (source: string): ChainruleError =>
  new ChainruleError("EMPTY_DATA", `${source} is empty. It needs a header row and at least one row under it.`, {
    source,
  });

/** Blocks of rows, put together as they come. */
class Blocks {
  #columns: CellsCollector[] | undefined;
  #rowNumbers = new Int32Array(0);
  #rows = 0;

  /** `length`: the bytes of the whole. */
  add(rows: DelimitedRows, length: number): void {
    const { cells, rowNumbers } = rows.lend();
    const expected = Math.ceil(1.02 * (length / rows.bytes) * rowNumbers.length);
    this.#columns ??= roomFor(cells.length, expected).map((room) => new CellsCollector(expected, room));
    for (const [c, own] of cells.entries()) this.#columns[c]!.append(own);
    const end = this.#rows + rowNumbers.length;
    if (end > this.#rowNumbers.length) {
      const longer = new Int32Array(Math.max(expected, Math.ceil(1.5 * end)));
      longer.set(this.#rowNumbers);
      this.#rowNumbers = longer;
    }
    this.#rowNumbers.set(rowNumbers, this.#rows);
    this.#rows = end;
    rows.clear();
  }

  /** With the last ones. */
  end(last: DelimitedRows): RowBlock {
    const { names } = last.lend();
    if (this.#columns === undefined) return withoutRest(last.take());
    if (last.rows > 0) this.add(last, 0);
    const cells = this.#columns.map((column) => column.end());
    return withoutRest({ names, cells, rowNumbers: this.#rowNumbers.slice(0, this.#rows) });
  }
}

/** A last column without a name and without a cell is what is left of delimiters at the ends of rows. */
export function withoutRest(block: RowBlock): RowBlock {
  const { names, cells, rowNumbers } = block;
  if (names.length < 2 || names.at(-1) !== "" || rowWith(cells.at(-1)!) >= 0) return block;
  return { names: names.slice(0, -1), cells: cells.slice(0, -1), rowNumbers };
}

/** The first row of a column that is not blank. */
export const rowWith = (cells: Cells): number => cells.findRow((cell) => String(cell).trim() !== "");

interface Opened {
  readonly rows: DelimitedRows;
  readonly dialect: Dialect;
}

/** The rows of a text that begins so, and how it is written. */
function open(text: string, { source, delimiter, header }: DelimitedOptions): Opened {
  const dialect = inferDialect(text, { delimiter, hasHeader: header });
  const table = tableOf(text, dialect);
  const width = cellsOf(table.slice(0, 65_536), dialect.delimiter).length;
  const blockRows = Math.max(128, Math.min(65_536, Math.ceil(blockCells / width)));
  return { rows: new DelimitedRows(source, dialect, endsInReturn(table), blockRows), dialect };
}

/** Whether some line of a text is parted by its delimiter. */
export function hasDelimiter(text: string, { delimiter }: TextOptions = {}): boolean {
  const dialect = inferDialect(text, { delimiter });
  return text
    .slice(0, 65_536)
    .split(/\r?\n|\r/)
    .some((line) => cellsOf(line, dialect.delimiter).length > 1);
}

/** The text from the header on. */
export const tableOf = (text: string, { preamble }: Dialect): string => text.slice(lineStart(text, preamble));

/** Where line `n`, counted from 0, begins. */
function lineStart(text: string, n: number): number {
  let at = 0;
  for (let line = 0; line < n; line++) {
    const end = /\r\n|\n|\r/g;
    end.lastIndex = at;
    if (end.exec(text) === null) return text.length;
    at = end.lastIndex;
  }
  return at;
}

/** What is said of the way in which a table is written. */
export const remarksOf = (
  source: string,
  dialect: Dialect,
  { header }: TextOptions,
  names: readonly string[],
): Remarks => ({
  notes: remarksOn(source, dialect),
  warnings: dialect.hasHeader || header === false ? [] : [noHeader(source, names.length)],
  hasHeader: dialect.hasHeader,
});

function remarksOn(source: string, { preamble, delimiter, comment, isHeaderComment }: Dialect): string[] {
  const lines = preamble === 1 ? "The first line" : `The first ${count(preamble, "line")}`;
  const stand = preamble === 1 ? "stands before the table, and is" : "stand before the table, and are";
  const comments = isHeaderComment
    ? `Lines of ${source} that begin with ${comment} are comments, of which the last above the rows names the columns.`
    : `Lines of ${source} that begin with ${comment} are comments, and are passed over.`;
  return [
    ...(preamble > 0 ? [`${lines} of ${source} ${stand} passed over.`] : []),
    ...(comment === "" ? [] : [comments]),
    ...(delimiter === "|" || delimiter === " "
      ? [`The cells of ${source} are parted by ${delimiter === "|" ? "pipes" : "blanks"}.`]
      : []),
  ];
}

const noHeader = (source: string, columns: number) => ({
  message: `The first line of ${source} looks like the rows below it: it is read as a row, and the columns are called "column 1" to "column ${columns}".`,
  settings: [{ setting: "header", value: true, does: "takes it for their names" }],
});
