// CSV and its kin → table, with Papa Parse: cells parted by commas, semicolons, tabs, pipes or blanks.
import type { ParseResult } from "papaparse";
import { ChainruleError } from "../../ir/errors.ts";
import { type Cell, makeTable, type Table } from "../table.ts";
import { count, quote } from "../wording.ts";
import { cellsOf, type Delimiter, type Dialect, inferDialect, withoutMark } from "./dialect.ts";
import type { TextOptions } from "./format.ts";

// Papa Parse hands over rows in pieces of this many characters, so that rows and columns never both stand in memory.
const chunkSize = 500_000;

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
  const { default: Papa } = await import("papaparse");
  const { source, after } = options;
  const body = text.startsWith("\uFEFF") ? text.slice(1) : text;
  if (body.trim() === "") {
    throw new ChainruleError("EMPTY_DATA", `${source} is empty. It needs a header row and at least one row under it.`, {
      source,
    });
  }
  const dialect = options.dialect ?? inferDialect(body, { delimiter: options.delimiter, hasHeader: options.header });
  const { delimiter, hasHeader } = dialect;
  const rest = after ? body : tableOf(body, dialect);
  const rows = new Rows(source, dialect, after, rest);
  // A constant of its own: Papa's types know `chunk` for files only, Papa itself takes it for text too.
  const config = {
    delimiter: delimiter === " " ? "\t" : delimiter,
    newline: rows.newline,
    chunkSize,
    chunk: ({ data, errors }: ParseResult<string[]>): void => {
      // An error in a row beyond this piece's rows is one of a row cut short by the piece's end; it comes back whole.
      const broken = errors.reduce(
        (first, { type, row = 0 }) => (type === "Quotes" ? Math.min(first, row) : first),
        Number.POSITIVE_INFINITY,
      );
      for (let r = 0; r < data.length; r++) {
        if (r === broken) throw openQuote(source, rows.line, delimiter);
        rows.take(data[r]!);
      }
    },
  } as const;
  Papa.parse<string[]>(withoutBlanks(rest, delimiter), config);

  const { names, columns } = rows.end();
  return makeTable(source, names, columns, Int32Array.from(rows.numbers), {
    notes: after ? [] : remarksOn(source, dialect),
    warnings: after || hasHeader || options.header === false ? [] : [noHeader(source, names.length)],
    hasHeader,
  });
}

/** Whether some line of a text is parted by its delimiter. */
export function hasDelimiter(text: string, { delimiter }: TextOptions = {}): boolean {
  const dialect = inferDialect(text, { delimiter });
  return text
    .slice(0, 65_536)
    .split(/\r?\n|\r/)
    .some((line) => cellsOf(line, dialect.delimiter).length > 1);
}

/** The rows that Papa Parse hands over, as columns. */
class Rows {
  readonly source: string;
  readonly newline: "\n" | "\r" | "\r\n";
  /** Of a text with line ends of several kinds, which is cut at "\n". */
  readonly #isMixed: boolean;
  readonly #hasQuotes: boolean;
  readonly #dialect: Dialect;
  readonly numbers: number[] = [];
  #names: readonly string[] | undefined;
  #columns: Cell[][];
  /** Of the next row. */
  line: number;
  /** Whether every row ends with a delimiter. */
  #trails = false;

  constructor(source: string, dialect: Dialect, after: DelimitedOptions["after"], text: string) {
    this.source = source;
    this.#dialect = dialect;
    const ends = lineEnds(text);
    this.#isMixed = ends === "mixed";
    this.newline = ends === "mixed" ? "\n" : ends;
    this.#hasQuotes = text.includes('"');
    this.#names = after?.names;
    this.#columns = after?.names.map(() => []) ?? [];
    this.line = after?.line ?? dialect.preamble + 1;
  }

