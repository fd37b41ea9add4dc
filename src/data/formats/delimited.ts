// CSV and its kin → table: cells parted by commas, semicolons, tabs, pipes or blanks.
import { ChainruleError } from "../../ir/errors.ts";
import { CellsCollector } from "../column-cells.ts";
import { makeTable, type Table } from "../table.ts";
import { count } from "../wording.ts";
import { DelimitedRows, endsInReturn, type RowBlock } from "./delimited-rows.ts";
import { cellsOf, type Dialect, inferDialect, withoutMark } from "./dialect.ts";
import type { TextOptions } from "./format.ts";

/** Cells that are read before they are put away column by column. */
const blockCells = 2 ** 20;

export interface DelimitedOptions extends TextOptions {
  readonly source: string;
  /** Where it is known already. */
  readonly dialect?: Dialect | undefined;
  /** For a text that goes on where another ended: the names of its columns, and the number of its first line. */
  readonly after?: { readonly names: readonly string[]; readonly line: number } | undefined;
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
  return readDelimited([text.startsWith("\uFEFF") ? text.slice(1) : text], text.length, options);
}

/**
 * The same of a text in pieces; what is judged by its first rows is by the first piece. `length`: about the characters of the whole, so that room
 * for its rows is made once.
 */
export function readDelimited(pieces: Iterable<string>, length: number, options: DelimitedOptions): Table {
  const { source, after } = options;
  let opened: Opened | undefined;
  let top = "";
  const blocks = new Blocks();
  for (const piece of pieces) {
    if (opened === undefined) {
      top += piece;
      if (top.trim() === "") continue;
      opened = open(top, options);
      top = "";
    } else opened.rows.add(piece, false);
    while (opened.rows.read()) blocks.add(opened.rows, length);
  }
  if (opened === undefined)
    throw new ChainruleError("EMPTY_DATA", `${source} is empty. It needs a header row and at least one row under it.`, {
      source,
    });
  const { rows, dialect } = opened;
  rows.add("", true);
  while (rows.read()) blocks.add(rows, 0);
  const { names, cells, rowNumbers } = blocks.end(rows);
  const { hasHeader } = dialect;
  return makeTable(source, names, cells, rowNumbers, {
    notes: after ? [] : remarksOn(source, dialect),
    warnings: after || hasHeader || options.header === false ? [] : [noHeader(source, names.length)],
    hasHeader,
  });
}

/** Blocks of rows, put together as they come. */
class Blocks {
  #columns: CellsCollector[] | undefined;
  #rowNumbers = new Int32Array(0);
  #rows = 0;

  /** `length`: the characters of the whole. */
  add(rows: DelimitedRows, length: number): void {
    const { cells, rowNumbers } = rows.lend();
    const expected = Math.ceil(1.02 * (length / rows.characters) * rowNumbers.length);
    this.#columns ??= cells.map(() => new CellsCollector(expected));
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

  /** With the last ones. A last column without a name and without a cell is what is left of delimiters at the ends of rows. */
  end(last: DelimitedRows): RowBlock {
    const { names } = last.lend();
    let block: RowBlock;
    if (this.#columns === undefined) block = last.take();
    else {
      if (last.rows > 0) this.add(last, 0);
      const cells = this.#columns.map((column) => column.end());
      block = { names, cells, rowNumbers: this.#rowNumbers.slice(0, this.#rows) };
    }
    const { cells, rowNumbers } = block;
    const isLeft =
      names.length > 1 && names.at(-1) === "" && cells.at(-1)!.findRow((cell) => String(cell).trim() !== "") < 0;
    return isLeft ? { names: names.slice(0, -1), cells: cells.slice(0, -1), rowNumbers } : block;
  }
}

interface Opened {
  readonly rows: DelimitedRows;
  readonly dialect: Dialect;
}

/** The rows of a text that begins so, and how it is written. */
function open(body: string, options: DelimitedOptions): Opened {
  const { source, after } = options;
  const dialect = options.dialect ?? inferDialect(body, { delimiter: options.delimiter, hasHeader: options.header });
  const rest = after ? body : tableOf(body, dialect);
  const start = after ?? { line: dialect.preamble + 1 };
  const width = Math.max(1, (after?.names ?? cellsOf(rest.slice(0, 65_536), dialect.delimiter)).length);
  const blockRows = Math.max(128, Math.min(65_536, Math.ceil(blockCells / width)));
  const rows = new DelimitedRows(source, dialect, start, endsInReturn(rest), blockRows);
  rows.add(rest, false);
  return { rows, dialect };
}

/** Whether some line of a text is parted by its delimiter. */
export function hasDelimiter(text: string, { delimiter }: TextOptions = {}): boolean {
  const dialect = inferDialect(text, { delimiter });
  return text
    .slice(0, 65_536)
    .split(/\r?\n|\r/)
    .some((line) => cellsOf(line, dialect.delimiter).length > 1);
}

/** The text from the header on, without the mark of a comment before it. */
function tableOf(text: string, dialect: Dialect): string {
  const table = text.slice(lineStart(text, dialect.preamble));
  return dialect.isHeaderComment ? withoutMark(table, dialect) : table;
}

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
