// What a column of plain numbers is known by, whether its cells are at hand or were seen on the way.
import { cellText } from "./cells.ts";
import { type DateNotation, inferDates } from "./dates.ts";
import { type MissingRule, missingTest } from "./missing.ts";
import { distinctNumbers, isZeroPadded, oddDay, type Range, sentinelOf } from "./number-columns.ts";
import { type Numbering, numberingOf } from "./row-numbers.ts";
import type { Column } from "./table.ts";

/** A number and the cells that hold it. */
export interface Counted {
  readonly value: number;
  readonly count: number;
}

/** Of the filled cells of a column that are all plain numbers. */
export interface NumberFacts {
  readonly isWhole: boolean;
  /** Whether float64 holds every whole number digit for digit. */
  readonly areExact: boolean;
  readonly distinct: number;
  /** Whether no number comes twice. */
  readonly areUnique: boolean;
  readonly least: number;
  readonly most: number;
  /** The first one as it is written. */
  readonly first: string;
  /** Codes such as "00501": see isZeroPadded. */
  readonly isZeroPadded: boolean;
  /** Where all are days written as yyyymmdd. */
  readonly days: DateNotation | undefined;
  /** Whether each is greater than the one in the row before. */
  readonly rise: boolean;
  /** Where they count the rows: see numberingOf. */
  numbering(name: string): Numbering | undefined;
  readonly oddDay: Counted | undefined;
  readonly sentinel: Counted | undefined;
  /** [rows], NaN where missing, where the cells are at hand. */
  readonly values?: Float64Array;
}

/** What a look at all numbers of a column found. */
export interface NumbersSeen extends Range {
  readonly filled: number;
  readonly isWhole: boolean;
}

/** Of cells that are at hand: `values` are theirs, NaN where one is missing, and `seen` what was found of them. */
export function factsOf(column: Column, values: Float64Array, rule: MissingRule, seen: NumbersSeen): NumberFacts {
  const { filled, isWhole, least, most } = seen;
  let distinct: number | undefined;
  const countDistinct = () => (distinct ??= distinctNumbers(values, seen));
  return {
    ...{ least, most },
    values,
    isWhole,
    get areExact() {
      return !isWhole || values.every((value) => Number.isNaN(value) || Number.isSafeInteger(value));
    },
    get distinct() {
      return countDistinct();
    },
    get areUnique() {
      return countDistinct() === filled;
    },
    get first() {
      const isMissing = missingTest(rule, true);
      return cellText(column.cells.at(column.cells.findRow((cell) => !isMissing(cell)))!);
    },
    get isZeroPadded() {
      return isZeroPadded(column, rule);
    },
    get days() {
      return daysAmong(column, values, rule);
    },
    get rise() {
      return values.every((value, row) => row === 0 || value > values[row - 1]!);
    },
    numbering: (name) => numberingOf(name, values),
    get oddDay() {
      return oddDay(values);
    },
    get sentinel() {
      return sentinelOf(values, seen);
    },
  };
}

/** How the numbers are written where all are days as yyyymmdd. */
function daysAmong({ cells }: Column, values: Float64Array, rule: MissingRule): DateNotation | undefined {
  if (values.some((value) => value < 0 || value >= 1e8)) return undefined;
  const isMissing = missingTest(rule, true);
  const texts: string[] = [];
  for (const cell of cells.distinct().cells) {
    if (isMissing(cell)) continue;
    const text = cellText(cell);
    if (!/^\d{8}(\.0+)?$/.test(text)) return undefined;
    texts.push(text);
  }
  return inferDates(texts)?.notation;
}
