// Lists of records by name: the names, the record of a name, and data of one of their kinds from JSON.
import { type Fail, type Kind, noSuch, parse } from "./fields.ts";
import { excerpt, isRecord } from "./json.ts";

/** In the order of the list. */
export const namesOf = <L extends object>(list: L) => Object.keys(list) as (keyof L & string)[];

/** The record of a name. Throws INVALID_ARGUMENT for one that there is not; `noun` says of what: "optimizer". */
export function recordNamed<R>(noun: string, list: Readonly<Record<string, R>>, name: string): R {
  if (Object.hasOwn(list, name)) return list[name]!;
  throw noSuch(noun, name, Object.keys(list));
}

/** Data of one of the kinds of a list, from JSON, every field checked. `what`: "an optimizer"; the rest as `parse` takes it. */
export function parseKindOf<T extends { readonly kind: string }>(
  what: string,
  list: Readonly<Record<string, Kind<T>>>,
  json: unknown,
  at: string,
  fail: Fail,
  parseNested?: (json: unknown, at: string) => unknown,
): T {
  const kinds = Object.keys(list);
  const kind = isRecord(json) ? kinds.find((known) => known === json.kind) : undefined;
  if (isRecord(json) && kind !== undefined) return parse(list[kind]!, json, at, fail, parseNested);
  throw fail(`${at} must be ${what}, of a kind from ${kinds.join(", ")}; it is ${excerpt(json)}`);
}
