// Words for messages: quoted names, lists, places in a file, the closest name.

/** A name or cell in quotes, control characters escaped, cut at 60 characters. */
export function quote(value: unknown): string {
  const text = String(value);
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}

/** `"a", "b" and 3 more`: at most `limit` quoted names. */
export function quoteList(names: readonly string[], limit = 20): string {
  const shown = names.slice(0, limit).map(quote).join(", ");
  return names.length > limit ? `${shown} and ${names.length - limit} more` : shown;
}

/** `a, b and c` */
export const enumeration = (names: readonly string[], conjunction: "and" | "or"): string =>
  [names.slice(0, -1).join(", "), ...names.slice(-1)].filter((part) => part !== "").join(` ${conjunction} `);

/** `1 row`, `1,200 rows`. */
export function count(amount: number, singular: string, plural = `${singular}s`): string {
  return `${grouped(amount)} ${amount === 1 ? singular : plural}`;
}

/** 1234567 → 1,234,567 */
export function grouped(amount: number): string {
  return String(amount).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Bytes in decimal units: 2.1 GB. */
export function bytes(amount: number): string {
  if (amount < 1e3) return `${amount} bytes`;
  const [unit, name] = amount < 1e6 ? [1e3, "kB"] : amount < 1e9 ? [1e6, "MB"] : [1e9, "GB"];
  return `${(amount / unit).toFixed(1)} ${name}`;
}

/** The name nearest to `wanted` by edit distance, if it is near enough to be a slip of the pen. */
export function closest(wanted: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(wanted.length * 0.4)) + 1;
  for (const name of names) {
    if (Math.abs(name.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** Levenshtein distance: the fewest insertions, deletions and substitutions. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substituted, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return previous[b.length]!;
}

/** A word of a command line, quoted if a shell would not read it as it is. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Three digits are enough for a person: 0.0123, 1.23e-5, 1.23e+7. */
export const short = (value: number): string => {
  const rounded = Number(value.toPrecision(3));
  const size = Math.abs(rounded);
  return size !== 0 && (size < 1e-3 || size >= 1e6) ? rounded.toExponential() : String(rounded);
};
