// Times of day as fractions of a day, and durations in seconds.

/** A time of day at the end of a text: where it begins, and its fraction of a day, of UTC where a zone is written. */
interface Time {
  readonly at: number;
  /** Below 0 or above 1 where the zone carries it into the day before or after. */
  readonly fraction: number;
}

const zone = String.raw`(?:Z|UT|UTC|GMT|[ECMP][SD]T|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?)`;
const half = String.raw`[ap]\.?m\.?`;
/** Hours and minutes, seconds and their fraction, am or pm, zone. */
const clock = new RegExp(
  String.raw`(?<=^|[T ,])(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(${half})?\s*(${zone})?$`,
  "i",
);
/** 7 pm */
const hourAlone = new RegExp(String.raw`(?<=^|[T ,])(\d{1,2})\s*(${half})\s*(${zone})?$`, "i");
/** Hours from UTC of North America's zones, the ones that RFC 2822 has by name. */
const named: Readonly<Record<string, number>> = {
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
};

/**
 * The time of day at the end of a text, undefined if there is none: 14:05, 14:05:06.789, 2:05 PM, 2 pm, with Z, UTC, GMT, +02:00,
 * +0200, GMT+2 or a name of RFC 2822 behind it.
 */
export function timeOfDay(text: string): Time | undefined {
  const long = clock.exec(text);
  const match = long ?? hourAlone.exec(text);
  if (match === null) return undefined;
  const [hours, minutes = "0", seconds = "0", fraction = "0", noon, from] = long
    ? match.slice(1)
    : [match[1], undefined, undefined, undefined, match[2], match[3]];
  const value = fractionOfDay(Number(hours), Number(minutes), Number(seconds) + Number(`0.${fraction}`), noon);
  return value === undefined ? undefined : { at: match.index, fraction: value - offset(from) / 24 };
}

/** undefined for what no clock shows. */
export function fractionOfDay(hours: number, minutes: number, seconds: number, noon?: string): number | undefined {
  if (noon !== undefined) {
    if (hours < 1 || hours > 12) return undefined;
    hours = (hours % 12) + (/^p/i.test(noon) ? 12 : 0);
  }
  if (hours > 24 || minutes > 59 || seconds >= 61) return undefined;
  return (hours * 3600 + minutes * 60 + seconds) / 86_400;
}

/** Hours east of UTC. */
function offset(text: string | undefined): number {
  if (text === undefined) return 0;
  const byName = named[text.toUpperCase()];
  if (byName !== undefined) return byName;
  const match = /([+-])(\d{1,2}):?(\d{2})?$/.exec(text);
  if (match === null) return 0;
  return (match[1] === "-" ? -1 : 1) * (Number(match[2]) + Number(match[3] ?? 0) / 60);
}

/** The fraction of a day of a text that is a time of day and nothing else, in [0, 1); NaN otherwise. */
export function parseTimeOfDay(text: string): number {
  const trimmed = text.trim();
  const time = timeOfDay(trimmed);
  if (time === undefined || time.at !== 0) return Number.NaN;
  return time.fraction - Math.floor(time.fraction);
}

const unitSeconds: Readonly<Record<string, number>> = {
  ...{ w: 604_800, week: 604_800, d: 86_400, day: 86_400 },
  ...{ h: 3600, hr: 3600, hour: 3600, m: 60, min: 60, minute: 60 },
  ...{ s: 1, sec: 1, second: 1, ms: 1e-3, millisecond: 1e-3 },
};
const part = /^(\d+(?:[.,]\d+)?)\s*([a-z]+)[,\s]*(?:and\s+)?/i;
/** P1Y and P1M, of no fixed length, are left out. */
const iso =
  /^P(?:(\d+(?:[.,]\d+)?)W)?(?:(\d+(?:[.,]\d+)?)D)?(?:T(?:(\d+(?:[.,]\d+)?)H)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$/i;
/** pandas and SQL: 2 days 03:04:05.6; also 36:15:00 and 75:30 (hours and minutes). */
const clocked = /^(?:(\d+)\s*(?:days?|d)\s+)?(\d+):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?$/i;

/** Seconds of a duration: 1h 30m, 90 min, 2 days 3 hours, 2 days 03:00:00, 36:15:00, PT1H30M, with a sign; NaN if it is none. */
export function parseDuration(text: string): number {
  let rest = text.trim().replace(/^\u2212/, "-");
  const sign = rest.startsWith("-") ? -1 : 1;
  if (/^[+-]/.test(rest)) rest = rest.slice(1).trimStart();
  const number = (digits: string | undefined) => Number((digits ?? "0").replace(",", "."));
  const byIso = rest.length > 1 && !/T$/i.test(rest) ? iso.exec(rest) : null;
  if (byIso) {
    const [, weeks, days, hours, minutes, seconds] = byIso;
    const whole = number(weeks) * 604_800 + number(days) * 86_400;
    return sign * (whole + number(hours) * 3600 + number(minutes) * 60 + number(seconds));
  }
  const byClock = clocked.exec(rest);
  if (byClock) {
    const [, days, hours, minutes, seconds, fraction] = byClock;
    if (Number(minutes) > 59 || Number(seconds ?? 0) > 59) return Number.NaN;
    const day = number(days) * 86_400 + number(hours) * 3600;
    return sign * (day + number(minutes) * 60 + number(seconds) + number(`0.${fraction ?? 0}`));
  }
  let total = 0;
  if (rest === "") return Number.NaN;
  while (rest !== "") {
    const match = part.exec(rest);
    const unit = match && unitSeconds[match[2]!.toLowerCase().replace(/(?<=..)s$/, "")];
    if (!match || unit === undefined || unit === null) return Number.NaN;
    total += number(match[1]) * unit;
    rest = rest.slice(match[0].length);
  }
  return sign * total;
}
