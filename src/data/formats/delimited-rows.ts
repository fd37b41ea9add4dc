// Text with delimiters, piece by piece → blocks of columns: quotes, line ends, comments and blank lines are understood here.
import { ChainruleError } from "../../ir/errors.ts";
import { type Cell, type Cells, CellsWriter } from "../column-cells.ts";
import { count, quote } from "../wording.ts";
import { scanNumber, scannedForm, scannedValue, writtenNumber } from "../written-number.ts";
import { CellTexts, flat, whiteSize } from "./cell-texts.ts";
import { type Delimiter, type Dialect, withoutMark } from "./dialect.ts";

/** Rows of a text, column by column. */
export interface RowBlock {
  readonly names: readonly string[];
  readonly cells: readonly Cells[];
  readonly rowNumbers: Int32Array;
}

/** Bytes of a row that V8 can hold as one text, but for some room. */
const longestRow = 2 ** 28;
const [newline, carriageReturn, quoteMark, blank, tab] = [10, 13, 34, 32, 9];
const isBlankCell = (text: string): boolean => /^\s*(?:"\s*")?\s*$/.test(text);

/** Where the cells of a column go. */
type CellSink = Pick<CellsWriter, "scanned" | "word">;

/** Those of the first row. */
class FirstRow implements CellSink {
  cells: Cell[] = [];

  scanned(): void {
    this.cells.push(writtenNumber(scannedValue[0]!, scannedForm[0]!));
  }

  word(_row: number, text: Cell): void {
    this.cells.push(text);
  }
}

