// Values of typed files and databases as text: days, moments, times of day, durations, decimals; as exact as they are.

/** Ticks of a clock in a second. */
export const ticksPerSecond = { MILLIS: 1_000n, MICROS: 1_000_000n, NANOS: 1_000_000_000n } as const;
type PerSecond = bigint;

/** Days since 1970-01-01 → "2021-04-03". */
export const dayText = (days: number): string => isoOf(days * 86_400)?.slice(0, 10) ?? String(days);

/** Ticks since 1970-01-01T00:00 → "2021-04-03T14:05:06.789"; with "Z" where they are of UTC, and not of a clock on some wall. */
export function momentText(ticks: bigint, perSecond: PerSecond, isUtc: boolean): string {
  const [seconds, rest] = divided(ticks, perSecond);
  const iso = isoOf(Number(seconds));
  return iso === undefined ? String(ticks) : `${iso.slice(0, -5)}${fraction(rest, perSecond)}${isUtc ? "Z" : ""}`;
}

/** Ticks since midnight → "07:45:00". */
export function timeText(ticks: bigint, perSecond: PerSecond): string {
  const [seconds, rest] = divided(ticks, perSecond);
  return clock(seconds, rest, perSecond);
}

/** Ticks → "2 days 03:00:00", with a minus before it where they are below 0. */
export function durationText(ticks: bigint, perSecond: PerSecond): string {
  const [seconds, rest] = divided(ticks < 0n ? -ticks : ticks, perSecond);
  const days = seconds / 86_400n;
  const time = clock(seconds % 86_400n, rest, perSecond);
  return `${ticks < 0n ? "-" : ""}${days === 0n ? "" : `${days} ${days === 1n ? "day" : "days"} `}${time}`;
}

/** unscaled · 10^−scale → "12.30" */
export function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const point = digits.length - scale;
  const sign = unscaled < 0n ? "-" : "";
  return scale <= 0
    ? `${sign}${digits}${digits === "0" ? "" : "0".repeat(-scale)}`
    : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** The number with the fewest digits that is this one in float32: 0.1, not 0.10000000149011612. */
export function shortestFloat32(value: number): number {
  if (Number.isInteger(value) || !Number.isFinite(value)) return value;
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

/** "2021-04-03T14:05:06.000Z", undefined beyond the dates that there are. */
function isoOf(seconds: number): string | undefined {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** Whole seconds and the ticks that are left, of 0 or more. */
function divided(ticks: bigint, perSecond: PerSecond): [seconds: bigint, rest: bigint] {
  const rest = ((ticks % perSecond) + perSecond) % perSecond;
  return [(ticks - rest) / perSecond, rest];
}

function clock(seconds: bigint, rest: bigint, perSecond: PerSecond): string {
  const two = (value: bigint) => String(value).padStart(2, "0");
  return `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}${fraction(rest, perSecond)}`;
}

/** ".789", without zeros at its end; "" for none. */
function fraction(rest: bigint, perSecond: PerSecond): string {
  if (rest === 0n) return "";
  const digits = String(perSecond).length - 1;
  return `.${String(rest).padStart(digits, "0").replace(/0+$/, "")}`;
}
