// A feature column: fitted on training rows, then written into the matrix x.

import type { DateOrder } from "./dates.ts";
import { type Codes, encodeBooleans, encodeCategories, encodeDates, encodeNumbers, type Values } from "./encode.ts";
import { naturalOrder } from "./order.ts";
import type { Cycle, FeatureColumn } from "./preprocessing.ts";
import type { Column, Table } from "./table.ts";

/** Length of each cycle in days; a year is the Gregorian mean. */
const periods: Readonly<Record<Cycle, number>> = { day: 1, week: 7, year: 365.2425 };
/** With more levels than this, those with fewer than `rareRows` training rows share one feature. */
const manyLevels = 20;
const rareRows = 5;

export type FeatureType = FeatureColumn["type"];
export type Encoded = Values | Codes;

/**
 * The cells of a column as typed values. `advice` ends the message on a cell that does not fit.
 *
 * @throws ChainruleError TYPE_MISMATCH naming the first such cell
 */
export function encode(table: Table, column: Column, type: FeatureType, order: DateOrder, advice: string): Encoded {
  if (type === "number") return encodeNumbers(table, column, advice);
  if (type === "boolean") return encodeBooleans(table, column, advice);
  if (type === "date") return encodeDates(table, column, order, advice);
  return encodeCategories(table, column);
}

/** Fits a column on the training rows; a string is the reason why it makes no feature. */
export function fitFeatures(
  name: string,
  type: FeatureType,
  encoded: Encoded,
  rows: Int32Array,
  order: DateOrder,
): FeatureColumn | string {
  if ("codes" in encoded) return fitCategory(name, encoded, rows);
  const stats = moments(encoded.values, rows);
  if (stats.present === 0) return "no value in the training rows";
  if (stats.min === stats.max) return "constant in the training rows";
  const missing = stats.present < rows.length;
  const { mean, std } = stats;
  if (type === "boolean") return { type, name, mean, missing };
  if (type === "date") {
    return { type, name, order, mean, std, cycles: cyclesOf(encoded.values, rows, stats.max - stats.min), missing };
  }
  return { type: "number", name, mean, std, missing };
}

function fitCategory(name: string, { codes, levels }: Codes, rows: Int32Array): FeatureColumn | string {
  const counts = new Int32Array(levels.length);
  let missing = false;
  for (const row of rows) {
    if (codes[row]! < 0) missing = true;
    else counts[codes[row]!]!++;
  }
  const seen = levels.filter((_, code) => counts[code]! > 0).length;
  if (seen === 0) return "no value in the training rows";
  if (seen === 1) return "constant in the training rows";
  const least = seen > manyLevels ? rareRows : 1;
  const kept = levels.filter((_, code) => counts[code]! >= least).sort(naturalOrder);
  if (kept.length === 0) return `no category has ${rareRows} training rows`;
  return { type: "category", name, levels: kept, other: kept.length < seen, missing };
}

/** Mean and population standard deviation of the values present in `rows`, in two passes. */
export function moments(values: Float64Array, rows: Int32Array) {
  let present = 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const value = values[row]!;
    if (Number.isNaN(value)) continue;
    present++;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const mean = sum / present;
  // Scaled by a power of two near the range: squares of tiny numbers would vanish, those of huge ones overflow.
  const scale = max > min ? 2 ** Math.floor(Math.log2(max - min)) : 1;
  let squares = 0;
  for (const row of rows) {
    const value = values[row]!;
    if (!Number.isNaN(value)) squares += ((value - mean) / scale) ** 2;
  }
  return { present, mean, std: Math.sqrt(squares / present) * scale, min, max };
}

/** A cycle is used when the dates span at least one of it and do not all fall on the same point of it. */
function cyclesOf(values: Float64Array, rows: Int32Array, span: number): Cycle[] {
  const first = values[rows.find((row) => !Number.isNaN(values[row]!))!]!;
  return (["day", "week", "year"] as const).filter((cycle) => {
    const period = periods[cycle];
    // Whole days: a day's phase is the time of day, a week's the weekday.
    return span >= period && rows.some((row) => Math.abs(((values[row]! - first) / period) % 1) > 1e-9);
  });
}

/**
 * Writes the features of one column for `rows` into x [rows, width], from feature `offset` on.
 * Returns the number of cells that were missing and, for categories, the cells per level without a feature of its own.
 */
export function writeFeatures(
  column: FeatureColumn,
  encoded: Encoded,
  standardize: boolean,
  rows: Int32Array,
  x: Float32Array,
  width: number,
  offset: number,
): { missing: number; unknown: Map<string, number> } {
  const unknown = new Map<string, number>();
  let missing = 0;
  if (column.type === "category") {
    const { codes, levels } = encoded as Codes;
    const place = new Map(column.levels.map((level, i) => [level, i]));
    const places = Int32Array.from(levels, (level) => place.get(level) ?? -1);
    const otherAt = column.other ? column.levels.length : -1;
    const missingAt = column.levels.length + (column.other ? 1 : 0);
    for (let i = 0; i < rows.length; i++) {
      const code = codes[rows[i]!]!;
      const base = i * width + offset;
      if (code < 0) {
        missing++;
        if (column.missing) x[base + missingAt] = 1;
      } else if (places[code]! >= 0) {
        x[base + places[code]!] = 1;
      } else {
        unknown.set(levels[code]!, (unknown.get(levels[code]!) ?? 0) + 1);
        if (otherAt >= 0) x[base + otherAt] = 1;
      }
    }
    return { missing, unknown };
  }

  const { values } = encoded as Values;
  const { mean } = column;
  const scaled = standardize && column.type !== "boolean";
  const shift = scaled ? mean : 0;
  const std = scaled ? column.std : 1;
  const cycles = column.type === "date" ? column.cycles.map((cycle) => periods[cycle]) : [];
  const missingAt = 1 + 2 * cycles.length;
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]!]!;
    const base = i * width + offset;
    if (Number.isNaN(value)) {
      missing++;
      x[base] = (mean - shift) / std;
      if (column.missing) x[base + missingAt] = 1;
      continue;
    }
    x[base] = (value - shift) / std;
    for (let c = 0; c < cycles.length; c++) {
      const angle = 2 * Math.PI * (value / cycles[c]!);
      x[base + 1 + 2 * c] = Math.sin(angle);
      x[base + 2 + 2 * c] = Math.cos(angle);
    }
  }
  return { missing, unknown };
}
