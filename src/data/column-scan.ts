// A column that is read block by block: what a look at all of its cells would find, in memory that does not grow with their number.
import { cellText, labelKey, parseNumber } from "./cells.ts";
import { DistinctCount, roughly } from "./distinct-count.ts";
import { readValues, spellingsOf } from "./encode.ts";
import type { LevelCounts } from "./features.ts";
import { type Categories, type Inspection, type Level, type TypedValues, valuesOf } from "./inspect.ts";
import { isMissingWord, type MissingRule, type MissingTest, missingTest, missingWords } from "./missing.ts";
import { NumberScan } from "./number-scan.ts";
import { RunningMoments } from "./running-moments.ts";
import { type Cell, Cells, type Column } from "./table.ts";
import { type ValueTypeName, valueType } from "./types/index.ts";
import type { ReadingHints } from "./types/value-type.ts";

/** How the cells of a column of values are read. */
export interface ColumnReading {
  readonly type: ValueTypeName;
  readonly notation: unknown;
}

/** What is known of a column before its cells are read: what they will be asked for. */
export interface ScanPlan {
  readonly rule: MissingRule;
  readonly hints: ReadingHints;
  /** Numbers are kept as texts, too: they may be codes, or classes. */
  readonly keepsTexts: boolean;
  /** Values whose moments are wanted. */
  readonly reading?: ColumnReading | undefined;
  /** Different texts, and numbers, that are counted one by one; of more their number is estimated. */
  readonly bound: number;
}

/** Rows of a block. */
export interface ScannedRows {
  /** By which `originOf` finds a row. */
  readonly idOf: (row: number) => number;
  /** [rows], 1 for those that are trained on. */
  readonly isTrained: Uint8Array;
}

interface TrainedLevel extends Level {
  /** Cells of rows that are trained on. */
  trained: number;
}

/** Characters that a text may have on average where as many as the bound are kept. */
const meanLength = 32;

/** Marks of missing cells that are told, at most. */
const mostMarks = 16;
/** Texts that a reading which is settled cannot read are kept beyond the bound: so many. */
const mostStrays = 4096;

interface Reading {
  readonly as: ColumnReading;
  readonly readOne: (cell: Cell) => number;
  readonly read: (cells: Cells) => Float64Array;
  readonly moments: RunningMoments;
}

export class ColumnScan {
  readonly name: string;
  readonly plan: ScanPlan;
  /** The marks of its missing cells, as they are written: a few. */
  readonly marks = new Set<string>();
  readonly #declared: Column["declared"];
  readonly #isAbsent: MissingTest;
  readonly #isMissing: MissingTest;
  readonly #isTypedMissing: MissingTest;
  readonly #numbers: NumberScan;
  /** Of cells that are plain numbers. */
  readonly #plain = new RunningMoments();
  readonly #levels = new Map<string, TrainedLevel>();
  #rows = 0;
  #absent = 0;
  #absentTrained = 0;
  #characters = 0;
  /** Of the texts, once they are too many to keep; and cells with numbers that are none of the levels. */
  #distinct: DistinctCount | undefined;
  #otherNumbers = 0;
  /** How all cells are read for their moments. */
  #reading: Reading | undefined;

