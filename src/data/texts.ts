// Texts of a column that are no values of a type: sentences, and words among numbers.
import { inferNotation } from "./number-notation.ts";

/** Mean length over 40 characters, or four words and more. */
export function isProse(levels: readonly string[]): boolean {
  let characters = 0;
  let words = 0;
  for (const level of levels) {
    characters += level.length;
    words += level.split(/\s+/).length;
  }
  return characters > 40 * levels.length || words >= 4 * levels.length;
}

/** The other texts, of at most three kinds, where all the rest are numbers of one notation. */
export function wordsAmongNumbers(levels: readonly string[]): readonly string[] | undefined {
  const words = levels.filter((text) => !/\d/.test(text));
  if (words.length === 0 || words.length > 3) return undefined;
  return inferNotation(levels.filter((text) => /\d/.test(text))) && words;
}
