// The cells of a column in memory: numbers as numbers with the form in which they were written, other cells once for all rows that have them.
import { form, largest, scanNumber, scannedForm, scannedValue, writtenNumber } from "./written-number.ts";

/** A raw cell: text as written in the file (CSV), or the value that JSON or Parquet holds; null where there is none. */
export type Cell = string | number | boolean | null;

/** Codes of cells: 0 for none (null), from 1 on the forms of numbers, from here on the words of the column in their order. */
const firstWord = form.number + 1;
type Codes = Uint8Array | Uint16Array | Uint32Array;

/** Of more words than this, a column in which most are new keeps each as it comes. */
const manyWords = 4096;

/** Cells that are equal, and where they are. */
export interface DistinctCells {
  /** In the order of their first rows. Where most cells of a column differ, equal ones may come again. */
  readonly cells: readonly Cell[];
  /** The first row of each, and how many rows have it. */
  readonly firstRows: Int32Array;
  readonly counts: Int32Array;
  /** Of each row the index into `cells`. */
  readonly of: Int32Array;
}

/**
 * The cells of one column, row by row: `cells.at(0)`, `[...cells]`. Nine bytes hold a number together with how it is written, so that its text
 * comes out as it went in; a text or a word that comes again is held once.
 *
 * @example
 * const cells = Cells.from(["1.50", "2.25", "n/a", null]);
 * cells.at(0); // "1.50"
 */
export class Cells implements Iterable<Cell> {
  readonly length: number;
  readonly #codes: Codes;
  readonly #numbers: Float64Array;
  readonly #words: readonly Cell[];

  /** `codes` and `numbers` of each row; a column without numbers needs none. Made by a `CellsWriter`. */
  constructor(codes: Codes, numbers: Float64Array, words: readonly Cell[]) {
    this.length = codes.length;
    this.#codes = codes;
    this.#numbers = numbers;
    this.#words = words;
  }

  static from(cells: Iterable<Cell>): Cells {
    const writer = new CellsWriter();
    let row = 0;
    for (const cell of cells) writer.write(row++, cell);
    return writer.take(row);
  }

  /** Cells without a value. */
  static none(rows: number): Cells {
    return new Cells(new Uint8Array(rows), new Float64Array(0), []);
  }

