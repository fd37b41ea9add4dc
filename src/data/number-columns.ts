// What columns of numbers may be besides: codes with leading zeros, dates, marks for missing cells.
import { cellText } from "./cells.ts";
import { type DateNotation, parseDate } from "./dates.ts";
import { type MissingRule, missingTest } from "./missing.ts";
import type { Column } from "./table.ts";

/** Digits only, all of one width, some with leading zeros: codes such as "00501", not amounts. */
export function isZeroPadded(column: Column, rule: MissingRule): boolean {
  // A number that begins with a zero is no plain number, and a word of its own.
  if (!column.cells.words.some((word) => typeof word === "string" && /^\s*0\d/.test(word))) return false;
  const isMissing = missingTest(rule, true);
  let width = 0;
  let zeros = false;
  for (const cell of column.cells.distinct().cells) {
    if (isMissing(cell)) continue;
    const text = cellText(cell);
    if (width === 0) width = text.length;
    if (text.length !== width || width < 2 || !/^\d+$/.test(text)) return false;
    if (text.charCodeAt(0) === 48) zeros = true;
  }
  return zeros;
}

/** How many different numbers there are, of that range; NaN is none. */
export const distinctNumbers = (values: Float64Array, range: Range): number =>
  distinctOnGrid(values, range) ?? distinctByHash(values);

/** Places of a grid that are marked: 16 MB. */
const gridPlaces = 2 ** 27;

/** The same of numbers with few decimals that are not far apart, by a mark for each that there can be; undefined for others. */
function distinctOnGrid(values: Float64Array, { least, most }: Range): number | undefined {
  // The least scale on which the first numbers are whole.
  const first = values.subarray(0, 64);
  const isOn = (scale: number) =>
    first.every((value) => Number.isNaN(value) || Math.round(value * scale) / scale === value);
  const scale = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7].find(isOn);
  if (scale === undefined || !((most - least) * scale < Math.min(gridPlaces, 256 * values.length))) return undefined;
  const from = Math.round(least * scale);
  const marks = new Uint8Array(((Math.round(most * scale) - from) >> 3) + 1);
  let distinct = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    const whole = Math.round(value * scale);
    if (whole / scale !== value) return undefined;
    const place = whole - from;
    const mark = 1 << (place & 7);
    if ((marks[place >> 3]! & mark) !== 0) continue;
    marks[place >> 3]! |= mark;
    distinct++;
  }
  return distinct;
}

/** By a table of those seen, which is searched from the place that their bits name. */
function distinctByHash(values: Float64Array): number {
  let seen = new Float64Array(1024).fill(Number.NaN);
  let distinct = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value) || !put(seen, value)) continue;
    distinct++;
    if (2 * distinct < seen.length) continue;
    const larger = new Float64Array(4 * seen.length).fill(Number.NaN);
    for (const each of seen) if (!Number.isNaN(each)) put(larger, each);
    seen = larger;
  }
  return distinct;
}

const number = new Float64Array(1);
const bits = new Uint32Array(number.buffer);

/** Whether a number was not there. The table has a power of two of places. */
function put(seen: Float64Array, value: number): boolean {
  // 0 and -0 are one.
  number[0] = value + 0;
  let hash = Math.imul(bits[0]! ^ Math.imul(bits[1]!, 0x9e3779b1), 0x85ebca6b);
  hash ^= hash >>> 15;
  const last = seen.length - 1;
  for (let at = hash & last; ; at = (at + 1) & last) {
    if (seen[at] === value) return false;
    if (Number.isNaN(seen[at]!)) {
      seen[at] = value;
      return true;
    }
  }
}

export interface Range {
  readonly least: number;
  readonly most: number;
}

/** Infinity and −Infinity where all are NaN. */
export function rangeOf(values: Float64Array): Range {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most };
}

/** 1980 to 2100, in seconds or milliseconds since 1970. */
export const isEpoch = ({ least, most }: Range): boolean =>
  [1, 1000].some((scale) => least >= 315_532_800 * scale && most < 4_102_444_800 * scale);

/** 20210403, or milliseconds from 1e11 on, or seconds from 1e8 (1973) on; undefined for smaller numbers. */
export function dateNotation({ most }: Range): DateNotation | undefined {
  const order = "month-first";
  if (most >= 19_000_101 && most <= 21_001_231) return { form: "yyyymmdd", order };
  if (most < 1e8) return undefined;
  return { form: most >= 1e11 ? "milliseconds" : "seconds", order };
}

/** From 1900 to 2100: 1900-01-01 is day −25,567, and 2101-01-01 is day 47,847. */
export const isDay = (day: number): boolean => day >= -25_567 && day < 47_847;

/** The one number among days written as yyyymmdd that is no day; undefined where there are others, or it is more than a fifth. */
export function oddDay(values: Float64Array): { value: number; count: number } | undefined {
  let odd: number | undefined;
  let days = 0;
  let strays = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) continue;
    const day = parseDate(value, { form: "yyyymmdd", order: "year-first" });
    if (isDay(day)) days++;
    else if ((odd ??= value) === value) strays++;
    else return undefined;
  }
  return odd !== undefined && days >= 10 && strays * 4 <= days ? { value: odd, count: strays } : undefined;
}

/**
 * −9, −99, −999, …, 99, 999, … where it comes at least twice and further from the others than they lie apart. `counts`: the cells of each
 * value, where these are different ones.
 */
export function sentinelOf(
  values: Float64Array,
  { least, most }: Range,
  counts?: ArrayLike<number>,
): { value: number; count: number } | undefined {
  if (!isNines(least) && !isNines(most)) return undefined;
  let [second, beforeLast] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (value > least && value < second) second = value;
    if (value < most && value > beforeLast) beforeLast = value;
  }
  const counted = (value: number) =>
    values.reduce((n, each, i) => n + (each === value ? (counts === undefined ? 1 : counts[i]!) : 0), 0);
  return sentinelAmong({ least, second, beforeLast, most }, counted);
}

const isNines = (value: number): boolean => /^(-9|-?99+)$/.test(String(value));

/** Of the least two and the most two of the different values. */
export function sentinelAmong(
  {
    least,
    second,
    beforeLast,
    most,
  }: { readonly least: number; readonly second: number; readonly beforeLast: number; readonly most: number },
  counted: (value: number) => number,
): { value: number; count: number } | undefined {
  if (isNines(least) && second - least > most - second && Number.isFinite(second) && counted(least) >= 2)
    return { value: least, count: counted(least) };
  if (isNines(most) && most - beforeLast > beforeLast - least && Number.isFinite(beforeLast) && counted(most) >= 2)
    return { value: most, count: counted(most) };
  return undefined;
}
