// Times of day: a fraction of a day, and its place on the circle of a day.
import { maximum, minimum } from "../../ir/stats.ts";
import { parseTimeOfDay } from "../times.ts";
import type { ValueType } from "./value-type.ts";

const clock = (fraction: number): string => {
  const minutes = Math.round(fraction * 1440);
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
};

export const timeType: ValueType<null> = {
  type: "time",
  wanted: "a time of day",
  form: () => "e.g. 07:45, 07:45:30 or 7:45 PM",
  usual: null,
  reader: () => (cell) => (typeof cell === "string" ? parseTimeOfDay(cell) : Number.NaN),
  infer(texts) {
    const values = texts.map(parseTimeOfDay);
    if (values.some(Number.isNaN)) return undefined;
    return { notation: null, remark: `${clock(minimum(values))} to ${clock(maximum(values))}` };
  },
  isScaled: true,
  featureName: (column) => column,
  cycles: () => ["day"],
  parse: () => null,
};
