// Text with delimiters, piece by piece → blocks of columns: quotes, line ends, comments and blank lines are understood here.
import { ChainruleError } from "../../ir/errors.ts";
import { type Cells, CellsWriter } from "../column-cells.ts";
import { count, quote } from "../wording.ts";
import { scanNumber, scannedForm, scannedValue } from "../written-number.ts";
import type { Delimiter, Dialect } from "./dialect.ts";

/** Rows of a text, column by column. */
export interface RowBlock {
  readonly names: readonly string[];
  readonly cells: readonly Cells[];
  readonly rowNumbers: Int32Array;
}

/** What stands before the rows: the names of their columns, where they are known, and the number of the first line. */
export interface RowStart {
  readonly names?: readonly string[] | undefined;
  readonly line: number;
}

/** Characters of a row that V8 can hold as one text, but for some room. */
const longestRow = 2 ** 28;
const [newline, carriageReturn, quoteMark, blank, tab] = [10, 13, 34, 32, 9];
const isBlankCell = (text: string): boolean => /^\s*(?:"\s*")?\s*$/.test(text);

/**
 * Takes the text of a file piece by piece, cut anywhere, and gives its rows block by block:
 *
 * ```ts excerpt
 * for (const piece of pieces) {
 *   rows.add(piece, piece === last);
 *   while (rows.read()) use(rows.take());
 * }
 * ```
 *
 * Throws RAGGED_ROW for a row with too few or too many cells, MALFORMED_DATA for a quote that is not closed.
 */
export class DelimitedRows {
  readonly source: string;
  readonly #dialect: Dialect;
  readonly #blockRows: number;
  readonly #delimiter: number;
  /** Whether blanks part the cells: any number of them. */
  readonly #areBlanks: boolean;
  /** The character that ends a row: a carriage return where no row ends with a newline. */
  readonly #end: number;

  #text = "";
  #at = 0;
  /** Characters before `#text`. */
  #before = 0;
  #isLast = false;
  /** Characters that are waited for before a row that was cut is read again. */
  #wanted = 0;
  /** Number of the next line, and of line breaks in the quotes of the row that is read. */
  #line: number;
  #breaks = 0;
  #names: readonly string[] | undefined;
  #writers: CellsWriter[] = [];
  /** For cells that a row has too many of. */
  readonly #spare = new CellsWriter();
  #rows = 0;
  #rowNumbers = new Int32Array(64);
  #isFirst = true;
  /** Whether every row ends with a delimiter. */
  #trails = false;

  /** `endsInReturn`: see `endsInReturn` below. A block has at most `blockRows` rows. */
  constructor(source: string, dialect: Dialect, start: RowStart, endsInReturn: boolean, blockRows: number) {
    this.source = source;
    this.#dialect = dialect;
    this.#blockRows = blockRows;
    this.#areBlanks = dialect.delimiter === " ";
    this.#delimiter = this.#areBlanks ? tab : dialect.delimiter.charCodeAt(0);
    this.#end = endsInReturn ? carriageReturn : newline;
    this.#line = start.line;
    if (start.names !== undefined) this.#name(start.names);
  }

