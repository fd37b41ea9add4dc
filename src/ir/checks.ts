// Checks of plain data from outside, put together from small ones: each says whether a value holds.
import { isRecord } from "./json.ts";

export type Check = (value: unknown) => boolean;

/** A check of every field of T. */
export type Checks<T> = { readonly [K in keyof Required<T>]: Check };

export const number: Check = (value) => typeof value === "number";
export const natural = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
export const text: Check = (value) => typeof value === "string";
export const boolean: Check = (value) => typeof value === "boolean";
export const textOrNumber: Check = (value) => text(value) || number(value);

export const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

export const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

/** Numbers by any names. */
export const numbers: Check = (value) => isRecord(value) && Object.values(value).every(number);

export const record =
  <T>(checks: Checks<T>): Check =>
  (value) =>
    faultIn(checks, value) === undefined;

/** The name of the first field that is missing or wrong; "" where there are no fields at all; undefined where all hold. */
export function faultIn(checks: Readonly<Record<string, Check>>, value: unknown): string | undefined {
  if (!isRecord(value)) return "";
  return Object.entries(checks).find(
    ([name, check]) => !check(Object.hasOwn(value, name) ? value[name] : undefined),
  )?.[0];
}
