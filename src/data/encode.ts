// Raw cells of one column → typed values: a number per row, or a code into a list of levels.
import { ChainruleError } from "../ir/errors.ts";
import { type SettingAdvice, settingWords } from "../ir/setting-advice.ts";
import { cellText, labelKey } from "./cells.ts";
import { valuesAt } from "./column-cells.ts";
import { countMissing, type MissingTest } from "./missing.ts";
import type { ColumnType } from "./reading.ts";
import { type Cell, type Cells, type Column, origin, place, type Table } from "./table.ts";
import type { ValueType } from "./types/value-type.ts";
import { quote } from "./wording.ts";

/** A value per row, NaN where it is missing: the number, 0 or 1, days since 1970-01-01, … */
export interface Values {
  readonly values: Float64Array;
  /** Cells that hold no such value and were taken as missing. */
  readonly odd: number;
}

/** A code per row, −1 where it is missing: the index into `levels`, which stand in order of first appearance. */
export interface Codes {
  readonly codes: Int32Array;
  /** As most cells spell them. */
  readonly levels: readonly string[];
  /** Other spellings than those of `levels`. */
  readonly spellings: readonly string[];
}

export type Encoded = Values | Codes;

/** The end of an error's message: what to do, and the settings that it speaks of. */
export interface Advice {
  readonly advice: string;
  readonly settings?: readonly SettingAdvice[];
}

/** What is done about a cell that holds no value: an error with that advice, or it counts as missing. */
export type OddCells = Advice | "missing";

/**
 * The cells as values of a type.
 *
 * @throws ChainruleError TYPE_MISMATCH naming the first cell that holds none and is not missing
 */
export function encodeValues<N>(
  table: Table,
  column: Column,
  type: ValueType<N>,
  notation: N,
  isMissing: MissingTest,
  odd: OddCells,
): Values {
  const { values, firstOdd } = readValues(column.cells, type, notation, isMissing);
  if (firstOdd < 0) return { values, odd: 0 };
  if (odd !== "missing") throw notOfType(table, column, firstOdd, type.wanted, type.form(notation), odd);
  const none = values.reduce((n, value) => n + (Number.isNaN(value) ? 1 : 0), 0);
  return { values, odd: none - countMissing(column.cells, isMissing) };
}

/** Of every cell the value of a type [rows], NaN where it is missing or holds none, and the first row where it holds none: −1 where all do. */
export function readValues<N>(
  cells: Cells,
  type: ValueType<N>,
  notation: N,
  isMissing: MissingTest,
): { readonly values: Float64Array; readonly firstOdd: number } {
  const read = type.reader(notation);
  const value = (cell: Cell): number => (isMissing(cell) ? Number.NaN : read(cell));
  if (type.isPlain?.(notation)) {
    const values = isMissing.ofNumbers ? cells.map(value) : cells.numbers(value);
    const isOdd = (cell: Cell): boolean => !isMissing(cell) && Number.isNaN(read(cell));
    return { values, firstOdd: values.includes(Number.NaN) ? cells.findRow(isOdd) : -1 };
  }
  const distinct = cells.distinct();
  const own = Float64Array.from(distinct.cells, value);
  const first = own.findIndex((each, i) => Number.isNaN(each) && !isMissing(distinct.cells[i]!));
  const values = valuesAt(own, distinct.of);
  return { values, firstOdd: first < 0 ? -1 : distinct.firstRows[first]! };
}

/** Categories, numbered in order of first appearance. `isExact`: case tells them apart. */
export function encodeCategories(column: Column, isMissing: MissingTest, isExact = false): Codes {
  const distinct = column.cells.distinct();
  const known = new Map<string, number>();
  const texts: { text: string; count: number }[] = [];
  const places = Int32Array.from(distinct.cells, (cell, i) => {
    if (isMissing(cell)) return -1;
    const text = cellText(cell);
    let at = known.get(text);
    if (at === undefined) {
      at = texts.push({ text, count: 0 }) - 1;
      known.set(text, at);
    }
    texts[at]!.count += distinct.counts[i]!;
    return at;
  });
  const { codes, levels, spellings } = spellingsOf(texts, isExact);
  const own = places.map((at) => (at < 0 ? -1 : codes[at]!));
  return { codes: Int32Array.from(distinct.of, (index) => own[index]!), levels, spellings };
}

/** Of different texts, in the order of their first rows and with the cells of each: which are one level. */
export function spellingsOf(
  texts: readonly { readonly text: string; readonly count: number }[],
  isExact = false,
): { readonly codes: Int32Array } & Pick<Codes, "levels" | "spellings"> {
  const byKey = new Map<string, number>();
  const best: { text: string; count: number }[] = [];
  const codes = Int32Array.from(texts, (each) => {
    const key = isExact ? each.text : labelKey(each.text);
    let code = byKey.get(key);
    if (code === undefined) byKey.set(key, (code = byKey.size));
    const before = best[code];
    if (before === undefined || each.count > before.count) best[code] = each;
    return code;
  });
  const levels = best.map(({ text }) => text);
  const spellings = texts.filter(({ text }, at) => levels[codes[at]!] !== text).map(({ text }) => text);
  return { codes, levels, spellings };
}

function notOfType(
  table: Table,
  column: Column,
  row: number,
  wanted: string,
  form: string,
  { advice, settings }: Advice,
): ChainruleError {
  const text = cellText(column.cells.at(row)!);
  return new ChainruleError(
    "TYPE_MISMATCH",
    `${place(table, row, column.name)}: ${wanted} is needed (${form}), and the cell holds ${quote(text)}. ${advice}`,
    {
      ...origin(table, row),
      column: column.name,
      cell: text,
      ...(settings && { settings }),
    },
  );
}

/** What to do about a cell that does not fit its column, before training. */
export function mendCell(column: string): Advice {
  const type = typeSetting(column, "category");
  return {
    advice: `Mend the cell, leave it empty if the value is missing, or give the column another type, e.g. ${settingWords(type)}.`,
    settings: [type],
  };
}

/** The type of one column, as a setting. */
export const typeSetting = (column: string, type: ColumnType | "ignore"): SettingAdvice => ({
  setting: "columnTypes",
  value: { [column]: type },
});
