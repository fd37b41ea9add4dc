// Which cells are missing: the usual marks, words that are marks where the other cells are no words, and marks of the user's own.
import { parseNumber } from "./cells.ts";
import type { Cell, Cells } from "./table.ts";

/**
 * Marks of spreadsheets, databases and statistics programs that are missing cells in every column, whatever their case and the
 * blanks around them; null and NaN are, too.
 */
export const missingMarks: readonly string[] = [
  "",
  ...["#n/a", "#n/a n/a", "#na", "#null!", "#div/0!", "#value!", "#ref!", "#name?", "#num!"],
  ...["null", "(null)", "<null>", "[null]", "\\n", "nat", "<na>", "nan", "-nan", "1.#qnan", "-1.#ind", "1.#ind"],
  ...["n/a", "n.a.", "?", "--", ".", "..", ":"],
];

/** Missing cells among numbers and dates; among words they may be values: "None" beside "Insomnia", "NA" beside "EU". */
export const missingWords: readonly string[] = ["na", "none", "-"];

/** Missing cells among numbers and dates alone: among words they say something. */
const otherWords: readonly string[] = [
  "nil",
  "missing",
  "not available",
  "not applicable",
  "unknown",
  "no data",
  "tbd",
];

const marks = new Set(missingMarks);
const words = new Set(missingWords);
const typed = new Set([...missingWords, ...otherWords]);
const longestMark = 16;
/** Stata's extended missing values: .a to .z */
const stata = /^\.[a-z]$/;

/** In lower case, all texts that are missing among words where no rule says otherwise. */
export const missingAmongWords = (): string[] => [
  ...missingMarks,
  ...missingWords,
  ...Array.from("abcdefghijklmnopqrstuvwxyz", (letter) => `.${letter}`),
];

/** What is missing in one column, beyond the usual marks. Plain JSON, kept with the model. */
export interface MissingRule {
  /** Further marks of the user's own. */
  readonly marks?: readonly string[] | undefined;
  /** Words that are values here. */
  readonly values?: readonly string[] | undefined;
}

export interface MissingTest {
  (cell: Cell): boolean;
  /** Whether finite numbers may be missing, too. */
  readonly ofNumbers: boolean;
}

/** How many cells of a column are missing. */
export const countMissing = (cells: Cells, isMissing: MissingTest): number =>
  isMissing.ofNumbers ? cells.count(isMissing) : cells.countWords(isMissing);

const keyOf = (text: string): string => text.trim().toLowerCase();

/** Whether a text is a word that may be missing or a value. */
export const isMissingWord = (text: string): boolean => words.has(keyOf(text));

/**
 * Tells the missing cells of a column. `ofWords`: its cells are categories or labels, so that words which say something are
 * values.
 */
export function missingTest(rule: MissingRule = {}, ofWords = false): MissingTest {
  const own = new Set(rule.marks?.map(keyOf));
  // −999 is −999.0, too.
  const numbers = new Set((rule.marks ?? []).map(parseNumber).filter((value) => !Number.isNaN(value)));
  const values = new Set(rule.values?.map(keyOf));
  const most = [...own].reduce((length, mark) => Math.max(length, mark.length), longestMark);
  const some = ofWords ? words : typed;
  const isMissing = (cell: Cell): boolean => {
    if (cell === null) return true;
    if (typeof cell === "number") {
      if (!Number.isFinite(cell)) return Number.isNaN(cell) || own.has(keyOf(String(cell)));
      return numbers.has(cell);
    }
    if (typeof cell === "boolean") return false;
    // Most cells are numbers, or long: no need to trim them.
    const first = cell.charCodeAt(0);
    if (own.size === 0 && first >= 48 && first <= 57 && first !== 49) return false;
    if (cell.length > most + 8 && first > 32 && first < 128) return false;
    const key = keyOf(cell);
    if (key.length > most) return false;
    if (own.has(key) || (numbers.size > 0 && numbers.has(parseNumber(key)))) return true;
    return (marks.has(key) || some.has(key) || stata.test(key)) && !values.has(key);
  };
  return Object.assign(isMissing, { ofNumbers: numbers.size > 0 });
}
