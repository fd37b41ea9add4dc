// Dates as numbers: days since 1970-01-01 UTC.
import type { Cell } from "./table.ts";
import { timeOfDay } from "./times.ts";

/** Which of the numbers of 3/4/21 is which. With a year of four digits, where the year stands is plain. */
export const dateOrders = ["month-first", "day-first", "year-first"] as const;
export type DateOrder = (typeof dateOrders)[number];

/** "text" for all that parseDate lists; "yyyymmdd" for 20210403; seconds and milliseconds since 1970 for numbers. */
export const dateForms = ["text", "yyyymmdd", "seconds", "milliseconds"] as const;
export type DateForm = (typeof dateForms)[number];

/** How the dates of a column are written. Plain JSON, kept with the model. */
export interface DateNotation {
  readonly form: DateForm;
  readonly order: DateOrder;
}

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

interface Format {
  readonly pattern: RegExp;
  read(match: RegExpExecArray, order: DateOrder): Day | undefined;
}

/** Names of the months, without accents; those of other languages than English beside it. */
const monthNames: readonly string[] = [
  "january januar janvier enero gennaio janeiro januari stycznia styczen",
  "february februar fevrier febrero febbraio fevereiro februari lutego luty",
  "march marz maerz mars marts marzo marco maart mrt marca marzec",
  "april avril abril aprile kwietnia kwiecien",
  "may mai mayo maggio maio mei maj maja",
  "june juni juin junio giugno junho czerwca czerwiec",
  "july juli juillet julio luglio julho lipca lipiec",
  "august aout agosto augustus augusti sierpnia sierpien",
  "september sept septembre septiembre settembre setembro wrzesnia wrzesien",
  "october oktober octobre octubre ottobre outubro pazdziernika pazdziernik",
  "november novembre noviembre novembro listopada listopad",
  "december dezember decembre diciembre dicembre dezembro desember grudnia grudzien",
];
const months = monthNames.map((names) => names.split(" "));

/** 1 to 12 for a month's name or its beginning, of three letters or more; 0 if it is none, or of two months ("jui"). */
function monthNumber(name: string): number {
  const plain = name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  if (plain.length < 3) return 0;
  const found = months.flatMap((names, m) => (names.some((each) => each.startsWith(plain)) ? [m + 1] : []));
  return found.length === 1 ? found[0]! : 0;
}

/** Two digits: 69 to 99 are of the last century, 0 to 68 of this one (POSIX strptime). */
const fullYear = (text: string): number => {
  const year = Number(text);
  return text.length > 2 ? year : year + (year >= 69 ? 1900 : 2000);
};

