// Dates as numbers: days since 1970-01-01 UTC.
import type { Cell } from "./table.ts";

/** Which of the first two numbers of 3/4/2021 is the day: month first (US) or day first. */
export type DateOrder = "month-first" | "day-first";

const time = String.raw`(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AP]M)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?`;
const yearFirst = new RegExp(String.raw`^(\d{4})([-/])(\d{1,2})(?:\2(\d{1,2})${time})?$`, "i");
const yearLast = new RegExp(String.raw`^(\d{1,2})([./-])(\d{1,2})\2(\d{4})${time}$`, "i");
const monthName = new RegExp(String.raw`^([a-z]{3,9})\.?[ -](\d{1,2}),?[ -](\d{4})${time}$`, "i");
const dayMonthName = new RegExp(String.raw`^(\d{1,2})\.?[ -]([a-z]{3,9})\.?,?[ -](\d{4})${time}$`, "i");
const months = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];

/**
 * Days since 1970-01-01T00:00Z, with the time of day as a fraction; NaN if the cell is no date.
 *
 * Read: 2021-04-03, 2021/4/3, 2021-04, 3.4.2021 (day first), 3/4/2021 and 3-4-2021 (by `order`), Apr 3 2021,
 * April 3, 2021, 3 Apr 2021, each but 2021-04 with an optional time (14:05[:06[.789]] [PM] [Z or +02:00]).
 * A time without a zone is taken as UTC, so that results are the same on every machine.
 */
export function parseDate(cell: Cell, order: DateOrder): number {
  if (typeof cell !== "string") return Number.NaN;
  const text = cell.trim();
  if (text.length < 6 || text.length > 40) return Number.NaN;
  let m = yearFirst.exec(text);
  if (m) return days(Number(m[1]), Number(m[3]), Number(m[4] ?? 1), m, 5);
  m = yearLast.exec(text);
  if (m) {
    const dayFirst = m[2] === "." || order === "day-first";
    return days(Number(m[4]), Number(dayFirst ? m[3] : m[1]), Number(dayFirst ? m[1] : m[3]), m, 5);
  }
  m = monthName.exec(text);
  if (m) return days(Number(m[3]), monthNumber(m[1]!), Number(m[2]), m, 4);
  m = dayMonthName.exec(text);
  if (m) return days(Number(m[3]), monthNumber(m[2]!), Number(m[1]), m, 4);
  return Number.NaN;
}

/** 1 to 12 for a month's English name or its beginning; 0 if it is none. */
function monthNumber(name: string): number {
  const lower = name.toLowerCase();
  return months.findIndex((month) => month.startsWith(lower) || (lower === "sept" && month === "september")) + 1;
}

/** `match[at...]` holds hours, minutes, seconds, fraction, AM/PM, zone. */
function days(year: number, month: number, day: number, match: RegExpExecArray, at: number): number {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return Number.NaN;
  let hours = Number(match[at] ?? 0);
  const minutes = Number(match[at + 1] ?? 0);
  const seconds = Number(match[at + 2] ?? 0) + Number(`0.${match[at + 3] ?? 0}`);
  const half = match[at + 4]?.toUpperCase();
  if (half !== undefined) {
    if (hours < 1 || hours > 12) return Number.NaN;
    hours = (hours % 12) + (half === "PM" ? 12 : 0);
  }
  if (hours > 24 || minutes > 59 || seconds >= 61) return Number.NaN;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const zone = /([+-])(\d{2}):?(\d{2})/.exec(match[at + 5] ?? "");
  const offset = zone ? (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3])) : 0;
  return date.getTime() / 86_400_000 + (hours * 3600 + (minutes - offset) * 60 + seconds) / 86_400;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Day first if any cell can only be read so (13/4/2021), otherwise month first. */
export function dateOrder(cells: Iterable<Cell>): DateOrder {
  for (const cell of cells) {
    const m = typeof cell === "string" ? yearLast.exec(cell.trim()) : null;
    if (m && m[2] !== "." && Number(m[1]) > 12) return "day-first";
  }
  return "month-first";
}
