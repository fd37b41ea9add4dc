// Raw cells of one column → typed values: a number per row, or a code into a list of levels.
import { ChainruleError } from "../ir/errors.ts";
import { type SettingAdvice, settingWords } from "../ir/setting-advice.ts";
import { cellText, labelKey } from "./cells.ts";
import type { ColumnType } from "./reading.ts";
import { type Column, origin, place, type Table } from "./table.ts";
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
export type MissingTest = (cell: Column["cells"][number]) => boolean;

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
  const { cells } = column;
  const read = type.reader(notation);
  const values = new Float64Array(table.rows);
  let strays = 0;
  for (let r = 0; r < table.rows; r++) {
    const cell = cells[r]!;
    if (isMissing(cell)) {
      values[r] = Number.NaN;
      continue;
    }
    values[r] = read(cell);
    if (!Number.isNaN(values[r]!)) continue;
    if (odd !== "missing") throw notOfType(table, column, r, type.wanted, type.form(notation), odd);
    strays++;
  }
  return { values, odd: strays };
}

/** Categories, numbered in order of first appearance. `isExact`: case tells them apart. */
export function encodeCategories(table: Table, column: Column, isMissing: MissingTest, isExact = false): Codes {
  const { cells } = column;
  const codes = new Int32Array(table.rows);
  const known = new Map<string, number>();
  const byKey = new Map<string, number>();
  const spelled: { text: string; code: number; count: number }[] = [];
  let levels = 0;
  for (let r = 0; r < table.rows; r++) {
    const cell = cells[r]!;
    if (isMissing(cell)) {
      codes[r] = -1;
      continue;
    }
    const text = cellText(cell);
    let at = known.get(text);
    if (at === undefined) {
      const key = isExact ? text : labelKey(text);
      let code = byKey.get(key);
      if (code === undefined) byKey.set(key, (code = levels++));
      at = spelled.push({ text, code, count: 0 }) - 1;
      known.set(text, at);
    }
    spelled[at]!.count++;
    codes[r] = spelled[at]!.code;
  }
  const best: { text: string; count: number }[] = [];
  for (const each of spelled) {
    const before = best[each.code];
    if (before === undefined || each.count > before.count) best[each.code] = each;
  }
  const shown = best.map(({ text }) => text);
  return {
    codes,
    levels: shown,
    spellings: spelled.filter(({ text, code }) => shown[code] !== text).map(({ text }) => text),
  };
}

function notOfType(
  table: Table,
  column: Column,
  row: number,
  wanted: string,
  form: string,
  { advice, settings }: Advice,
): ChainruleError {
  const text = cellText(column.cells[row]!);
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
