// Kinds of values that settings have: what holds of one, how it is read from text and written as text.
import { isRecord } from "../../ir/json.ts";

export interface ValueType<T> {
  /** What a value must be: "a whole number of at least 1". */
  readonly must: string;
  /** All values that there are, where they can be listed. */
  readonly choices?: readonly T[];
  /** There are others beside the choices. */
  readonly isOpen?: true;
  /** Of anything: a file may hold what no program would give. */
  holds(value: unknown): boolean;
  /** Undefined where the text is of no such value. */
  parse(text: string): T | undefined;
  /** The text that `parse` reads as this value. */
  print(value: T): string;
}

/** The number, or NaN where the text is none. */
export const decimal = (text: string): number =>
  /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;

function numbers(must: string, is: (value: number) => boolean, read = decimal): ValueType<number> {
  const holds = (value: unknown): boolean => typeof value === "number" && is(value);
  return {
    must,
    holds,
    parse: (text) => {
      const value = read(text);
      return holds(value) ? value : undefined;
    },
    print: String,
  };
}

/** A whole number in lowest … highest. */
export const whole = (lowest: number, highest = Number.MAX_SAFE_INTEGER): ValueType<number> =>
  numbers(
    `a whole number ${highest === Number.MAX_SAFE_INTEGER ? `of at least ${lowest}` : `from ${lowest} to ${highest}`}`,
    (value) => Number.isInteger(value) && value >= lowest && value <= highest,
    (text) => (/^\d+$/.test(text) ? Number(text) : Number.NaN),
  );

export const positive: ValueType<number> = numbers(
  "a finite number above 0, for example 0.01",
  (value) => value > 0 && value < Number.POSITIVE_INFINITY,
);

export const nonNegative: ValueType<number> = numbers(
  "a finite number of at least 0, for example 0.1",
  (value) => value >= 0 && value < Number.POSITIVE_INFINITY,
);

export const finite: ValueType<number> = numbers("a number, for example 0.2", Number.isFinite);

/** A share of the rows. */
export const share: ValueType<number> = numbers(
  "at least 0 and below 1, for example 0.2",
  (value) => value >= 0 && value < 1,
);

/** A list of at least one. */
export const isListOf = (value: unknown, holds: (part: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length > 0 && value.every(holds);

/** Names and what they stand for, in a map or a plain object; at least so many. */
export function isMapOf(value: unknown, holds: (part: unknown) => boolean, least = 0): boolean {
  const parts = value instanceof Map ? [...value.values()] : isRecord(value) ? Object.values(value) : undefined;
  return parts !== undefined && parts.length >= least && parts.every(holds);
}

/** "64,32" ⇄ [64, 32]; "none" ⇄ []. */
export const widths: ValueType<readonly number[]> = {
  must: 'widths from 1 to 999999 like 64,32, or "none"',
  holds: (value) =>
    Array.isArray(value) && value.every((width) => Number.isInteger(width) && width >= 1 && width <= 999999),
  parse: (text) => {
    if (text === "none") return [];
    const parts = text.split(",").map((part) => part.trim());
    return parts.every((part) => /^[1-9]\d{0,5}$/.test(part)) ? parts.map(Number) : undefined;
  },
  print: (value) => value.join(",") || "none",
};

export function oneOf<T extends string>(choices: readonly T[]): ValueType<T> {
  return {
    must: `one of ${choices.join(", ")}`,
    choices,
    holds: (value) => choices.some((choice) => choice === value),
    parse: (text) => choices.find((name) => name === text),
    print: (name) => name,
  };
}

export const onOrOff: ValueType<boolean> = {
  must: "true or false",
  choices: [true, false],
  holds: (value) => typeof value === "boolean",
  parse: (text) => (text === "true" ? true : text === "false" ? false : undefined),
  print: String,
};

export const anyText: ValueType<string> = {
  must: "a text",
  holds: (value) => typeof value === "string",
  parse: (text) => text,
  print: (text) => text,
};

/** `a,b` ⇄ ["a", "b"]; one name is itself. A name with a comma, with a quote before it or with blanks around it stands in double quotes. */
export const names: ValueType<string | readonly string[]> = {
  must: 'a name, or several with commas between: a,b; a name with a comma in it in double quotes: "a, b"',
  holds: (value) => typeof value === "string" || isListOf(value, (name) => typeof name === "string"),
  parse(text) {
    // Text without a mark of lists is a name as it is.
    if (!/[,"]/.test(text)) return text;
    const parts = [...text.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^",\s][^,]*?))\s*(,|$)/gsy)];
    const length = parts.reduce((sum, [part]) => sum + part.length, 0);
    if (parts.length === 0 || length < text.length || parts.at(-1)![3] === ",") return undefined;
    const all = parts.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!);
    return all.length === 1 ? all[0]! : all;
  },
  print: (value) => (typeof value === "string" ? nameText(value) : value.map(listedText).join()),
};

const quotedText = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const nameText = (name: string): string => (/[,"]/.test(name) ? quotedText(name) : name);
const listedText = (name: string): string => (/[,"]|^\s|\s$|^$/.test(name) ? quotedText(name) : name);