const formats: readonly Format[] = [
  {
    // 2021-04-03, 2021/4/3, 2021.04.03, 2021-04
    pattern: /^(\d{4})([-/.])(\d{1,2})(?:\2(\d{1,2}))?$/,
    read: ([, year, mark, month, day]) =>
      day === undefined && mark === "."
        ? undefined
        : { year: Number(year), month: Number(month), day: Number(day ?? 1) },
  },
  {
    // 3/4/2021, 3-4-2021, 3.4.2021 (the day first), 3/4/21
    pattern: /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})$/,
    read([, a, mark, b, c], order) {
      const [first, second, third] = [a!, b!, c!];
      if (order === "year-first" && third.length === 2) {
        return first.length === 2 ? { year: fullYear(first), month: Number(second), day: Number(third) } : undefined;
      }
      const isDayFirst = mark === "." || order === "day-first";
      const [day, month] = isDayFirst ? [first, second] : [second, first];
      return { year: fullYear(third), month: Number(month), day: Number(day) };
    },
  },
  {
    // Apr 3 2021, April 3, 2021
    pattern: /^(\p{L}{3,12})\.?[ -](\d{1,2})(?:st|nd|rd|th)?,?[ -](\d{4})$/iu,
    read: ([, month, day, year]) => ({ year: Number(year), month: monthNumber(month!), day: Number(day) }),
  },
  {
    // 3 Apr 2021, 3-Apr-21, 03APR2021, 3. April 2021, 1er avril 2021, 3 de abril de 2021, 3/Apr/2021
    pattern: /^(\d{1,2})(?:st|nd|rd|th|er|º|°)?\.?[ /-]?(?:de )?(\p{L}{3,12})\.?,?(?: del?)?[ /-]?(\d{4}|\d{2})$/iu,
    read: ([, day, month, year]) => ({ year: fullYear(year!), month: monthNumber(month!), day: Number(day) }),
  },
  {
    // Apr 2021, April-2021
    pattern: /^(\p{L}{3,12})\.?[ -](\d{4})$/iu,
    read: ([, month, year]) => ({ year: Number(year), month: monthNumber(month!), day: 1 }),
  },
  {
    // 2021年4月3日, 2021년 4월 3일
    pattern: /^(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월](?:\s?(\d{1,2})\s?[日일号])?$/u,
    read: ([, year, month, day]) => ({ year: Number(year), month: Number(month), day: Number(day ?? 1) }),
  },
  {
    // 2021-W14, 2021-W14-3 (ISO 8601 weeks: the week of the year's first Thursday is the first)
    pattern: /^(\d{4})-?W(\d{2})(?:-?([1-7]))?$/i,
    read([, y, w, weekday]) {
      const [year, week] = [Number(y), Number(w)];
      const fourth = new Date(Date.UTC(year, 0, 4));
      const monday = 4 - ((fourth.getUTCDay() + 6) % 7);
      const date = new Date(Date.UTC(year, 0, monday + (week - 1) * 7 + Number(weekday ?? 1) - 1));
      const isInYear =
        week >= 1 && week <= 53 && new Date(Date.UTC(year, 0, monday + (week - 1) * 7 + 3)).getUTCFullYear() === year;
      return isInYear
        ? { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
        : undefined;
    },
  },
  {
    // 2021-Q1, 2021Q1
    pattern: /^(\d{4})[- ]?Q([1-4])$/i,
    read: ([, year, quarter]) => ({ year: Number(year), month: 3 * Number(quarter) - 2, day: 1 }),
  },
  {
    // Q1 2021
    pattern: /^Q([1-4])[- ](\d{4})$/i,
    read: ([, quarter, year]) => ({ year: Number(year), month: 3 * Number(quarter) - 2, day: 1 }),
  },
];
/** Those that need no letter. Patterns of letters of any script take milliseconds to compile, and most cells are numbers. */
const formatsOfDigits = formats.slice(0, 2);

/** Also as a column with missing cells comes out of pandas: 20210403.0 */
const yyyymmdd = /^(\d{4})(\d{2})(\d{2})(?:\.0+)?$/;
/** 20210403T130506Z, the basic form of ISO 8601. */
const basic = /^(\d{4})(\d{2})(\d{2})T(\d{2}):?(\d{2})(?::?(\d{2}))?/;
const weekday = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+/i;
/** Dec 25 13:30:00 UTC 1995, as `date` and C's asctime write it, put in the order of the others. */
const yearLast = /^([a-z]{3}) +(\d{1,2}) +(\d{1,2}:\d{2}:\d{2})( [A-Z]{3,4})? +(\d{4})$/i;

/**
 * Days since 1970-01-01T00:00Z, with the time of day as a fraction; NaN if the cell is no date.
 *
 * Read as text: 2021-04-03, 2021/4/3, 2021-04, 3.4.2021 (day first), 3/4/2021, 3-4-2021 and 3/4/21 (by `order`), Apr 3 2021,
 * April 3, 2021, 3 Apr 2021, 3-Apr-21, 03APR2021, Apr 2021 (with the names of months in ten languages), 2021年4月3日, 2021-W14, 2021-W14-3, 2021-Q2, each with an optional time (see
 * timeOfDay), and a weekday before it. A time without a zone is taken as UTC, so that results are the same on every machine.
 */
