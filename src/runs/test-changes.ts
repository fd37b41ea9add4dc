// For tests: plain data with one place changed.
import fc from "fast-check";

/** All places in plain data: what is there, and how to put something else. */
export function places(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, part]) => places(part, [...path, key]))];
}

export function withChange(event: object, path: readonly (string | number)[], value: unknown): unknown {
  if (path.length === 0) return value;
  const copy = structuredClone(event);
  let at = copy as Record<string, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  if (value === undefined) delete at[path.at(-1)!];
  else at[path.at(-1)!] = value;
  return copy;
}

/** What a place may be changed to. */
export const anyValue = fc.constantFrom<unknown>(
  undefined,
  null,
  0,
  -1,
  1e300,
  0.5,
  "",
  "x",
  true,
  [],
  {},
  [null],
  ["x"],
  [[]],
  { rows: 1 },
);
