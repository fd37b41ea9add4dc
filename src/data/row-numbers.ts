// Columns that number the rows or name them: in the order of the file, or by their name.

/** The first number where the values count the rows in their order, from 0 or from 1; undefined where they do not. */
function rowNumbering(values: Float64Array): 0 | 1 | undefined {
  const from = values[0];
  if (from !== 0 && from !== 1) return undefined;
  return values.every((value, row) => value === row + from) ? from : undefined;
}

/** The first number where the values are 0 to n − 1, or 1 to n, in any order; undefined where they are not. */
function shuffledNumbering(values: Float64Array): 0 | 1 | undefined {
  let least = Number.POSITIVE_INFINITY;
  for (const value of values) if (value < least) least = value;
  if (least !== 0 && least !== 1) return undefined;
  const seen = new Uint8Array(values.length);
  for (const value of values) {
    const at = value - least;
    if (!(at < seen.length) || seen[at] === 1) return undefined;
    seen[at] = 1;
  }
  return least;
}

/** Numbers that count the rows: what is said of them, and whether they are left out. */
export interface Numbering {
  readonly what: string;
  readonly isLeftOut: boolean;
  readonly reason: string;
}

/** In the file's order they are left out; in another one, where the name says that they count. undefined for other numbers. */
export const numberingOf = (name: string, values: Float64Array): Numbering | undefined =>
  numberingBy(name, values.length, rowNumbering(values), () => shuffledNumbering(values));

/** The same of so many numbers: `from` where they count the rows in their order, `shuffled()` where they do in any order. */
export function numberingBy(
  name: string,
  rows: number,
  from: number | undefined,
  shuffled: () => number | undefined,
): Numbering | undefined {
  if (isTimeName(name)) return undefined;
  if (from !== undefined) {
    const what = `numbers the rows, from ${from} in the file's order, and is left out`;
    return { what, isLeftOut: true, reason: "the numbers of the rows" };
  }
  const least = shuffled();
  if (least === undefined) return undefined;
  const range = `from ${least} to ${least + rows - 1}`;
  return isNumberingName(name)
    ? {
        what: `numbers the rows, ${range} in another order than the file's, and is left out`,
        ...{ isLeftOut: true, reason: "the numbers of the rows, in another order" },
      }
    : {
        what: `has every number ${range} once, as numbers of rows would, and is used`,
        isLeftOut: false,
        reason: "integers",
      };
}

/** nr, no, number, row, case, obs, record, sample, serial, seq, lfd Nr: what counts the rows, in whatever order they stand. */
const isNumberingName = (name: string): boolean =>
  wordsOf(name).some((word) =>
    /^(n|nr|no|num|number|nummer|numero|numéro|row|rows|zeile|case|fall|obs|observation|record|respondent|participant|subject|sample|entry|serial|sl|sr|sno|seq|sequence|lfd|index|idx)$/.test(
      word,
    ),
  );

/** The words of a column's name, in lower case: "userId" and "user_id" have two. */
export const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");

/** id, user_id, userId, "row id", uuid; index, idx, key as whole names; columns without a name (a saved row index). */
export function isIdentifierName(name: string): boolean {
  const words = wordsOf(name);
  if (/^(index|idx|rowid|unnamed \d+|column 1)$/.test(words.join(" "))) return true;
  return /^(id|ids|uuid|guid)$/.test(words[words.length - 1] ?? "");
}

/** What pandas, polars and R call a saved index: "Unnamed: 0", level_0, __index_level_0__, rownames, row.names, ...1, row number. */
export const isIndexName = (name: string): boolean =>
  /^(index|unnamed \d+|(index )?level 0|row names?|rownames?|row number|row nr|1)$/.test(wordsOf(name).join(" "));

/** date, timestamp, created_at, t, time step, day, week, month, year */
export const isTimeName = (name: string): boolean =>
  wordsOf(name).some((word) =>
    /^(date|datetime|time|timestamp|ts|epoch|created|updated|modified|at|t|step|day|days|week|month|year|hour|hours|minute|second)$/.test(
      word,
    ),
  );
