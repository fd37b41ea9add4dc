// Booleans: yes and no in any of their spellings, as 1 and 0.
import { parseBoolean } from "../cells.ts";
import { quoteList } from "../wording.ts";
import type { ValueType } from "./value-type.ts";

const pairs = ["true false", "t f", "yes no", "y n", "on off", "1 0"].map((pair) => pair.split(" "));

/** One pair must be whole, and one cell more than a number: 0 and 1 are numbers, "f" and "y" two categories. */
function isBoolean(texts: readonly string[]): boolean {
  const known = new Set(texts.map((text) => text.trim().toLowerCase()));
  return (
    [...known].every((text) => !Number.isNaN(parseBoolean(text))) &&
    pairs.some((pair) => pair.every((text) => known.has(text))) &&
    [...known].some((text) => Number.isNaN(Number(text)))
  );
}

export const booleanType: ValueType<null> = {
  type: "boolean",
  wanted: "a boolean",
  form: () => "true/false, yes/no, y/n, t/f or 1/0",
  usual: null,
  reader: () => parseBoolean,
  infer: (texts) =>
    isBoolean(texts) ? { notation: null, remark: quoteList(texts, 6).replaceAll(", ", " or ") } : undefined,
  isScaled: false,
  featureName: (column) => column,
  cycles: () => [],
  parse: () => null,
};
