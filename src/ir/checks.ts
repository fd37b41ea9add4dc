// Checks of plain data from outside, put together from small ones: each says whether a value holds, and describes itself.
import { isRecord, type Json } from "./json.ts";

export type JsonSchema = { readonly [keyword: string]: Json };

export interface Check {
  (value: unknown): boolean;
  /** What it holds of, in JSON: there a number that is not finite is null. Absent for functions that are not described. */
  readonly schema?: JsonSchema;
  /** Whether it holds of undefined. */
  readonly isOptional?: boolean;
}

/** A check of every field of T. */
export type Checks<T> = { readonly [K in keyof Required<T>]: Check };

/** A check with its description; `holds` stays as it is. */
export const described = <C extends (value: never) => boolean>(schema: JsonSchema, holds: C, isOptional = false) =>
  Object.assign(((value) => holds(value)) as C, { schema, isOptional });

export const number = described({ type: ["number", "null"] }, (value: unknown) => typeof value === "number");
export const natural = described(
  { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0,
);
export const text = described({ type: "string" }, (value: unknown) => typeof value === "string");
export const boolean = described({ type: "boolean" }, (value: unknown) => typeof value === "boolean");
export const textOrNumber = described(
  { type: ["string", "number", "null"] },
  (value: unknown) => text(value) || number(value),
);
export const anything = described({}, (value: unknown) => value !== undefined);

export const oneOf = (names: readonly string[]): Check =>
  described({ enum: names }, (value: unknown) => names.some((name) => name === value));

export const maybe = (check: Check): Check =>
  described(schemaOf(check), (value: unknown) => value === undefined || check(value), true);

export const either = (...checks: readonly Check[]): Check =>
  described({ anyOf: checks.map(schemaOf) }, (value: unknown) => checks.some((check) => check(value)));

export const list = (check: Check): Check =>
  described(
    { type: "array", items: schemaOf(check) },
    (value: unknown) => Array.isArray(value) && value.every((one) => check(one)),
  );

/** Numbers by any names. */
export const numbers = described(
  { type: "object", additionalProperties: number.schema },
  (value: unknown) => isRecord(value) && Object.values(value).every(number),
);

export const record = <T>(checks: Checks<T>): Check =>
  described(recordSchema(checks), (value: unknown) => faultIn(checks, value) === undefined);

/** The name of the first field that is missing or wrong; "" where there are no fields at all; undefined where all hold. */
export function faultIn(checks: Readonly<Record<string, Check>>, value: unknown): string | undefined {
  if (!isRecord(value)) return "";
  return Object.entries(checks).find(
    ([name, check]) => !check(Object.hasOwn(value, name) ? value[name] : undefined),
  )?.[0];
}

/** Fields that are not checked may be there, too. */
export const recordSchema = (checks: Readonly<Record<string, Check>>): JsonSchema => ({
  type: "object",
  properties: Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, schemaOf(check)])),
  required: Object.entries(checks).flatMap(([name, { isOptional }]) => (isOptional ? [] : [name])),
});

/** Anything where a check is not described. */
const schemaOf = ({ schema = {} }: Check): JsonSchema => schema;
