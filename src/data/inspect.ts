// A look at all cells of a column: what is missing, which texts there are, and whether they are values of one type.
import { cellText, parseNumber } from "./cells.ts";
import { isMissingWord, type MissingRule, missingTest, missingWords } from "./missing.ts";
import type { DecimalMark } from "./number-notation.ts";
import type { Column, Table } from "./table.ts";
import { type ValueTypeName, valueType, valueTypeNames } from "./types/index.ts";
import type { InferredValues, ReadingHints } from "./types/value-type.ts";

/** A text of a column, as it is written there for the first time. */
export interface Level {
  readonly text: string;
  readonly row: number;
  count: number;
}

export interface Inspection {
  readonly column: Column;
  /** What is missing in it, by the user's word. */
  readonly rule: MissingRule;
  /** Cells that are missing whatever the column holds. */
  readonly missing: number;
  readonly filled: number;
  /** Where every filled cell is a plain number: the values, NaN where missing. */
  readonly numbers: Float64Array | undefined;
  /** Whether all numbers are whole. */
  readonly isWhole: boolean;
  /** Otherwise: its texts in the order of their first rows. */
  readonly levels: readonly Level[];
  /** The type of which all texts are values, but those that are missing there. */
  readonly values: TypedValues | undefined;
}

export interface TypedValues extends InferredValues<unknown> {
  readonly type: ValueTypeName;
}

/** What the columns of a table say of each other. */
export interface Evidence {
  /** Words that stand for missing numbers or dates in some column, in lower case. */
  readonly missingWords: ReadonlySet<string>;
  /** The decimal mark of columns in which there is no doubt. */
  readonly decimal: DecimalMark | undefined;
}

export function inspect(table: Table, column: Column, rule: MissingRule, hints: ReadingHints): Inspection {
  const { cells } = column;
  const isMissing = missingTest(rule, true);
  const isAbsent = missingTest({ ...rule, values: [...(rule.values ?? []), ...missingWords] }, true);
  const numbers = new Float64Array(table.rows);
  let missing = 0;
  let filled = 0;
  let isWhole = true;
  let isPlain = true;
  for (let r = 0; r < table.rows && isPlain; r++) {
    const cell = cells[r]!;
    numbers[r] = Number.NaN;
    if (isMissing(cell)) {
      missing++;
      continue;
    }
    numbers[r] = parseNumber(cell);
    filled++;
    if (Number.isNaN(numbers[r]!)) isPlain = false;
    else if (!Number.isInteger(numbers[r]!)) isWhole = false;
  }
  if (isPlain) return { column, rule, missing, filled, numbers, isWhole, levels: [], values: undefined };

  const levels = new Map<string, Level>();
  let absent = 0;
  for (let r = 0; r < table.rows; r++) {
    const cell = cells[r]!;
    if (isAbsent(cell)) {
      absent++;
      continue;
    }
    const text = cellText(cell);
    const level = levels.get(text);
    if (level) level.count++;
    else levels.set(text, { text, row: r, count: 1 });
  }
  const all = [...levels.values()];
  const isTypedMissing = missingTest(rule);
  const texts = all.filter(({ text }) => !isTypedMissing(text)).map(({ text }) => text);
  return {
    ...{ column, rule, missing: absent, filled: table.rows - absent, numbers: undefined, isWhole: false, levels: all },
    values: valuesOf(texts, hints),
  };
}

function valuesOf(texts: readonly string[], hints: ReadingHints): TypedValues | undefined {
  if (texts.length === 0) return undefined;
  for (const type of valueTypeNames) {
    const found = valueType(type).infer(texts, hints);
    if (found) return { type, ...found };
  }
  return undefined;
}

/** What the other columns say where one of them leaves a doubt. */
export function evidenceOf(inspections: readonly Inspection[]): Evidence {
  const words = new Set<string>();
  const decimals = new Set<DecimalMark>();
  for (const { column, missing, numbers, levels, values } of inspections) {
    if (numbers && missing > 0)
      for (const cell of column.cells)
        if (typeof cell === "string" && !/^\d/.test(cell) && isMissingWord(cell)) words.add(cell.trim().toLowerCase());
    if (values === undefined) continue;
    for (const { text } of levels) if (isMissingWord(text)) words.add(text.toLowerCase());
    const { notation, doubt } = values;
    if (values.type === "number" && doubt === undefined && levels.some(({ text }) => /\d[.,]\d/.test(text)))
      decimals.add((notation as { decimal: DecimalMark }).decimal);
  }
  return { missingWords: words, decimal: decimals.size === 1 ? [...decimals][0] : undefined };
}
