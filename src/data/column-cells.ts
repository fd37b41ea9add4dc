// The cells of a column in memory: numbers as numbers with the form in which they were written, other cells once for all rows that have them.
import { form, largest, scannedForm, scannedValue, scanText, writtenNumber } from "./written-number.ts";

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

  /** `codes` and `numbers` of each row, these NaN for other cells; a column without numbers needs none. Made by a `CellsWriter`. */
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

  /** The cells of several columns, one after the other. */
  static join(parts: readonly Cells[]): Cells {
    const [first, ...others] = parts;
    if (first !== undefined && others.length === 0) return first;
    const collector = new CellsCollector(parts.reduce((sum, { length }) => sum + length, 0));
    for (const part of parts) collector.append(part);
    return collector.end();
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

  /** The same of the cells that are no numbers. */
  countWords(is: (cell: Cell) => boolean): number {
    const held = new Uint8Array(firstWord + this.#words.length);
    held[0] = Number(is(null));
    for (const [w, word] of this.#words.entries()) held[firstWord + w] = Number(is(word));
    const codes = this.#codes;
    let n = 0;
    for (let row = 0; row < codes.length; row++) n += held[codes[row]!]!;
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
  map(read: (cell: Cell) => number): Float64Array {
    const all = this.numbers(read).slice();
    const codes = this.#codes;
    for (let row = 0; row < codes.length; row++)
      if (codes[row]! > 0 && codes[row]! < firstWord) all[row] = read(this.#numbers[row]!);
    return all;
  }

  /** The numbers among the cells, whatever their form, and what `read` makes of other cells [rows]. Only to be read: it may be the column's own. */
  numbers(read: (cell: Cell) => number): Float64Array {
    const ofWords = Float64Array.from([null, ...this.#words], read);
    if (this.#numbers.length === this.length && ofWords.every(Number.isNaN)) return this.#numbers;
    const [codes, all] = [this.#codes, new Float64Array(this.length)];
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row]!;
      const isNumber = code > 0 && code < firstWord;
      all[row] = isNumber ? this.#numbers[row]! : ofWords[code === 0 ? 0 : code - form.number]!;
    }
    return all;
  }

  /** With memory of its own, however it was made. */
  copy(): Cells {
    const most = firstWord + this.#words.length;
    const codes = codesOf(most, this.length);
    codes.set(this.#codes);
    return new Cells(codes, this.#numbers.slice(), this.#words);
  }

  /** Its memory, for a collector. */
  get parts(): { readonly codes: Codes; readonly numbers: Float64Array } {
    return { codes: this.#codes, numbers: this.#numbers };
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

/** The values of some rows, or of the cells that they are among the different ones, one after the other in memory. */
export function valuesAt(values: Float64Array, rows: Int32Array, into?: Float64Array): Float64Array {
  const own = into ?? new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) own[i] = values[rows[i]!]!;
  return own;
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

/** For codes below `most`. */
const codesOf = (most: number, length: number): Codes =>
  most <= 2 ** 8 ? new Uint8Array(length) : most <= 2 ** 16 ? new Uint16Array(length) : new Uint32Array(length);

/** Memory for the cells of a column. */
interface Room {
  readonly codes: Uint8Array;
  readonly numbers: Float64Array;
}

/** For each of several columns of as many rows, all in two pieces: let go of, these are the system's again, as many small ones would not be. */
export function roomFor(columns: number, rows: number): Room[] {
  const [codes, numbers] = [new Uint8Array(columns * rows), new Float64Array(columns * rows)];
  const own = (c: number) => ({
    codes: codes.subarray(c * rows, (c + 1) * rows),
    numbers: numbers.subarray(c * rows, (c + 1) * rows),
  });
  return Array.from({ length: columns }, (_, c) => own(c));
}

/** Puts the cells of a column together that come block by block. */
export class CellsCollector {
  #codes: Codes;
  #numbers: Float64Array = new Float64Array(0);
  readonly #words = new Words();
  #rows = 0;
  #capacity: number;
  readonly #room: Room | undefined;

  /** `rows`: about as many are expected; `room` is for as many. */
  constructor(rows: number, room?: Room) {
    this.#capacity = rows;
    this.#room = room;
    this.#codes = room?.codes ?? codesOf(firstWord, rows);
  }

  append(cells: Cells): void {
    const { codes, numbers } = cells.parts;
    const own = Uint32Array.from(cells.words, (word) => firstWord + this.#words.indexOf(word));
    const end = this.#rows + codes.length;
    if (end > this.#capacity) this.#capacity = Math.max(end, Math.ceil(1.5 * this.#capacity));
    this.#reserve(numbers.length > 0);
    const [into, at] = [this.#codes, this.#rows];
    if (own.length === 0) into.set(codes, at);
    else
      for (let r = 0; r < codes.length; r++) {
        const code = codes[r]!;
        into[at + r] = code < firstWord ? code : own[code - firstWord]!;
      }
    if (numbers.length > 0) this.#numbers.set(numbers, at);
    else this.#numbers.fill(Number.NaN, at, end);
    this.#rows = end;
  }

  end(): Cells {
    const [codes, numbers] = [this.#codes.subarray(0, this.#rows), this.#numbers.subarray(0, this.#rows)];
    return new Cells(codes, numbers, this.#words.all);
  }

  /** Room for all rows, for all words, and for numbers. */
  #reserve(hasNumbers: boolean): void {
    const codes = codesOf(firstWord + this.#words.all.length, 0);
    if (this.#codes.length < this.#capacity || codes.BYTES_PER_ELEMENT > this.#codes.BYTES_PER_ELEMENT) {
      const larger = codesOf(firstWord + this.#words.all.length, this.#capacity);
      larger.set(this.#codes.subarray(0, this.#rows));
      this.#codes = larger;
    }
    if (this.#numbers.length === 0 ? hasNumbers : this.#numbers.length < this.#capacity) {
      const room = this.#room?.numbers;
      const isRoom = room?.length === this.#capacity;
      const larger = isRoom ? room : new Float64Array(this.#capacity);
      if (this.#numbers.length === 0) larger.fill(Number.NaN, 0, this.#rows);
      else larger.set(this.#numbers.subarray(0, this.#rows));
      this.#numbers = larger;
    }
  }
}

/** Writes the cells of a column, in any order of rows; a row that is not written has none (null). */
export class CellsWriter {
  #codes = new Uint32Array(16);
  #numbers = new Float64Array(16).fill(Number.NaN);
  #words = new Words();
  #hasNumbers = false;

  write(row: number, cell: Cell): void {
    if (typeof cell === "number" && Math.abs(cell) <= largest) this.number(row, cell, form.number);
    else if (typeof cell === "string") this.text(row, cell);
    else if (cell !== null) this.word(row, cell);
  }

  number(row: number, value: number, own: number): void {
    scannedValue[0] = value;
    scannedForm[0] = own;
    this.scanned(row);
  }

  /** What `scanNumber` found: taken from where it lies, since a number that is handed over may cost an object. */
  scanned(row: number): void {
    if (row >= this.#codes.length) this.#grow(row);
    this.#numbers[row] = scannedValue[0]!;
    this.#codes[row] = scannedForm[0]!;
    this.#hasNumbers = true;
  }

  text(row: number, text: string): void {
    if (scanText(text)) this.scanned(row);
    else this.word(row, text);
  }

  /** A text that is no number in one of the forms, or a boolean. */
  word(row: number, cell: Cell): void {
    if (row >= this.#codes.length) this.#grow(row);
    this.#codes[row] = firstWord + this.#words.indexOf(cell);
    this.#numbers[row] = Number.NaN;
  }

  /** The first `rows` cells; from here on it is as a new one. */
  take(rows: number): Cells {
    const cells = this.lend(rows).copy();
    this.clear(rows);
    return cells;
  }

  /** The first `rows` cells, to be read until it is cleared. */
  lend(rows: number): Cells {
    if (rows > this.#codes.length) this.#grow(rows - 1);
    const numbers = this.#numbers.subarray(0, this.#hasNumbers ? rows : 0);
    return new Cells(this.#codes.subarray(0, rows), numbers, this.#words.all);
  }

  /** `rows` that were written are none any more. */
  clear(rows: number): void {
    this.#codes.fill(0, 0, rows);
    this.#numbers.fill(Number.NaN, 0, rows);
    if (this.#words.all.length > 0) this.#words = new Words();
    this.#hasNumbers = false;
  }

  #grow(row: number): void {
    const capacity = Math.max(row + 1, 2 * this.#codes.length);
    const [codes, numbers] = [new Uint32Array(capacity), new Float64Array(capacity).fill(Number.NaN)];
    codes.set(this.#codes);
    numbers.set(this.#numbers);
    this.#codes = codes;
    this.#numbers = numbers;
  }
}
