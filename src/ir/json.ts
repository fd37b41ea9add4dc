// Plain JSON data, and what is asked of it when it is read.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Levels of arrays and objects in JSON from outside: writing it, or walking through it, takes a level of the stack each. */
export const deepest = 1000;

/** Whether arrays and objects lie within each other more than `deepest` deep. */
export function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; ; depth++) {
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
    if (level.length === 0) return false;
    if (depth >= deepest) return true;
  }
}

/** JSON from outside. `fail` makes the error where it is none, or nested too deep; it is told what the text "must be". */
export function parseJson(
  text: string,
  fail: (must: string, cause?: unknown) => Error,
  reviver?: (key: string, value: unknown) => unknown,
): unknown {
  // Made where it is needed: a file of events has a text for each line.
  const shallow = () => `JSON, nested at most ${deepest.toLocaleString("en")} deep`;
  let value: unknown;
  try {
    value = JSON.parse(text, reviver);
  } catch (cause) {
    // A reviver is called level by level, on the stack.
    throw fail(cause instanceof RangeError ? shallow() : "JSON", cause);
  }
  if (isTooDeep(value)) throw fail(shallow());
  return value;
}

/** The first characters of a value as JSON, however deep it is nested; "absent" for undefined. */
export function excerpt(value: unknown, length = 80): string {
  let visited = 0;
  try {
    // Every value that is visited takes a character at least: what comes after is cut off.
    const text = JSON.stringify(value, (_, part: unknown) => (visited++ > length ? 0 : part));
    return (text ?? "absent").slice(0, length);
  } catch {
    // A circle, or an integer that JSON has no form for.
    return typeof value === "bigint" ? `${value}` : Object.prototype.toString.call(value);
  }
}