export function parseDate(cell: Cell, { form, order }: DateNotation): number {
  if (form !== "text") return parseCompact(cell, form);
  if (typeof cell !== "string") return Number.NaN;
  const text = cell
    .trim()
    .replace(weekday, "")
    .replace(yearLast, "$1 $2 $5 $3$4")
    .replace(basic, (_, year, month, day, h, m, s = "00") => `${year}-${month}-${day}T${h}:${m}:${s}`)
    .replace(/\[[\w/+-]+\]$/, "");
  if (text.length < 6 || text.length > 40) return Number.NaN;
  const time = timeOfDay(text);
  const date = time === undefined ? text : text.slice(0, time.at).replace(/[ ,T]+$/, "");
  const day = dayOf(date, order);
  return day === undefined ? Number.NaN : day + (time?.fraction ?? 0);
}

/** Days since 1970 of a date without a time; undefined if it is none. */
function dayOf(text: string, order: DateOrder): number | undefined {
  for (const { pattern, read } of /^[\d.,:/ -]*$/.test(text) ? formatsOfDigits : formats) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const found = read(match, order);
    if (found !== undefined) return daysSince(found);
  }
  return undefined;
}

function parseCompact(cell: Cell, form: Exclude<DateForm, "text">): number {
  if (typeof cell !== "string" && typeof cell !== "number") return Number.NaN;
  const text = String(cell).trim();
  if (form === "yyyymmdd") {
    const [, year, month, day] = yyyymmdd.exec(text) ?? [];
    return year === undefined
      ? Number.NaN
      : (daysSince({ year: Number(year), month: Number(month), day: Number(day) }) ?? Number.NaN);
  }
  const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return value / (form === "seconds" ? 86_400 : 86_400_000);
}

function daysSince({ year, month, day }: Day): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() / 86_400_000;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** How a column's dates are written, and what a person should know of it. */
export interface InferredDates {
  readonly notation: DateNotation;
  /** A text that another order would read as another day: "3/4/21". */
  readonly ambiguous: string | undefined;
}

/**
 * The notation in which all of `texts`, different ones in the order of their first rows, are dates; undefined where there is
 * none. Of several orders that fit, the one in which the dates are sorted is taken, or the one in which they lie much closer
 * together, or else the first of `dateOrders`, unless `order` says which. Numbers are dates as yyyymmdd where all are days from 1900 to 2100.
 */
export function inferDates(texts: readonly string[], order?: DateOrder): InferredDates | undefined {
  if (texts.length === 0) return undefined;
  const compact = texts.map((text) => parseDate(text, { form: "yyyymmdd", order: "year-first" }));
  // −25,567 and 47,847: 1900-01-01 and 2101-01-01
  if (compact.every((day) => day >= -25_567 && day < 47_847)) {
    return { notation: { form: "yyyymmdd", order: "year-first" }, ambiguous: undefined };
  }
  const candidates = (order === undefined ? dateOrders : [order])
    .map((each) => ({ order: each, days: texts.map((text) => parseDate(text, { form: "text", order: each })) }))
    .filter(({ days }) => !days.some(Number.isNaN));
  const [first, ...others] = candidates;
  if (first === undefined) return undefined;
  const differing = others.filter(({ days }) => days.some((day, i) => day !== first.days[i]));
  if (differing.length === 0) return { notation: { form: "text", order: first.order }, ambiguous: undefined };
  const open = [first, ...differing];
  const sorted = open.filter(({ days }) => isSorted(days));
  const [narrow, next] = open.toSorted((a, b) => span(a.days) - span(b.days));
  // Two dates are always sorted.
  const bySorting = texts.length > 2 && sorted.length === 1 ? sorted[0] : undefined;
  const chosen = bySorting ?? (5 * span(narrow!.days) <= span(next!.days) ? narrow : undefined);
  if (chosen) return { notation: { form: "text", order: chosen.order }, ambiguous: undefined };
  const ambiguous = texts.find((_, i) => differing[0]!.days[i] !== first.days[i]);
  return { notation: { form: "text", order: first.order }, ambiguous };
}

function isSorted(days: readonly number[]): boolean {
  const rises = days.every((day, i) => i === 0 || day >= days[i - 1]!);
  return rises || days.every((day, i) => i === 0 || day <= days[i - 1]!);
}

const span = (days: readonly number[]): number => {
  let [least, most] = [days[0]!, days[0]!];
  for (const day of days) [least, most] = [Math.min(least, day), Math.max(most, day)];
  return most - least;
};
