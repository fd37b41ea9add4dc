// Plain data of a kind with fields: what each field must be, checked where the data is made and where a file has it.
import { ChainruleError } from "./errors.ts";
import { excerpt, isRecord } from "./json.ts";
import { came, sameWord } from "./option-words.ts";

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
  /** What each part of a list must be. */
  readonly each?: Field<unknown>;
  /** Names to choose from, and what they are names of. */
  readonly choices?: { readonly noun: string; readonly names: readonly string[] };
}

/** A field for every property of T but its kind, in the order in which data has them. */
export type Fields<T> = { readonly [K in Exclude<keyof T, "kind">]-?: Field<NonNullable<T[K]>> };

/** A kind of plain data. */
export interface Kind<T extends { readonly kind: string }> {
  readonly kind: T["kind"];
  readonly fields: Fields<T>;
  /** What is wrong between fields, each of which holds. */
  fault?(data: T): string | undefined;
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
export const fraction = number("from 0 to 1", (x) => x >= 0 && x <= 1);
export const share = number("at least 0 and less than 1", (x) => x >= 0 && x < 1);
export const whole = (lowest: number, byDefault?: number): Field<number> =>
  number(`a whole number of at least ${lowest}`, (x) => Number.isSafeInteger(x) && x >= lowest)(byDefault);

export const boolean = (byDefault: boolean): Field<boolean> => ({
  must: "true or false",
  holds: (value) => typeof value === "boolean",
  byDefault,
});

export const pair = (each: Field<number>, byDefault?: readonly [number, number]): Field<readonly [number, number]> => ({
  must: `two numbers, each ${each.must}`,
  holds: (value): value is readonly [number, number] =>
    Array.isArray(value) && value.length === 2 && value.every((part) => each.holds(part)),
  each,
  ...(byDefault !== undefined && { byDefault }),
});

/** One of the names of "an activation", "an initializer". */
export const choice = <N extends string>(noun: string, names: readonly N[], byDefault?: N): Field<N> => ({
  must: `an ${noun}`,
  holds: (value): value is N => names.some((name) => name === value),
  choices: { noun, names },
  ...(byDefault !== undefined && { byDefault }),
});

/** INVALID_ARGUMENT for a name that there is not. */
export const noSuch = (noun: string, name: unknown, names: readonly string[]): ChainruleError =>
  new ChainruleError("INVALID_ARGUMENT", `There is no ${noun} ${came(name)}; choose one of ${names.join(", ")}.`, {
    [noun]: name,
  });

export const nested = <T>(must: string): Field<T> => ({
  must,
  holds: (value): value is T => isRecord(value),
  nested: "one",
});

export const nestedList = <T>(must: string): Field<readonly T[]> => ({
  must,
  holds: (value): value is readonly T[] => Array.isArray(value),
  nested: "list",
});

export const optional = <T>(field: Field<T>): Field<T> => ({ ...field, isOptional: true });

const entriesOf = <T>(fields: Fields<T>) => Object.entries<Field<unknown>>(fields);

/**
 * Plain data of a kind with its defaults: `options` as a user gives them, and what the arguments before them say. Throws INVALID_ARGUMENT,
 * naming the setting.
 */
export function make<T extends { readonly kind: string }>(
  record: Kind<T>,
  options: Options<T>,
  given: Options<T> = {},
): T {
  const { kind, fields } = record;
  checkNames(
    kind,
    Object.keys(fields).filter((name) => !Object.hasOwn(given, name)),
    options,
  );
  const all: Readonly<Record<string, unknown>> = { ...options, ...given };
  const settings = entriesOf(fields).flatMap(([name, { byDefault }]) => {
    const value = all[name] === undefined ? byDefault : all[name];
    return value === undefined ? [] : [[name, value]];
  });
  const made = { kind, ...Object.fromEntries(settings) } as T;
  for (const [name, field] of entriesOf(fields)) {
    const value: unknown = (made as Readonly<Record<string, unknown>>)[name];
    if (!field.holds(value) && !(field.isOptional && value === undefined)) throw invalid(kind, name, field, value);
  }
  const fault = record.fault?.(made);
  if (fault !== undefined) throw new ChainruleError("INVALID_ARGUMENT", `${kind}: ${fault}.`, { ...made });
  return made;
}

/** Options by their names, of which there are these; the kind itself may be among them, as in data that was made before. */
export function checkNames(kind: string, names: readonly string[], options: unknown): void {
  if (!isRecord(options))
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `${kind}: ${names.length === 0 ? "there are no options" : `options must be { ${names.join(", ")} }, of which each may be left out`}; got ${came(options)}.`,
      { kind, options },
    );
  const odd = Object.keys(options).find(
    (name) => !names.includes(name) && name !== "kind" && options[name] !== undefined,
  );
  if (odd === undefined) return;
  const known = sameWord(odd, names);
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `${kind} has no option ${odd}. ${known === undefined ? `It has ${names.join(", ")}.` : `Write ${known}.`}`,
    { kind, option: odd },
  );
}

function invalid(kind: string, name: string, { must, each, choices }: Field<unknown>, value: unknown): ChainruleError {
  if (choices !== undefined) return noSuch(choices.noun, value, choices.names);
  // Of a pair, the number that is wrong.
  const part: unknown = each && Array.isArray(value) ? value.find((one) => !each.holds(one)) : undefined;
  const wrong = part === undefined ? `${must}; got ${came(value)}` : `${each!.must}; got ${came(part)}`;
  return new ChainruleError("INVALID_ARGUMENT", `${kind}: ${name} must be ${wrong}.`, { kind, [name]: value });
}

/**
 * The same from JSON: every field is checked, other properties are left out. `at` is its place, "architecture.layers[0]";
 * `parseNested` makes data of what is nested in it.
 */
export function parse<T extends { readonly kind: string }>(
  record: Kind<T>,
  json: Readonly<Record<string, unknown>>,
  at: string,
  fail: Fail,
  parseNested?: (json: unknown, at: string) => unknown,
): T {
  const given = entriesOf(record.fields).flatMap(([name, { must, holds, byDefault, isOptional, nested }]) => {
    const value = Object.hasOwn(json, name) ? json[name] : byDefault;
    if (value === undefined && isOptional) return [];
    if (!holds(value)) throw fail(`${at}.${name} must be ${must}; it is ${excerpt(value)}`);
    if (nested === undefined) return [[name, value]];
    const place = `${at}.${name}`;
    if (nested === "one") return [[name, parseNested!(value, place)]];
    return [[name, (value as readonly unknown[]).map((part, i) => parseNested!(part, `${place}[${i}]`))]];
  });
  const parsed = { kind: record.kind, ...Object.fromEntries(given) } as T;
  const fault = record.fault?.(parsed);
  if (fault !== undefined) throw fail(`${at}: ${fault}`);
  return parsed;
}
