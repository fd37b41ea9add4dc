// What a column of plain numbers is known by, from its cells as they come: as `factsOf` of all of them, in memory that does not grow.
import { cellText } from "./cells.ts";
import { parseDate } from "./dates.ts";
import { DistinctCount, hashNumber, roughly } from "./distinct-count.ts";
import { isDay, sentinelAmong } from "./number-columns.ts";
import type { Counted, NumberFacts } from "./number-facts.ts";
import { numberingBy } from "./row-numbers.ts";
import type { Cell } from "./table.ts";

/** Where the number of different values is estimated, so large a share of the filled cells is taken for all of them. */
const nearlyAll = 0.95;
const compact = { form: "yyyymmdd", order: "year-first" } as const;

export class NumberScan {
  /** Different values that are counted one by one. */
  readonly #bound: number;
  #rows = 0;
  #filled = 0;
  #isWhole = true;
  #areExact = true;
  #first: string | undefined;
  readonly #ends = { least: Infinity, second: Infinity, beforeLast: -Infinity, most: -Infinity };
  readonly #atEnds = { least: 0, most: 0 };
  #values: Set<number> | undefined = new Set();
  #distinct: DistinctCount | undefined;
  /** Each greater than the one before; with the number of the first row they count the rows. */
  #rise = true;
  #last = Number.NEGATIVE_INFINITY;
  #counts: number | undefined;
  /** Sums of hashes, which tell whether the values are those of a range, each once. */
  readonly #sums = new Uint32Array(2);
  /** Of digits alone, all of so many; undefined where they differ. */
  #width: number | undefined = 0;
  #hasZero = false;
  #areDays = true;
  /** Days written as yyyymmdd, and the only other number beside them; undefined where there are several. */
  #days: { days: number; odd: number | undefined; strays: number } | undefined = { days: 0, odd: undefined, strays: 0 };

  constructor(bound: number) {
    this.#bound = bound;
  }

  get filled(): number {
    return this.#filled;
  }

  /** The next rows: NaN where a cell is missing. `cells` are as they are written. */
  add(values: Float64Array, cells: { at(row: number): Cell | undefined }): void {
    const from = this.#rows;
    for (let row = 0; row < values.length; row++) {
      const value = values[row]!;
      if (Number.isNaN(value)) continue;
      this.#first ??= cellText(cells.at(row)!);
      if (this.#filled++ === 0 && from + row === 0) this.#counts = value;
      this.#count(value);
      if (!this.#isWhole) continue;
      if (!Number.isInteger(value)) this.#isWhole = false;
      else this.#addWhole(value, from + row, () => cellText(cells.at(row)!));
    }
    this.#rows += values.length;
  }

  #count(value: number): void {
    const ends = this.#ends;
    const at = this.#atEnds;
    if (value < ends.least) {
      ends.second = ends.least;
      ends.least = value;
      at.least = 0;
    } else if (value > ends.least && value < ends.second) ends.second = value;
    if (value > ends.most) {
      ends.beforeLast = ends.most;
      ends.most = value;
      at.most = 0;
    } else if (value < ends.most && value > ends.beforeLast) ends.beforeLast = value;
    if (value === ends.least) at.least++;
    if (value === ends.most) at.most++;
    if (this.#values === undefined) this.#distinct!.add(value);
    else if (this.#values.add(value).size > this.#bound) {
      this.#distinct = new DistinctCount();
      for (const one of this.#values) this.#distinct.add(one);
      this.#values = undefined;
    }
  }

  #addWhole(value: number, row: number, text: () => string): void {
    if (!Number.isSafeInteger(value)) this.#areExact = false;
    if (!(value > this.#last)) this.#rise = false;
    this.#last = value;
    if (this.#counts !== undefined && value !== this.#counts + row) this.#counts = undefined;
    for (const seed of [0, 1]) this.#sums[seed]! += hashNumber(value, seed);
    if (this.#width !== undefined) {
      const written = text();
      this.#width =
        /^\d+$/.test(written) && (this.#width === 0 || this.#width === written.length) ? written.length : undefined;
      if (written.startsWith("0")) this.#hasZero = true;
    }
    if (this.#days === undefined) return;
    const day = parseDate(value, compact);
    if (isDay(day)) this.#days.days++;
    else if ((this.#days.odd ??= value) === value) this.#days.strays++;
    else this.#days = undefined;
    if (!isDay(day) || !/^\d{8}(\.0+)?$/.test(text())) this.#areDays = false;
  }

  /** `rows`: of the column. */
  get facts(): NumberFacts {
    const filled = this.#filled;
    const { least, most } = this.#ends;
    const distinct = this.#values?.size ?? Math.min(filled, roughly(this.#distinct!.estimate));
    const isWhole = this.#isWhole;
    const from = this.#counts === 0 || this.#counts === 1 ? this.#counts : undefined;
    return {
      ...{ isWhole, areExact: !isWhole || this.#areExact, distinct, least, most, first: this.#first ?? "" },
      areUnique:
        this.#values !== undefined ? distinct === filled : this.#rise || this.#distinct!.estimate >= nearlyAll * filled,
      isZeroPadded: isWhole && this.#hasZero && this.#width !== undefined && this.#width > 1,
      days: isWhole && this.#areDays && filled > 0 ? compact : undefined,
      rise: isWhole && this.#rise,
      numbering: (name) => numberingBy(name, filled, isWhole ? from : undefined, () => this.#shuffled()),
      oddDay: this.#oddDay(),
      sentinel: sentinelAmong(this.#ends, (value) => (value === least ? this.#atEnds.least : this.#atEnds.most)),
    };
  }

  /** 0 or 1 where the values are those from there on, each once, in any order. */
  #shuffled(): 0 | 1 | undefined {
    const { least, most } = this.#ends;
    if (!this.#isWhole || (least !== 0 && least !== 1) || most - least + 1 !== this.#filled) return undefined;
    const sums = new Uint32Array(2);
    for (let value = least; value <= most; value++) for (const seed of [0, 1]) sums[seed]! += hashNumber(value, seed);
    return sums[0] === this.#sums[0] && sums[1] === this.#sums[1] ? least : undefined;
  }

  #oddDay(): Counted | undefined {
    if (!this.#isWhole || this.#days === undefined) return undefined;
    const { days, odd, strays } = this.#days;
    return odd !== undefined && days >= 10 && strays * 4 <= days ? { value: odd, count: strays } : undefined;
  }
}
