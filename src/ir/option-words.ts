// Words for options that are wrong: what came, and which name may have been meant.
import { ChainruleError } from "./errors.ts";
import { excerpt } from "./json.ts";

export const invalid = (option: string, message: string, value: unknown): ChainruleError =>
  new ChainruleError("INVALID_ARGUMENT", message, { option, value });

/** Letters and digits alone, in lower case. */
export const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** The name that is meant by one in another spelling: "cross_entropy". */
export const sameWord = <N extends string>(name: string, of: readonly N[]): N | undefined =>
  of.find((known) => plain(known) === plain(name));

/** What came, in a few words. */
export function came(value: unknown): string {
  if (typeof value === "function") return value.name === "" ? "a function" : `the function ${value.name}`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${(value as Uint8Array).length}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value === undefined || value === null || typeof value === "number") return String(value);
  if (value instanceof Promise) return "a Promise";
  if (typeof value !== "object" || Object.getPrototypeOf(value) === Object.prototype) return excerpt(value);
  return `an object of ${(value.constructor as { name?: string } | undefined)?.name ?? "no"} class`;
}
