// The axis of values: logarithmic where all are positive, asinh where there are zeros or signs; first spikes are left out of its range.

/** "share": 0 to 1. "log": asinh instead where not all are positive. */
export type AxisKind = "log" | "signed" | "share";

export interface Axis {
  readonly kind: "log" | "asinh" | "linear";
  readonly from: number;
  readonly to: number;
  /** Of asinh: below it the axis is about linear. */
  readonly bend: number;
}

/** What is drawn of one line. */
export interface Extent {
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
}

/** Of the points of a line, those that are taken for its first. */
const firstShare = 0.05;
/** First points are left out where the range would be so many times as long with them. */
const longer = 2;
/** Space above and below, as a share of the range. */
const room = 0.06;

/**
 * The axis on which lines are drawn. Values that are not finite have no place on it.
 *
 * @example
 * axisOf("log", [{ low: [1, 0.1], high: [1, 0.1] }]).kind; // "log"
 */
export function axisOf(kind: AxisKind, lines: readonly Extent[]): Axis {
  if (kind === "share") return { kind: "linear", from: 0, to: 1, bend: 1 };
  const all = extremes(lines, 0);
  if (all === undefined) return { kind: "log", from: 0.1, to: 1, bend: 1 };
  const isPositive = kind === "log" && all.from > 0;
  const bend = isPositive ? 1 : bendOf(lines);
  const scale = isPositive ? Math.log : (value: number) => Math.asinh(value / bend);
  const unscale = isPositive ? Math.exp : (value: number) => Math.sinh(value) * bend;
  const later = extremes(lines, firstShare) ?? all;
  const [whole, rest] = [all, later].map(({ from, to }) => [scale(from), scale(to)] as const) as [Pair, Pair];
  const isSpiked = rest[1] > rest[0] && whole[1] - whole[0] > longer * (rest[1] - rest[0]);
  const [from, to] = isSpiked ? rest : whole;
  const space = (to - from) * room || Math.log(2) / 2;
  return { kind: isPositive ? "log" : "asinh", from: unscale(from - space), to: unscale(to + space), bend };
}

type Pair = readonly [number, number];

/** The extremes of the finite values of all lines, each without its first; one alone, as a guide's, is no first. */
function extremes(lines: readonly Extent[], without: number): { from: number; to: number } | undefined {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { low, high } of lines)
    for (let i = low.length === 1 ? 0 : Math.ceil(low.length * without); i < low.length; i++) {
      if (Number.isFinite(low[i]!)) from = Math.min(from, low[i]!);
      if (Number.isFinite(high[i]!)) to = Math.max(to, high[i]!);
    }
  return from <= to ? { from, to } : undefined;
}

/** A tenth of the median size of what is not zero: smaller values lie close to zero. */
function bendOf(lines: readonly Extent[]): number {
  const sizes: number[] = [];
  for (const { low, high } of lines)
    for (let i = 0; i < low.length; i++)
      for (const size of [Math.abs(low[i]!), Math.abs(high[i]!)]) if (size > 0 && size < Infinity) sizes.push(size);
  sizes.sort((a, b) => a - b);
  return (sizes[sizes.length >> 1] ?? 1) / 10;
}

/** Where a value lies on an axis: 0 at its beginning, 1 at its end; NaN for what has no place. */
export function placeOn({ kind, from, to, bend }: Axis, value: number): number {
  const scale = kind === "log" ? Math.log : kind === "asinh" ? (v: number) => Math.asinh(v / bend) : (v: number) => v;
  return (scale(value) - scale(from)) / (scale(to) - scale(from));
}

/** Values at which an axis is marked, from below, about `most` of them. */
export function ticksOf(axis: Axis, most: number): readonly number[] {
  const { kind, from, to } = axis;
  if (kind === "linear" || (kind === "log" && to / from < 8)) return evenTicks(from, to, most);
  if (kind === "log") {
    const decades = Math.log10(to / from);
    const steps = decades * 3 <= most ? [1, 2, 5] : decades * 2 <= most ? [1, 3] : [1];
    return powers(from, to, Math.max(1, Math.ceil(decades / most)), steps);
  }
  const largest = Math.max(Math.abs(from), Math.abs(to));
  const every = Math.max(1, Math.ceil((2 * Math.log10(largest / axis.bend)) / most));
  const positive = powers(axis.bend, largest, every, [1]);
  return [...positive.map((value) => -value).reverse(), 0, ...positive].filter((value) => value >= from && value <= to);
}

function evenTicks(from: number, to: number, most: number): readonly number[] {
  const size = 10 ** Math.floor(Math.log10((to - from) / most));
  const step = size * ([1, 2, 5, 10].find((factor) => (to - from) / (size * factor) <= most) ?? 10);
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** Steps times powers of ten between two positive values, every so many powers. */
function powers(from: number, to: number, every: number, steps: readonly number[]): number[] {
  const made: number[] = [];
  for (let exponent = Math.floor(Math.log10(from)); exponent <= Math.log10(to); exponent++) {
    if (exponent % every !== 0) continue;
    for (const step of steps) {
      const value = Number(`${step}e${exponent}`);
      if (value >= from && value <= to) made.push(value);
    }
  }
  return made;
}