/**
 * Takes the text of a file piece by piece, in UTF-8 and cut between any characters, and gives its rows block by block:
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
  readonly #comment: Uint8Array;

  /** What was not read yet in the first `#length` of them, from `#at` on; behind these is a zero. */
  #bytes = new Uint8Array(1);
  #length = 0;
  #at = 0;
  readonly #texts = new CellTexts();
  /** Bytes of the text before `#bytes`. */
  #before = 0;
  #isLast = false;
  /** Bytes that are waited for before a row that was cut is read again. */
  #wanted = 0;
  /** Lines before the table that are still to come. */
  #preamble: number;
  /** Number of the next line, and of line breaks in the quotes of the row that is read. */
  #line = 1;
  #breaks = 0;
  #names: readonly string[] | undefined;
  #writers: CellsWriter[] = [];
  readonly #first = new FirstRow();
  /** For cells that a row has too many of. */
  readonly #spare = new CellsWriter();
  #rows = 0;
  #rowNumbers = new Int32Array(64);
  #isFirst = true;
  /** Whether every row ends with a delimiter. */
  #trails = false;

  /** `endsInReturn`: as `endsInReturn` of the dialect has it. A block has at most `blockRows` rows. */
  constructor(source: string, dialect: Dialect, endsInReturn: boolean, blockRows: number) {
    this.source = source;
    this.#dialect = dialect;
    this.#blockRows = blockRows;
    this.#areBlanks = dialect.delimiter === " ";
    this.#delimiter = this.#areBlanks ? tab : dialect.delimiter.charCodeAt(0);
    this.#end = endsInReturn ? carriageReturn : newline;
    this.#comment = new TextEncoder().encode(dialect.comment);
    this.#preamble = dialect.preamble;
  }

  /** The next piece of the text, of which a copy is made. */
  add(piece: Uint8Array, isLast: boolean): void {
    const rest = this.#length - this.#at;
    const length = rest + piece.length;
    let bytes = this.#bytes;
    if (length >= bytes.length) {
      bytes = new Uint8Array(Math.max(length + 1, 2 * rest));
      bytes.set(this.#bytes.subarray(this.#at, this.#length));
      this.#bytes = bytes;
    } else bytes.copyWithin(0, this.#at, this.#length);
    bytes.set(piece, rest);
    bytes[length] = 0;
    this.#length = length;
    this.#before += this.#at;
    this.#at = 0;
    this.#texts.hold(bytes, length);
    this.#isLast = isLast;
    if (length > longestRow && this.#wanted > longestRow) throw this.#openQuote();
  }

  /** Whether a block is full; otherwise the next piece is wanted, or there is none. */
  read(): boolean {
    if (this.#length < this.#wanted && !this.#isLast) return false;
    this.#wanted = 0;
    while (this.#at < this.#length) {
      if (this.#rows === this.#blockRows) return true;
      const next = this.#preamble > 0 ? this.#preambleEnd() : this.#isComment(this.#at) ? this.#lineEnd() : this.#row();
      if (next < 0) {
        // Read again when it is twice as long, so that a long row costs no more than twice its length.
        this.#wanted = 2 * (this.#length - this.#at);
        return false;
      }
      this.#at = next;
    }
    return this.#rows === this.#blockRows;
  }

  /** Of the text that was read. */
  get bytes(): number {
    return this.#before + this.#at;
  }

  /** The number of the next line. */
  get line(): number {
    return this.#line;
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

  /** Where the table or another line before it begins, −1 where that is not known yet. */
  #preambleEnd(): number {
    const bytes = this.#bytes;
    let at = this.#at;
    while (at < this.#length && bytes[at] !== newline && bytes[at] !== carriageReturn) at++;
    const isReturn = bytes[at] === carriageReturn;
    if (at + Number(isReturn) >= this.#length && !this.#isLast) return -1;
    this.#preamble--;
    this.#line++;
    return at + (isReturn && bytes[at + 1] === newline ? 2 : 1);
  }

  #isComment(from: number): boolean {
    const { comment, isHeaderComment } = this.#dialect;
    return comment !== "" && !(isHeaderComment && this.#names === undefined) && this.#isMarked(this.#pastBlanks(from));
  }

  /** Whether the mark of a comment stands there. */
  #isMarked(at: number): boolean {
    return this.#comment.every((byte, i) => this.#bytes[at + i] === byte);
  }

  /** Where the next line begins, −1 where that is not known yet. */
  #lineEnd(): number {
    const at = this.#bytes.indexOf(this.#end, this.#at);
    const isFound = at >= 0 && at < this.#length;
    if (!isFound && !this.#isLast) return -1;
    this.#line++;
    return isFound ? at + 1 : this.#length;
  }

  /** Reads the row at `#at`: where the next one begins, −1 where the text ends before it does. */
  #row(): number {
    const [bytes, length, row] = [this.#bytes, this.#length, this.#rows];
    const [delimiter, areBlanks, writers] = [this.#delimiter, this.#areBlanks, this.#writers];
    const start = this.#names === undefined ? this.#begin(this.#at) : this.#at;
    this.#breaks = 0;
    let at = areBlanks ? this.#pastBlanks(start) : start;
    let width = 0;
    let from = at;
    for (;;) {
      from = at;
      const writer: CellSink = writers[width] ?? this.#further();
      let end = scanNumber(bytes, at);
      if (end >= 0 && (bytes[end] === delimiter || this.#isEnd(end))) writer.scanned(row);
      else end = this.#cell(at, writer);
      if (end < 0) return -1;
      width++;
      if (areBlanks) end = this.#pastBlanks(end);
      if (end >= length && !this.#isLast) return -1;
      at = end;
      if (areBlanks ? this.#isRowEnd(end) : bytes[end] !== delimiter) break;
      if (!areBlanks) at++;
    }
    const isBlankRow = width === 1 && this.#isBlank(start, at);
    if (!isBlankRow) this.#endRow(width, from, at);
    this.#line += 1 + this.#breaks;
    if (at < length && bytes[at] !== this.#end) at++;
    return at + 1;
  }

  /** Past blanks and tabs. */
  #pastBlanks(from: number): number {
    let at = from;
    while (this.#bytes[at] === blank || this.#bytes[at] === tab) at++;
    return at;
  }

  /** Begins the first row: past the mark of the comment that names the columns, unless it is a part of a name. */
  #begin(from: number): number {
    this.#first.cells = [];
    if (!this.#dialect.isHeaderComment) return from;
    const line = this.#texts.at(from, this.#lineBreak(from));
    const removed = line.slice(0, line.length - withoutMark(line, this.#dialect).length);
    return from + new TextEncoder().encode(removed).length;
  }

  #lineBreak(from: number): number {
    let at = from;
    while (at < this.#length && this.#bytes[at] !== this.#end) at++;
    return at;
  }

  #isBlank(from: number, to: number): boolean {
    const code = this.#bytes[from]!;
    const isInk = from < to && code > quoteMark && code < 128;
    return !isInk && isBlankCell(this.#texts.at(from, to));
  }

  /** Whether a cell can end at `at`; not where the text ends and goes on. */
  #isEnd(at: number): boolean {
    const code = this.#bytes[at]!;
    return code === this.#delimiter || (this.#areBlanks && code === blank) || this.#isRowEnd(at);
  }

  #isRowEnd(at: number): boolean {
    if (at >= this.#length) return this.#isLast;
    const code = this.#bytes[at]!;
    if (code === this.#end) return true;
    if (code !== carriageReturn) return false;
    return at + 1 < this.#length ? this.#bytes[at + 1] === newline : this.#isLast;
  }

  /** Reads the cell at `from` that is no plain number: where it ends, −1 where the text ends before it does. */
  #cell(from: number, writer: CellSink): number {
    const [bytes, length, delimiter] = [this.#bytes, this.#length, this.#delimiter];
    let at = from;
    while (bytes[at] === blank) at++;
    if (bytes[at] === quoteMark) return this.#quoted(at + 1, writer);
    at = from;
    for (; at < length; at++) {
      const code = bytes[at]!;
      if (code > quoteMark && code !== delimiter) continue;
      if (this.#isEnd(at)) break;
    }
    if (at === length && !this.#isLast) return -1;
    writer.word(this.#rows, this.#texts.at(from, at));
    return at;
  }

  /** The same, of a cell in quotes from behind the first one on. */
  #quoted(from: number, writer: CellSink): number {
    const [bytes, length, newRow] = [this.#bytes, this.#length, this.#end];
    let at = from;
    let isDoubled = false;
    let breaks = 0;
    for (; at < length; at++) {
      const code = bytes[at]!;
      if (code === newRow) breaks++;
      else if (code === quoteMark) {
        if (bytes[at + 1] !== quoteMark) break;
        isDoubled = true;
        at++;
      }
    }
    if (at + 1 >= length && !this.#isLast) return -1;
    if (at >= length) throw this.#openQuote();
    let end = at + 1;
    for (let size = 1; end < length && size > 0 && !this.#isEnd(end); end += size) size = whiteSize(bytes, end);
    if (end >= length && !this.#isLast) return -1;
    if (!this.#isEnd(end)) throw this.#openQuote();
    this.#breaks += breaks;
    if (from < at && scanNumber(bytes, from) === at) writer.scanned(this.#rows);
    else {
      const inside = this.#texts.at(from, at);
      writer.word(this.#rows, isDoubled ? flat(inside.replaceAll('""', '"')) : inside);
    }
    return end;
  }

  /** For a column beyond those that there are. */
  #further(): CellSink {
    return this.#names === undefined ? this.#first : this.#spare;
  }

  /** A row of `width` cells, the last one from `from` to `to`. */
  #endRow(width: number, from: number, to: number): void {
    if (this.#names === undefined) {
      const { cells } = this.#first;
      const { hasHeader } = this.#dialect;
      this.#names = cells.map((name, c) => (hasHeader ? String(name).trim() : `column ${c + 1}`));
      this.#writers = cells.map(() => new CellsWriter());
      if (hasHeader) return;
      for (const [c, cell] of cells.entries()) this.#writers[c]!.write(0, cell!);
    }
    let cells = width;
    if (cells === this.#names.length + 1) {
      const last = this.#texts.at(from, to);
      if (this.#isFirst) this.#widen(last);
      if (this.#trails && isBlankCell(last)) cells--;
    }
    if (cells !== this.#names.length) throw raggedRow(this.source, this.#line, this.#names, cells);
    this.#isFirst = false;
    if (this.#rows === this.#rowNumbers.length) {
      const longer = new Int32Array(2 * this.#rows);
      longer.set(this.#rowNumbers);
      this.#rowNumbers = longer;
    }
    this.#rowNumbers[this.#rows++] = this.#line;
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

export function raggedRow(source: string, row: number, names: readonly string[], cells: number): ChainruleError {
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
