// Durations, in seconds.
import { parseDuration } from "../times.ts";
import { quote } from "../wording.ts";
import type { ValueType } from "./value-type.ts";

export const durationType: ValueType<null> = {
  type: "duration",
  wanted: "a duration",
  form: () => "e.g. 1h 30m, 2 days 03:00:00 or PT1H30M",
  usual: null,
  reader: () => (cell) => (typeof cell === "string" ? parseDuration(cell) : Number.NaN),
  infer: (texts) =>
    texts.length > 0 && !texts.some((text) => Number.isNaN(parseDuration(text)))
      ? { notation: null, remark: `durations such as ${quote(texts[0])}, in seconds` }
      : undefined,
  isScaled: true,
  featureName: (column) => `${column} in seconds`,
  cycles: () => [],
  parse: () => null,
};
