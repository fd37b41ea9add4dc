// Plain data of a kind with fields: what each field must be, checked where the data is made and where a file has it.
import { ChainruleError } from "./errors.ts";

export interface Field<T> {
  /** Completes "must be …". */
  readonly must: string;
  holds(value: unknown): value is T;
  /** What it is where it is left out. */
  readonly byDefault?: T;
  /** It may be left out, and stays so. */
  readonly isOptional?: true;
  /** Data of a kind of its own, or a list of such. */
  readonly nested?: "one" | "list";
}

/** A field for every property of T but its kind, in the order in which data has them. */
export type Fields<T> = { readonly [K in Exclude<keyof T, "kind">]-?: Field<NonNullable<T[K]>> };

/** A kind of plain data. */
export interface Kind<T extends { readonly kind: string }> {
  readonly kind: T["kind"];
  readonly fields: Fields<T>;
}

/** Settings of a kind: those with defaults may be left out. */
export type Options<T> = Partial<Omit<T, "kind">>;

/** Makes the error for what a file says: `what` tells the place, what must hold and what came. */
export type Fail = (what: string) => Error;

const number =
  (must: string, holds: (value: number) => boolean) =>
  (byDefault?: number): Field<number> => ({
    must,
    holds: (value): value is number => typeof value === "number" && holds(value),
    ...(byDefault !== undefined && { byDefault }),
  });

export const nonNegative = number("at least 0 and finite", (x) => x >= 0 && x < Number.POSITIVE_INFINITY);
export const positive = number("above 0 and finite", (x) => x > 0 && x < Number.POSITIVE_INFINITY);
export const share = number("at least 0 and less than 1", (x) => x >= 0 && x < 1);
export const whole = (lowest: number, byDefault?: number): Field<number> =>
  number(`a whole number of at least ${lowest}`, (x) => Number.isSafeInteger(x) && x >= lowest)(byDefault);

export const boolean = (byDefault: boolean): Field<boolean> => ({
  must: "true or false",
  holds: (value) => typeof value === "boolean",
  byDefault,
});

export const nested = <T>(must: string): Field<T> => ({
  must,
  holds: (value): value is T => isObject(value),
  nested: "one",
});

export const nestedList = <T>(must: string): Field<readonly T[]> => ({
  must,
  holds: (value): value is readonly T[] => Array.isArray(value),
  nested: "list",
});

export const optional = <T>(field: Field<T>): Field<T> => ({ ...field, isOptional: true });

const entriesOf = <T>(fields: Fields<T>) => Object.entries<Field<unknown>>(fields);

/** Plain data of a kind with its defaults. Throws INVALID_ARGUMENT, naming the setting. */
export function make<T extends { readonly kind: string }>({ kind, fields }: Kind<T>, options: Options<T>): T {
  const defaults = entriesOf(fields).flatMap(([name, { byDefault }]) =>
    byDefault === undefined ? [] : [[name, byDefault]],
  );
  const made = { kind, ...Object.fromEntries(defaults), ...options } as T;
  for (const [name, { must, holds, isOptional }] of entriesOf(fields)) {
    const value = (made as Readonly<Record<string, unknown>>)[name];
    if (holds(value) || (isOptional && value === undefined)) continue;
    // Of a pair, the number that is wrong.
    const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
    const wrong = parts.length === 1 ? value : parts.find((part) => !holds(parts.map(() => part)));
    throw new ChainruleError("INVALID_ARGUMENT", `${kind}: ${name} must be ${must}; got ${wrong}.`, {
      kind,
      [name]: value,
    });
  }
  return made;
}

/**
 * The same from JSON: every field is checked, other properties are left out. `at` is its place, "architecture.layers[0]";
 * `parseNested` makes data of what is nested in it.
 */
export function parse<T extends { readonly kind: string }>(
  { kind, fields }: Kind<T>,
  json: Readonly<Record<string, unknown>>,
  at: string,
  fail: Fail,
  parseNested?: (json: unknown, at: string) => unknown,
): T {
  const given = entriesOf(fields).flatMap(([name, { must, holds, byDefault, isOptional, nested }]) => {
    const value = Object.hasOwn(json, name) ? json[name] : byDefault;
    if (value === undefined && isOptional) return [];
    if (!holds(value)) throw fail(`${at}.${name} must be ${must}; it is ${excerpt(value)}`);
    if (nested === undefined) return [[name, value]];
    const place = `${at}.${name}`;
    if (nested === "one") return [[name, parseNested!(value, place)]];
    return [[name, (value as readonly unknown[]).map((part, i) => parseNested!(part, `${place}[${i}]`))]];
  });
  return { kind, ...Object.fromEntries(given) } as T;
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Characters of an excerpt, at most. */
const longest = 80;

/** The beginning of a value from JSON, however deep it is nested; "absent" for undefined. */
export function excerpt(value: unknown): string {
  let visited = 0;
  // Every value that is visited takes a character at least: what comes after is cut off.
  const text = JSON.stringify(value, (_, part: unknown) => (visited++ > longest ? 0 : part));
  return (text ?? "absent").slice(0, longest);
}