  take(row: string[]): void {
    const start = this.line;
    this.line += 1;
    const inside = this.newline === "\r" ? "\r" : "\n";
    if (this.#hasQuotes) for (const cell of row) this.line += occurrences(cell, inside);
    const last = row[row.length - 1]!;
    if (this.#isMixed && last.endsWith("\r")) row[row.length - 1] = last.slice(0, -1);
    if (row.length === 1 && row[0]!.trim() === "") return;
    const { comment, hasHeader, isHeaderComment } = this.#dialect;
    const isHeader = this.#names === undefined && isHeaderComment;
    if (comment !== "" && !isHeader && row[0]!.trimStart().startsWith(comment)) return;
    if (this.#names === undefined) {
      this.#names = hasHeader ? row.map((name) => name.trim()) : row.map((_, c) => `column ${c + 1}`);
      this.#columns = this.#names.map(() => []);
      if (hasHeader) return;
    }
    if (row.length === this.#names.length + 1) {
      if (this.numbers.length === 0) this.#widen(row);
      if (this.#trails && row.at(-1)!.trim() === "") row.pop();
    }
    if (row.length !== this.#names.length) throw raggedRow(this.source, start, this.#names, row);
    for (let c = 0; c < row.length; c++) this.#columns[c]!.push(row[c]!);
    this.numbers.push(start);
  }

  /** The first row has one cell more than the header: an empty one behind the last delimiter, or the name of the row. */
  #widen(row: readonly string[]): void {
    if (row.at(-1)!.trim() === "") this.#trails = true;
    else {
      this.#names = ["row name", ...this.#names!];
      this.#columns.unshift([]);
    }
  }

  /** A last column without a name and without a cell is what is left of delimiters at the ends of rows. */
  end(): { names: readonly string[]; columns: readonly (readonly Cell[])[] } {
    const names = this.#names ?? [];
    const isBlank = (cell: Cell): boolean => cell === "" || (typeof cell === "string" && cell.trim() === "");
    const isLeft = names.length > 1 && names.at(-1) === "" && this.#columns.at(-1)!.every(isBlank);
    return isLeft
      ? { names: names.slice(0, -1), columns: this.#columns.slice(0, -1) }
      : { names, columns: this.#columns };
  }
}

/** What ends the rows; line breaks of quoted cells do not count. */
function lineEnds(text: string): "\n" | "\r" | "\r\n" | "mixed" {
  if (!text.includes("\r")) return "\n";
  let quoted = false;
  const seen = { "\n": false, "\r": false, "\r\n": false };
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) quoted = !quoted;
    else if (quoted || (code !== 10 && code !== 13)) continue;
    else if (code === 10) seen["\n"] = true;
    else if (text.charCodeAt(at + 1) !== 10) seen["\r"] = true;
    else {
      seen["\r\n"] = true;
      at++;
    }
  }
  // A quote that is never closed is no quote.
  if (quoted) return text.includes("\n") ? "mixed" : "\r";
  if (seen["\n"] || (seen["\r"] && seen["\r\n"])) return seen["\r"] || seen["\r\n"] ? "mixed" : "\n";
  return seen["\r\n"] ? "\r\n" : seen["\r"] ? "\r" : "\n";
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

/**
 * Without the blanks that Papa Parse would take for text: between a delimiter and a quote; of columns parted by blanks, those at
 * the ends of lines, and of any others all but one, which becomes a tab.
 */
function withoutBlanks(text: string, delimiter: Delimiter): string {
  if (delimiter !== " " && !new RegExp(`(?:^|[${delimiter}\n]) +"`).test(text)) return text;
  const parts: string[] = [];
  let from = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) quoted = !quoted;
    if (quoted || (code !== 32 && !(code === 9 && delimiter === " "))) continue;
    let end = at;
    while (text.charCodeAt(end) === 32 || (delimiter === " " && text.charCodeAt(end) === 9)) end++;
    const before = at === 0 ? "\n" : text[at - 1]!;
    const behind = text[end] ?? "\n";
    const isEdge = /[\r\n]/.test(before) || /[\r\n]/.test(behind);
    if (delimiter === " " || ((before === delimiter || /[\r\n]/.test(before)) && behind === '"')) {
      parts.push(text.slice(from, at), delimiter === " " && !isEdge ? "\t" : "");
      from = end;
    }
    at = end - 1;
  }
  parts.push(text.slice(from));
  return parts.join("");
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

function occurrences(text: string, part: string): number {
  let n = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) n++;
  return n;
}

function raggedRow(source: string, row: number, names: readonly string[], cells: readonly string[]): ChainruleError {
  const mend =
    cells.length < names.length
      ? `The first missing one is ${quote(names[cells.length])}; leave a cell empty rather than out.`
      : "Put quotes around text that holds the delimiter.";
  return new ChainruleError(
    "RAGGED_ROW",
    `${source}, row ${row} has ${count(cells.length, "cell")}; the header has ${names.length}. ${mend}`,
    { source, row, cells: cells.length, expected: names.length },
  );
}

const inWords: Readonly<Record<Delimiter, string>> = {
  ",": "commas",
  ";": "semicolons",
  "\t": "tabs",
  "|": "pipes",
  " ": "blanks",
};

function openQuote(source: string, row: number, delimiter: Delimiter): ChainruleError {
  const parted = delimiter === "," ? "" : ` (its cells are parted by ${inWords[delimiter]})`;
  return new ChainruleError(
    "MALFORMED_DATA",
    `${source}, row ${row} has a quoted cell that is not closed properly${parted}. Close the quote before the next delimiter or line end, and write a quote inside a quoted cell twice ("").`,
    { source, row },
  );
}