  /** The cells of several columns, one after the other. Lets go of each as it goes: the list is empty at the end. */
  static join(parts: Cells[]): Cells {
    if (parts.length === 1) return parts.pop()!;
    const rows = parts.reduce((sum, { length }) => sum + length, 0);
    const words = new Words();
    const most = parts.reduce((sum, part) => sum + part.#words.length, firstWord);
    const codes =
      most <= 2 ** 8 ? new Uint8Array(rows) : most <= 2 ** 16 ? new Uint16Array(rows) : new Uint32Array(rows);
    const numbers = new Float64Array(parts.some((part) => part.#numbers.length > 0) ? rows : 0);
    let at = 0;
    for (const part of parts.splice(0)) {
      const own = Uint32Array.from(part.#words, (word) => firstWord + words.indexOf(word));
      const from = part.#codes;
      for (let r = 0; r < from.length; r++) {
        const code = from[r]!;
        codes[at + r] = code < firstWord ? code : own[code - firstWord]!;
      }
      if (part.#numbers.length > 0) numbers.set(part.#numbers, at);
      at += from.length;
    }
    return new Cells(codes, numbers, words.all);
  }

  /** The cell of a row; undefined beyond the last one. */
  at(row: number): Cell | undefined {
    const code = this.#codes[row];
    if (code === undefined) return undefined;
    if (code === 0) return null;
    return code < firstWord ? writtenNumber(this.#numbers[row]!, code) : this.#words[code - firstWord]!;
  }

  *[Symbol.iterator](): Generator<Cell, void> {
    for (let row = 0; row < this.length; row++) yield this.at(row)!;
  }

  /** Rows [from, to). */
  slice(from: number, to: number): Cells {
    const [codes, numbers] = [this.#codes.slice(from, to), this.#numbers.slice(from, to)];
    return new Cells(codes, numbers, this.#words);
  }

  /** The first row of whose cell `is` holds, −1 where there is none. `is` is asked of numbers as such, whatever their form. */
  findRow(is: (cell: Cell) => boolean): number {
    const holds = this.#test(is);
    for (let row = 0; row < this.length; row++) if (holds(row)) return row;
    return -1;
  }

  /** Of how many cells `is` holds, which is asked of numbers as such, whatever their form. */
  count(is: (cell: Cell) => boolean): number {
    const holds = this.#test(is);
    let n = 0;
    for (let row = 0; row < this.length; row++) if (holds(row)) n++;
    return n;
  }

  #test(is: (cell: Cell) => boolean): (row: number) => boolean {
    const isOne = [is(null), ...this.#words.map(is)];
    return (row) => {
      const code = this.#codes[row]!;
      return code > 0 && code < firstWord ? is(this.#numbers[row]!) : isOne[code === 0 ? 0 : code - form.number]!;
    };
  }

  /** Its cells that are not numbers, each once; some may be of no row. */
  get words(): readonly Cell[] {
    return this.#words;
  }

  /** What `read` makes of each cell [rows]; it is asked of numbers as such, whatever their form, and of a word once. */
  numbers(read: (cell: Cell) => number): Float64Array {
    const ofWords = Float64Array.from([null, ...this.#words], read);
    const all = new Float64Array(this.length);
    for (let row = 0; row < this.length; row++) {
      const code = this.#codes[row]!;
      const isNumber = code > 0 && code < firstWord;
      all[row] = isNumber ? read(this.#numbers[row]!) : ofWords[code === 0 ? 0 : code - form.number]!;
    }
    return all;
  }

  /** The different cells, in the order of their first rows. */
  distinct(): DistinctCells {
    const cells: Cell[] = [];
    const firstRows: number[] = [];
    const counts: number[] = [];
    const of = new Int32Array(this.length);
    const ofCode = new Int32Array(firstWord + this.#words.length).fill(-1);
    const ofNumber: (Map<number, number> | undefined)[] = [];
    for (let row = 0; row < this.length; row++) {
      const code = this.#codes[row]!;
      const isNumber = code > 0 && code < firstWord;
      const byValue = isNumber ? (ofNumber[code] ??= new Map()) : undefined;
      let index = isNumber ? byValue!.get(this.#numbers[row]!) : ofCode[code]!;
      if (index === undefined || index < 0) {
        index = cells.length;
        cells.push(this.at(row)!);
        firstRows.push(row);
        counts.push(0);
        if (isNumber) byValue!.set(this.#numbers[row]!, index);
        else ofCode[code] = index;
      }
      counts[index]!++;
      of[row] = index;
    }
    return { cells, firstRows: Int32Array.from(firstRows), counts: Int32Array.from(counts), of };
  }
}

/** Words, each once; of very many that hardly repeat each as it comes. */
class Words {
  readonly all: Cell[] = [];
  #known: Map<Cell, number> | undefined = new Map();
  #asked = 0;

  indexOf(word: Cell): number {
    this.#asked++;
    const known = this.#known?.get(word);
    if (known !== undefined) return known;
    const index = this.all.push(word) - 1;
    this.#known?.set(word, index);
    if (index >= manyWords && 2 * index > this.#asked) this.#known = undefined;
    return index;
  }
}

/** Writes the cells of a column, in any order of rows; a row that is not written has none (null). */
export class CellsWriter {
  #codes = new Uint32Array(16);
  #numbers = new Float64Array(16);
  #words = new Words();
  #hasNumbers = false;

  write(row: number, cell: Cell): void {
    if (typeof cell === "number" && Math.abs(cell) <= largest) this.number(row, cell, form.number);
    else if (typeof cell === "string") this.text(row, cell);
    else if (cell !== null) this.#word(row, cell);
  }

  number(row: number, value: number, own: number): void {
    if (row >= this.#codes.length) this.#grow(row);
    this.#numbers[row] = value;
    this.#codes[row] = own;
    this.#hasNumbers = true;
  }

  text(row: number, text: string): void {
    if (scanNumber(text, 0, text.length) === text.length && text.length > 0)
      this.number(row, scannedValue[0]!, scannedForm[0]!);
    else this.#word(row, text);
  }

  /** The first `rows` cells; from here on it is as a new one. */
  take(rows: number): Cells {
    if (rows > this.#codes.length) this.#grow(rows - 1);
    const written = this.#codes.subarray(0, rows);
    const words = this.#words.all;
    const most = firstWord + words.length;
    const codes =
      most <= 2 ** 8 ? new Uint8Array(written) : most <= 2 ** 16 ? new Uint16Array(written) : written.slice();
    const cells = new Cells(codes, this.#hasNumbers ? this.#numbers.slice(0, rows) : new Float64Array(0), words);
    this.#codes.fill(0, 0, rows);
    this.#words = new Words();
    this.#hasNumbers = false;
    return cells;
  }

  #word(row: number, cell: Cell): void {
    if (row >= this.#codes.length) this.#grow(row);
    this.#codes[row] = firstWord + this.#words.indexOf(cell);
  }

  #grow(row: number): void {
    const capacity = Math.max(row + 1, 2 * this.#codes.length);
    const [codes, numbers] = [new Uint32Array(capacity), new Float64Array(capacity)];
    codes.set(this.#codes);
    numbers.set(this.#numbers);
    this.#codes = codes;
    this.#numbers = numbers;
  }
}
