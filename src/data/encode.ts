// Raw cells of one column → typed values: a number per row, or a code into a list of levels.
import { ChainruleError } from "../ir/errors.ts";
import { cellText, isMissing, parseBoolean, parseNumber } from "./cells.ts";
import { type DateOrder, parseDate } from "./dates.ts";
import { type Column, place, type Table } from "./table.ts";
import { quote } from "./wording.ts";

/** A value per row, NaN where it is missing: the number, 0 or 1, or days since 1970-01-01. */
export interface Values {
  readonly values: Float64Array;
}

/** A code per row, −1 where it is missing: the index into `levels`, which stand in order of first appearance. */
export interface Codes {
  readonly codes: Int32Array;
  readonly levels: readonly string[];
}

/**
 * Numbers. `advice` ends the message: what to do about a cell that does not fit.
 *
 * @throws ChainruleError TYPE_MISMATCH naming the first cell that is neither a number nor missing
 */
export function encodeNumbers(table: Table, column: Column, advice: string): Values {
  return encodeWith(table, column, parseNumber, "a number", 'decimal point, no unit, no "," in it', advice);
}

/** Booleans as 0 and 1. @throws ChainruleError TYPE_MISMATCH */
export function encodeBooleans(table: Table, column: Column, advice: string): Values {
  return encodeWith(table, column, parseBoolean, "a boolean", "true/false, yes/no, y/n, t/f or 1/0", advice);
}

/** Dates as days since 1970-01-01 UTC. @throws ChainruleError TYPE_MISMATCH */
export function encodeDates(table: Table, column: Column, order: DateOrder, advice: string): Values {
  const form = "e.g. 2021-04-03 or 2021-04-03 14:05";
  return encodeWith(table, column, (cell) => parseDate(cell, order), "a date", form, advice);
}

function encodeWith(
  table: Table,
  column: Column,
  read: (cell: Column["cells"][number]) => number,
  wanted: string,
  form: string,
  advice: string,
): Values {
  const { cells } = column;
  const values = new Float64Array(table.rows);
  for (let r = 0; r < table.rows; r++) {
    const value = read(cells[r]!);
    if (Number.isNaN(value) && !isMissing(cells[r]!)) throw notOfType(table, column, r, wanted, form, advice);
    values[r] = value;
  }
  return { values };
}

/** Categories: trimmed texts, numbered in order of first appearance. */
export function encodeCategories(table: Table, column: Column): Codes {
  const { cells } = column;
  const codes = new Int32Array(table.rows);
  const known = new Map<string, number>();
  const levels: string[] = [];
  for (let r = 0; r < table.rows; r++) {
    const cell = cells[r]!;
    if (isMissing(cell)) {
      codes[r] = -1;
      continue;
    }
    const text = cellText(cell);
    let code = known.get(text);
    if (code === undefined) {
      code = levels.length;
      known.set(text, code);
      levels.push(text);
    }
    codes[r] = code;
  }
  return { codes, levels };
}

function notOfType(
  table: Table,
  column: Column,
  row: number,
  wanted: string,
  form: string,
  advice: string,
): ChainruleError {
  const text = cellText(column.cells[row]!);
  return new ChainruleError(
    "TYPE_MISMATCH",
    `${place(table, row, column.name)}: ${wanted} is needed (${form}), and the cell holds ${quote(text)}. ${advice}`,
    { source: table.source, row: table.rowNumbers[row], column: column.name, cell: text },
  );
}

/** What to do about a cell that does not fit its column, before training. */
export function mendCell(column: string): string {
  return `Mend the cell, leave it empty if the value is missing, or give the column another type, e.g. ${typeFlag(column, "category")}.`;
}

/** `--type "mean area"=ignore`: how the type of a column is set on the command line. */
export function typeFlag(column: string, type: string): string {
  return `--type ${/^[\w.-]+$/.test(column) ? column : quote(column)}=${type}`;
}
