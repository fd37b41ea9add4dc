// Columns that number the rows or name them: in the order of the file, or by their name.

/** The first number where the values count the rows in their order, from 0 or from 1; undefined where they do not. */
export function rowNumbering(values: Float64Array): 0 | 1 | undefined {
  const from = values[0];
  if (from !== 0 && from !== 1) return undefined;
  return values.every((value, row) => value === row + from) ? from : undefined;
}

/** The first number where the values are 0 to n − 1, or 1 to n, in any order; undefined where they are not. */
export function shuffledNumbering(values: Float64Array): 0 | 1 | undefined {
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

/** rank, position, place, order: numbers from 1 on that say something. */
export const isRankName = (name: string): boolean =>
  wordsOf(name).some((word) => /^(rank|ranking|rang|place|position|pos|order|priority|standing)$/.test(word));

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