  constructor({ name, declared }: Pick<Column, "name" | "declared">, plan: ScanPlan) {
    this.name = name;
    this.plan = plan;
    this.#declared = declared;
    const { rule, reading } = plan;
    this.#isMissing = missingTest(rule, true);
    this.#isAbsent = missingTest({ ...rule, values: [...(rule.values ?? []), ...missingWords] }, true);
    this.#isTypedMissing = missingTest(rule);
    this.#numbers = new NumberScan(plan.bound);
    this.#reading = reading && this.#readAs(reading);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Whether every text is kept, with its count. */
  get isComplete(): boolean {
    return this.#distinct === undefined && (this.plan.keepsTexts || this.#numbers.filled === 0);
  }

  #readAs(as: ColumnReading): Reading {
    const type = valueType(as.type);
    const one = type.reader(as.notation);
    return {
      as,
      readOne: (cell) => (this.#isTypedMissing(cell) ? Number.NaN : one(cell)),
      read: (cells) => readValues(cells, type, as.notation, this.#isTypedMissing).values,
      moments: new RunningMoments(),
    };
  }

  /** Rows that have no such column. */
  addMissing(rows: number): void {
    this.add(Cells.none(rows), { idOf: () => 0, isTrained: new Uint8Array(rows) });
  }

  add(cells: Cells, rows: ScannedRows): void {
    const { isTrained } = rows;
    const trained = (values: Float64Array) => values.map((value, row) => (isTrained[row] === 1 ? value : Number.NaN));
    const number = (cell: Cell): number => (this.#isMissing(cell) ? Number.NaN : parseNumber(cell));
    const values = this.#isMissing.ofNumbers ? cells.map(number) : cells.numbers(number);
    this.#numbers.add(values, cells);
    this.#plain.add(trained(values));
    if (this.#reading) addTo(this.#reading, trained(this.#reading.read(cells)));
    this.#rows += cells.length;
    if (this.plan.keepsTexts) this.#addAll(cells, values, rows);
    else this.#addWords(cells, values, rows);
    const { bound } = this.plan;
    if (this.#distinct === undefined && (this.#levels.size > bound || this.#characters > meanLength * bound))
      this.#seal();
  }

  /** Every text, those of numbers too. */
  #addAll(cells: Cells, values: Float64Array, { idOf, isTrained }: ScannedRows): void {
    const distinct = cells.distinct();
    const trained = new Int32Array(distinct.cells.length);
    for (let row = 0; row < cells.length; row++) if (isTrained[row] === 1) trained[distinct.of[row]!]!++;
    for (const [i, cell] of distinct.cells.entries()) {
      const row = distinct.firstRows[i]!;
      const counts = { count: distinct.counts[i]!, trained: trained[i]! };
      this.#addCell(cell, idOf(row), counts, !Number.isNaN(values[row]!));
    }
  }

  /** What is no number. */
  #addWords(cells: Cells, values: Float64Array, { idOf, isTrained }: ScannedRows): void {
    for (let row = 0; row < cells.length; row++) {
      if (!Number.isNaN(values[row]!)) this.#otherNumbers++;
      else this.#addCell(cells.at(row)!, idOf(row), { count: 1, trained: isTrained[row]! }, false);
    }
  }

  #addCell(
    cell: Cell,
    id: number,
    { count, trained }: Pick<TrainedLevel, "count" | "trained">,
    isNumber: boolean,
  ): void {
    if (!isNumber && this.#isAbsent(cell)) {
      this.#absent += count;
      this.#absentTrained += trained;
      if (this.marks.size < mostMarks) this.marks.add(cell === null ? "" : cellText(cell));
      return;
    }
    const text = cellText(cell);
    let level = this.#levels.get(text);
    if (level === undefined) {
      if (this.#distinct !== undefined) {
        this.#distinct.add(text);
        if (!this.#isStray(cell, isNumber)) {
          if (isNumber) this.#otherNumbers += count;
          return;
        }
      }
      level = { text, row: id, count: 0, trained: 0 };
      this.#levels.set(text, level);
      this.#characters += text.length;
    }
    level.count += count;
    level.trained += trained;
  }

  /** Whether a text has to be kept though there are many: what it is read as tells the others nothing. */
  #isStray(cell: Cell, isNumber: boolean): boolean {
    if (this.#isTypedMissing(cell)) return true;
    const isRead = this.#reading === undefined ? isNumber : !Number.isNaN(this.#reading.readOne(cell));
    return !isRead && this.#levels.size < this.plan.bound + mostStrays;
  }

  /** From here on only the first texts are kept, and what all of them are values of is read for its moments. */
  #seal(): void {
    const { bound } = this.plan;
    const values =
      this.#reading === undefined && this.isComplete && !this.isPlain ? this.#valuesBy(this.plan.hints) : undefined;
    if (values !== undefined) {
      this.#reading = this.#readAs(values);
      this.#addLevels(this.#reading);
    }
    this.#distinct = new DistinctCount();
    let kept = 0;
    let characters = 0;
    for (const [text, level] of this.#levels) {
      this.#distinct.add(text);
      characters += text.length;
      if (kept++ < bound && characters <= meanLength * bound) continue;
      if (this.#isTypedMissing(text)) continue;
      if (!Number.isNaN(parseNumber(text))) this.#otherNumbers += level.count;
      this.#levels.delete(text);
    }
  }

  #addLevels(reading: Reading): void {
    const levels = [...this.#levels.values()];
    addTo(
      reading,
      Float64Array.from(levels, ({ text }) => reading.readOne(text)),
      Float64Array.from(levels, ({ trained }) => trained),
    );
  }

  #valuesBy(hints: ReadingHints): TypedValues | undefined {
    return valuesOf([...this.#levels.values()], this.plan.rule, hints);
  }

  /** Moments of the values in rows that are trained on, and places on the cycles of time; undefined where they must be read anew for it. */
  momentsOf({ type, notation }: ColumnReading): RunningMoments | undefined {
    const isSame = (other: ColumnReading) =>
      other.type === type && JSON.stringify(other.notation) === JSON.stringify(notation);
    if (this.#reading !== undefined && isSame(this.#reading.as)) return this.#reading.moments;
    if (this.isPlain && isSame({ type: "number", notation: valueType("number").usual })) return this.#plain;
    if (!this.isComplete) return undefined;
    const reading = this.#readAs({ type, notation });
    this.#addLevels(reading);
    return reading.moments;
  }

  /** Texts in the order of their first rows, with cells of all rows and of those that are trained on. */
  texts(): Iterable<Readonly<TrainedLevel>> {
    return this.#levels.values();
  }

  /** Whether every cell is a plain number, or missing. */
  get isPlain(): boolean {
    if (this.#numbers.filled === 0) return [...this.#levels.keys()].every(this.#isMissing);
    for (const { text } of this.#levels.values())
      if (!this.#isMissing(text) && Number.isNaN(parseNumber(text))) return false;
    return true;
  }

  inspection(originOf: Inspection["originOf"], hints = this.plan.hints): Inspection {
    const { rule } = this.plan;
    const isPlain = this.isPlain;
    const levels = isPlain ? [] : [...this.#levels.values()];
    const words = [...this.#levels.values()].filter(({ text }) => this.#isMissing(text));
    const absentWords = words.reduce((sum, { count }) => sum + count, 0);
    const missing = this.#absent + (isPlain ? absentWords : 0);
    const others = {
      texts: Math.max(0, Math.min(roughly(this.#distinct?.estimate ?? 0), this.#rows - missing) - this.#levels.size),
      numbers: isPlain ? 0 : this.#otherNumbers,
    };
    return {
      ...{ name: this.name, rows: this.#rows, rule, missing, filled: this.#rows - missing, levels, others, originOf },
      ...(this.#declared && { declared: this.#declared }),
      numbers: isPlain ? this.#numbers.facts : undefined,
      values: isPlain ? undefined : this.#valuesBy(hints),
      missingWords: () =>
        isPlain && missing > 0 ? words.map(({ text }) => text.toLowerCase()).filter(isMissingWord) : [],
      missingAmongValues: () => this.#absent + this.#count(this.#isTypedMissing),
      categories: (of) => this.#categories(of, others.texts),
      read: (type, notation) => {
        const one = valueType(type).reader(notation);
        const read = [...this.#levels.values()].filter(({ text }) => !this.#isTypedMissing(text));
        return {
          values: Float64Array.from(read, ({ text }) => one(text)),
          counts: Float64Array.from(read, ({ count }) => count),
        };
      },
      withHints: (hints) => this.inspection(originOf, hints),
    };
  }

  #count(is: (cell: Cell) => boolean): number {
    let n = 0;
    for (const { text, count } of this.#levels.values()) if (is(text)) n += count;
    return n;
  }

  #categories(rule: MissingRule, others: number): Categories {
    const isMissing = missingTest(rule, true);
    const texts = [...this.#levels.values()].filter(({ text }) => !isMissing(text));
    const { levels, spellings } = spellingsOf(texts);
    const missing = this.#absent + this.#count(isMissing);
    const distinct = Math.min(levels.length + others, this.#rows - missing);
    return { levels, spellings, missing, distinct };
  }

  /** Levels as `categories` has them, with the cells of each in rows that are trained on; and whether some are missing in these. */
  trainedLevels(rule: MissingRule): LevelCounts {
    const isMissing = missingTest(rule, true);
    const texts = [...this.#levels.values()].filter(({ text }) => !isMissing(text));
    const { levels } = spellingsOf(texts);
    const codes = new Map(levels.map((level, code) => [labelKey(level), code]));
    const counts = new Float64Array(levels.length);
    for (const { text, trained } of texts) counts[codes.get(labelKey(text))!]! += trained;
    let absent = this.#absentTrained;
    for (const { text, trained } of this.#levels.values()) if (isMissing(text)) absent += trained;
    return { levels, counts, missing: absent > 0 };
  }
}

function addTo({ as, moments }: Reading, values: Float64Array, counts?: Float64Array): void {
  moments.add(values, counts);
  if (as.type !== "number") moments.watchCycles(values, counts);
}