  /** The next piece of the text. */
  add(piece: string, isLast: boolean): void {
    this.#before += this.#at;
    this.#text = this.#at === this.#text.length ? piece : this.#text.slice(this.#at) + piece;
    this.#at = 0;
    this.#isLast = isLast;
    if (this.#text.length > longestRow && this.#wanted > longestRow) throw this.#openQuote();
  }

  /** Whether a block is full; otherwise the next piece is wanted, or there is none. */
  read(): boolean {
    if (this.#text.length < this.#wanted && !this.#isLast) return false;
    this.#wanted = 0;
    while (this.#at < this.#text.length) {
      if (this.#rows === this.#blockRows) return true;
      const next = this.#isComment() ? this.#lineEnd() : this.#row();
      if (next < 0) {
        // Read again when it is twice as long, so that a long row costs no more than twice its length.
        this.#wanted = 2 * (this.#text.length - this.#at);
        return false;
      }
      this.#at = next;
    }
    return this.#rows === this.#blockRows;
  }

  /** Of the rows that were read. */
  get characters(): number {
    return this.#before + this.#at;
  }

  /** Rows that are read and not taken yet. */
  get rows(): number {
    return this.#rows;
  }

  /** These, with memory of their own. */
  take(): RowBlock {
    const { names, cells, rowNumbers } = this.lend();
    const block = { names, cells: cells.map((own) => own.copy()), rowNumbers: rowNumbers.slice() };
    this.clear();
    return block;
  }

  /** These, to be read until they are cleared. */
  lend(): RowBlock {
    return {
      names: this.#names ?? [],
      cells: this.#writers.map((writer) => writer.lend(this.#rows)),
      rowNumbers: this.#rowNumbers.subarray(0, this.#rows),
    };
  }

  clear(): void {
    for (const writer of this.#writers) writer.clear(this.#rows);
    this.#rows = 0;
  }

  #isComment(): boolean {
    const { comment, isHeaderComment } = this.#dialect;
    if (comment === "" || (isHeaderComment && this.#names === undefined)) return false;
    let at = this.#at;
    while (this.#text.charCodeAt(at) === blank || this.#text.charCodeAt(at) === tab) at++;
    return this.#text.startsWith(comment, at);
  }

  /** Where the next line begins, −1 where that is not known yet. */
  #lineEnd(): number {
    const at = this.#text.indexOf(String.fromCharCode(this.#end), this.#at);
    if (at < 0 && !this.#isLast) return -1;
    this.#line++;
    return at < 0 ? this.#text.length : at + 1;
  }

  /** Reads the row at `#at`: where the next one begins, −1 where the text ends before it does. */
  #row(): number {
    const [text, row, start] = [this.#text, this.#rows, this.#at];
    this.#breaks = 0;
    let at = this.#areBlanks ? this.#pastBlanks(start) : start;
    let width = 0;
    let from = at;
    for (;;) {
      from = at;
      const writer = this.#writers[width] ?? this.#further(width);
      let end = scanNumber(text, at, text.length);
      if (end >= 0 && this.#isEnd(end)) writer.number(row, scannedValue[0]!, scannedForm[0]!);
      else end = this.#cell(at, writer);
      if (end < 0) return -1;
      width++;
      if (this.#areBlanks) end = this.#pastBlanks(end);
      if (end >= text.length && !this.#isLast) return -1;
      at = end;
      if (this.#areBlanks ? this.#isRowEnd(end) : text.charCodeAt(end) !== this.#delimiter) break;
      if (!this.#areBlanks) at++;
    }
    const isBlankRow = width === 1 && isBlankCell(text.slice(start, at));
    if (!isBlankRow) this.#endRow(width, text.slice(from, at));
    this.#line += 1 + this.#breaks;
    if (at < text.length && text.charCodeAt(at) !== this.#end) at++;
    return at + 1;
  }

  /** Past blanks and tabs. */
  #pastBlanks(from: number): number {
    let at = from;
    while (this.#text.charCodeAt(at) === blank || this.#text.charCodeAt(at) === tab) at++;
    return at;
  }

  /** Whether a cell can end at `at`; not where the text ends and goes on. */
  #isEnd(at: number): boolean {
    const code = this.#text.charCodeAt(at);
    return code === this.#delimiter || (this.#areBlanks && code === blank) || this.#isRowEnd(at);
  }

  #isRowEnd(at: number): boolean {
    if (at >= this.#text.length) return this.#isLast;
    const code = this.#text.charCodeAt(at);
    if (code === this.#end) return true;
    if (code !== carriageReturn) return false;
    return at + 1 < this.#text.length ? this.#text.charCodeAt(at + 1) === newline : this.#isLast;
  }

  /** Reads the cell at `from` that is no plain number: where it ends, −1 where the text ends before it does. */
  #cell(from: number, writer: CellsWriter): number {
    const text = this.#text;
    let at = from;
    while (text.charCodeAt(at) === blank) at++;
    if (text.charCodeAt(at) === quoteMark) return this.#quoted(at + 1, writer);
    at = from;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > quoteMark && code !== this.#delimiter) continue;
      if (this.#isEnd(at)) break;
    }
    if (at === text.length && !this.#isLast) return -1;
    writer.text(this.#rows, text.slice(from, at));
    return at;
  }

  /** The same, of a cell in quotes from behind the first one on. */
  #quoted(from: number, writer: CellsWriter): number {
    const text = this.#text;
    let at = text.indexOf('"', from);
    let isDoubled = false;
    while (at >= 0 && text.charCodeAt(at + 1) === quoteMark) {
      isDoubled = true;
      at += 2;
      if (text.charCodeAt(at) !== quoteMark) at = text.indexOf('"', at);
    }
    if ((at < 0 || at + 1 === text.length) && !this.#isLast) return -1;
    if (at < 0) throw this.#openQuote();
    let end = at + 1;
    while (end < text.length && !this.#isEnd(end) && /\s/.test(text[end]!)) end++;
    if (end === text.length && !this.#isLast) return -1;
    if (!this.#isEnd(end)) throw this.#openQuote();
    const inside = text.slice(from, at);
    this.#breaks += occurrences(inside, this.#end === newline ? "\n" : "\r");
    writer.text(this.#rows, isDoubled ? inside.replaceAll('""', '"') : inside);
    return end;
  }

  /** A writer for a column beyond those that there are. */
  #further(width: number): CellsWriter {
    if (this.#names !== undefined) return this.#spare;
    const writer = new CellsWriter();
    this.#writers[width] = writer;
    return writer;
  }

  /** A row of `width` cells, the last one written as `last`. */
  #endRow(width: number, last: string): void {
    if (this.#names === undefined) {
      const { hasHeader } = this.#dialect;
      const cells = this.#writers.map((writer) => writer.take(1).at(0));
      this.#name(cells.map((name, c) => (hasHeader ? String(name).trim() : `column ${c + 1}`)));
      if (hasHeader) return;
      for (const [c, cell] of cells.entries()) this.#writers[c]!.write(0, cell!);
    }
    let cells = width;
    if (cells === this.#names!.length + 1) {
      if (this.#isFirst) this.#widen(last);
      if (this.#trails && isBlankCell(last)) cells--;
    }
    if (cells !== this.#names!.length) throw raggedRow(this.source, this.#line, this.#names!, cells);
    this.#isFirst = false;
    if (this.#rows === this.#rowNumbers.length) {
      const longer = new Int32Array(2 * this.#rows);
      longer.set(this.#rowNumbers);
      this.#rowNumbers = longer;
    }
    this.#rowNumbers[this.#rows++] = this.#line;
  }

  #name(names: readonly string[]): void {
    this.#names = names;
    this.#writers = names.map((_, c) => this.#writers[c] ?? new CellsWriter());
  }

  /** The first row has one cell more than the header: an empty one behind the last delimiter, or the name of the row. */
  #widen(last: string): void {
    if (isBlankCell(last)) this.#trails = true;
    else {
      this.#writers.push(new CellsWriter());
      this.#writers.at(-1)!.write(0, this.#spare.take(1).at(0)!);
      this.#names = ["row name", ...this.#names!];
    }
  }

  #openQuote(): ChainruleError {
    const { delimiter } = this.#dialect;
    const parted = delimiter === "," ? "" : ` (its cells are parted by ${inWords[delimiter]})`;
    return new ChainruleError(
      "MALFORMED_DATA",
      `${this.source}, row ${this.#line} has a quoted cell that is not closed properly${parted}. Close the quote before the next delimiter or line end, and write a quote inside a quoted cell twice ("").`,
      { source: this.source, row: this.#line },
    );
  }
}

/** Whether the rows of a text end with carriage returns: they have some, and no newline stands outside quotes. */
export function endsInReturn(text: string): boolean {
  if (!text.includes("\r")) return false;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quoteMark) quoted = !quoted;
    else if (code === newline && !quoted) return false;
  }
  // A quote that is never closed is no quote.
  return !quoted || !text.includes("\n");
}

function occurrences(text: string, part: string): number {
  let n = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) n++;
  return n;
}

function raggedRow(source: string, row: number, names: readonly string[], cells: number): ChainruleError {
  const mend =
    cells < names.length
      ? `The first missing one is ${quote(names[cells])}; leave a cell empty rather than out.`
      : "Put quotes around text that holds the delimiter.";
  return new ChainruleError(
    "RAGGED_ROW",
    `${source}, row ${row} has ${count(cells, "cell")}; the header has ${names.length}. ${mend}`,
    { source, row, cells, expected: names.length },
  );
}

const inWords: Readonly<Record<Delimiter, string>> = {
  ",": "commas",
  ";": "semicolons",
  "\t": "tabs",
  "|": "pipes",
  " ": "blanks",
};
