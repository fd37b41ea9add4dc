// A look at all cells of a column: what is missing, which texts there are, and whether they are values of one type.
import { cellText, parseNumber } from "./cells.ts";
import { type Codes, encodeCategories, readValues, type Values } from "./encode.ts";
import { countMissing, isMissingWord, type MissingRule, missingTest, missingWords } from "./missing.ts";
import { factsOf, type NumberFacts, type NumbersSeen } from "./number-facts.ts";
import type { DecimalMark } from "./number-notation.ts";
import { type Cell, type Column, origin, type Table } from "./table.ts";
import { type ValueTypeName, valueType, valueTypeNames } from "./types/index.ts";
import type { InferredValues, ReadingHints } from "./types/value-type.ts";

/** A text of a column, as it is written there for the first time. */
export interface Level {
  readonly text: string;
  /** The row where it stands first: `originOf` tells it. */
  readonly row: number;
  count: number;
}

/** Values of a column in a notation: of each row with `encoded`, or of each of its different texts, with how many cells have it. */
export interface ReadValues {
  readonly values: Float64Array;
  readonly counts?: Float64Array;
  readonly encoded?: Values;
}

/** What a look at all cells of a column found, whether they are at hand or were seen on the way. */
export interface Inspection {
  readonly name: string;
  /** What the file says that it holds. */
  readonly declared?: Column["declared"];
  readonly rows: number;
  /** What is missing in it, by the user's word. */
  readonly rule: MissingRule;
  /** Cells that are missing whatever the column holds. */
  readonly missing: number;
  readonly filled: number;
  /** Where every filled cell is a plain number. */
  readonly numbers: NumberFacts | undefined;
  /** Otherwise: its texts in the order of their first rows. */
  readonly levels: readonly Level[];
  /** About how many texts it has beside them, and cells with plain numbers that are none of them: 0 where the cells are at hand. */
  readonly others: { readonly texts: number; readonly numbers: number };
  /** The type of which all texts are values, but those that are missing there. */
  readonly values: TypedValues | undefined;
  /** Where some are missing among plain numbers: the words for it, in lower case. */
  missingWords(): Iterable<string>;
  /** Cells that are missing where the column holds values. */
  missingAmongValues(): number;
  /** Its cells as texts; case does not tell them apart. */
  categories(rule: MissingRule): Categories;
  read(type: ValueTypeName, notation: unknown): ReadValues;
  originOf(row: number): { readonly source: string; readonly row: number };
  /** With other hints, where the texts may be read in two ways. */
  withHints(hints: ReadingHints): Inspection;
}

/** As `Codes`, which are there where the cells are at hand. */
export interface Categories {
  readonly levels: readonly string[];
  readonly spellings: readonly string[];
  readonly missing: number;
  /** Of the levels, and of those that were too many to be kept. */
  readonly distinct: number;
  readonly codes?: Codes;
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
  const number = (cell: Cell): number => (isMissing(cell) ? Number.NaN : parseNumber(cell));
  const numbers = isMissing.ofNumbers ? cells.map(number) : cells.numbers(number);
  const missing = countMissing(cells, isMissing);
  const seen = lookAt(numbers);
  if (seen.filled + missing === table.rows) {
    const facts = factsOf(column, numbers, rule, seen);
    return inspected(table, column, {
      ...{ rule, missing, filled: seen.filled, numbers: facts, levels: [], values: undefined },
    });
  }

  const levels = new Map<string, Level>();
  const distinct = cells.distinct();
  let absent = 0;
  for (const [i, cell] of distinct.cells.entries()) {
    const count = distinct.counts[i]!;
    if (isAbsent(cell)) {
      absent += count;
      continue;
    }
    const text = cellText(cell);
    const level = levels.get(text);
    if (level) level.count += count;
    else levels.set(text, { text, row: distinct.firstRows[i]!, count });
  }
  const all = [...levels.values()];
  return inspected(table, column, {
    ...{ rule, missing: absent, filled: table.rows - absent, numbers: undefined, levels: all },
    values: valuesOf(all, rule, hints),
  });
}

/** At numbers of a column, NaN for other cells. */
function lookAt(numbers: Float64Array): NumbersSeen {
  let [filled, isWhole] = [0, true];
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < numbers.length; row++) {
    const value = numbers[row]!;
    if (Number.isNaN(value)) continue;
    filled++;
    if (value < least) least = value;
    if (value > most) most = value;
    if (isWhole && !Number.isInteger(value)) isWhole = false;
  }
  return { filled, isWhole, least, most };
}

type Found = Pick<Inspection, "rule" | "missing" | "filled" | "numbers" | "levels" | "values">;

/** Of cells that are at hand. */
function inspected(table: Table, column: Column, found: Found): Inspection {
  const { name, declared, cells } = column;
  const { rule, numbers, missing, levels } = found;
  const read = (type: ValueTypeName, notation: unknown): ReadValues => {
    const { values } = readValues(cells, valueType(type), notation, missingTest(rule));
    return { values, encoded: { values, odd: 0 } };
  };
  return {
    ...found,
    ...{ name, rows: table.rows, others: { texts: 0, numbers: 0 }, read },
    ...(declared && { declared }),
    *missingWords() {
      if (missing === 0 || numbers === undefined) return;
      for (const cell of cells.words)
        if (typeof cell === "string" && !/^\d/.test(cell) && isMissingWord(cell)) yield cell.trim().toLowerCase();
    },
    missingAmongValues: () => countMissing(cells, missingTest(rule)),
    categories(of) {
      const codes = encodeCategories(column, missingTest(of, true));
      const absent = codes.codes.reduce((n, code) => n + (code < 0 ? 1 : 0), 0);
      return { ...codes, missing: absent, distinct: codes.levels.length, codes };
    },
    originOf: (row) => origin(table, row),
    withHints: (hints) => inspected(table, column, { ...found, values: valuesOf(levels, rule, hints) }),
  };
}

/** The type of which the texts are values, but for those that are missing among values. */
export function valuesOf(levels: readonly Level[], rule: MissingRule, hints: ReadingHints): TypedValues | undefined {
  const isMissing = missingTest(rule);
  const texts = levels.filter(({ text }) => !isMissing(text)).map(({ text }) => text);
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
  for (const seen of inspections) {
    for (const word of seen.missingWords()) words.add(word);
    const { levels, values } = seen;
    if (values === undefined) continue;
    for (const { text } of levels) if (isMissingWord(text)) words.add(text.toLowerCase());
    const { notation, doubt } = values;
    if (values.type === "number" && doubt === undefined && levels.some(({ text }) => /\d[.,]\d/.test(text)))
      decimals.add((notation as { decimal: DecimalMark }).decimal);
  }
  return { missingWords: words, decimal: decimals.size === 1 ? [...decimals][0] : undefined };
}
