// Parallel coordinates of runs: an axis for each setting that differs and one for a metric, and where a run lies on each.
import { bestFirst, type ComparedRun, differingFacts, factsOf, factText } from "chainrule/runs";
import { shown } from "../view/numbers.ts";
import { type Axis, placeOn, ticksOf } from "../view/range.ts";

export interface RunAxis {
  readonly name: string;
  /** "--lr", "loss". */
  readonly label: string;
  readonly isNumeric: boolean;
  readonly ticks: readonly { readonly at: number; readonly words: string }[];
  /** From 0 below to 1 above; undefined for a run that has no figure. */
  place(run: ComparedRun): number | undefined;
  words(run: ComparedRun): string;
  /** What lies at a place. */
  wordsAt(place: number): string;
}

/** So many times the least is the most, and all are positive: logarithmic. */
const wide = 20;
/** Where what was not given lies, below numbers. */
const usualPlace = 0;
const usualWords = "default";
const lowest = 0.14;
const mostTicks = 5;
const mostWords = 10;

/** Four digits of a number: what a sampler draws has all of a float's. */
const short = (value: unknown): unknown => (typeof value === "number" ? Number(value.toPrecision(4)) : value);

/** The axes of the settings that differ, in their order, and last that of the metric, with the better end above. */
export function axesOf(runs: readonly ComparedRun[], metric: string): readonly RunAxis[] {
  return [...differingFacts(runs).map((name) => factAxis(runs, name)), metricAxis(runs, metric)];
}

function factAxis(runs: readonly ComparedRun[], name: string): RunAxis {
  const values = runs.filter(({ settings }) => settings !== undefined).map((run) => factsOf(run)[name]);
  const given = values.filter((value) => value !== undefined);
  const label = name === "data" ? name : `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const of = (run: ComparedRun) => factsOf(run)[name];
  const words = (run: ComparedRun) => factText(name, short(of(run))) ?? (run.settings === undefined ? "" : usualWords);
  if (given.every((value): value is number => typeof value === "number")) {
    const hasUsual = given.length < values.length;
    const scale = numbers(given, hasUsual ? lowest : 0, false);
    return {
      ...{ name, label, isNumeric: true, words },
      ticks: [...(hasUsual ? [{ at: usualPlace, words: usualWords }] : []), ...scale.ticks],
      place(run) {
        const value = of(run);
        if (value === undefined) return run.settings === undefined ? undefined : usualPlace;
        return scale.place(value as number);
      },
      wordsAt: (place) => (hasUsual && place < lowest ? usualWords : scale.wordsAt(place)),
    };
  }
  const texts = [...new Set(values.map((value) => factText(name, short(value)) ?? usualWords))].sort((a, b) =>
    a === usualWords ? -1 : b === usualWords ? 1 : a.localeCompare(b, "en", { numeric: true }),
  );
  const at = (i: number) => (texts.length === 1 ? 0.5 : i / (texts.length - 1));
  const every = Math.ceil(texts.length / mostWords);
  return {
    ...{ name, label, isNumeric: false, words },
    ticks: texts.flatMap((text, i) => (i % every === 0 ? [{ at: at(i), words: text }] : [])),
    place: (run) => (run.settings === undefined ? undefined : at(texts.indexOf(words(run)))),
    wordsAt: (place) => texts[Math.round(place * (texts.length - 1))] ?? "",
  };
}

function metricAxis(runs: readonly ComparedRun[], metric: string): RunAxis {
  const of = (run: ComparedRun) => run.metrics?.[metric] ?? Number.NaN;
  const values = runs.map(of).filter(Number.isFinite);
  const isFalling = bestFirst(metric)({ metrics: { [metric]: 0 } }, { metrics: { [metric]: 1 } }) < 0;
  const scale = numbers(values, 0, isFalling);
  return {
    ...{ name: metric, label: metric, isNumeric: true, ticks: scale.ticks, wordsAt: scale.wordsAt },
    place: (run) => (Number.isFinite(of(run)) ? scale.place(of(run)) : undefined),
    words: (run) => (Number.isFinite(of(run)) ? shown(of(run)) : ""),
  };
}

/** From `bottom` to 1, or from 1 down to it. */
function numbers(values: readonly number[], bottom: number, isFalling: boolean) {
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const isLog = least > 0 && most / least >= wide;
  const axis: Axis = { kind: isLog ? "log" : "linear", from: least, to: most, bend: 1 };
  const place = (value: number): number => {
    if (!(least < most)) return (1 + bottom) / 2;
    const share = placeOn(axis, value);
    return bottom + (1 - bottom) * (isFalling ? 1 - share : share);
  };
  const valueAt = (at: number): number => {
    const share = Math.min(1, Math.max(0, (at - bottom) / (1 - bottom)));
    const up = isFalling ? 1 - share : share;
    return isLog ? least * (most / least) ** up : least + (most - least) * up;
  };
  const marked = least < most ? ticksOf(axis, mostTicks) : values.slice(0, 1);
  return {
    place,
    wordsAt: (at: number) => (values.length === 0 ? "" : shown(valueAt(at), 3)),
    ticks: marked.map((value) => ({ at: place(value), words: plain(value) })),
  };
}

/** Ticks are round: without the zeros that room is kept for elsewhere. */
const plain = (value: number): string =>
  Math.abs(value) < 1e-4 && value !== 0 ? value.toExponential().replace("-", "−") : String(value).replace("-", "−");

/** A part of each axis, by its name; an axis without one is whole. */
export type Brushes = Readonly<Record<string, readonly [from: number, to: number]>>;

/** Places are floats. */
const tolerance = 1e-9;

/** Whether a run lies in all parts: one without a place on an axis only where that is whole. */
export const isWithin = (run: ComparedRun, axes: readonly RunAxis[], brushes: Brushes): boolean =>
  axes.every((axis) => {
    const [from, to] = brushes[axis.name] ?? [0, 1];
    if (from <= 0 && to >= 1) return true;
    const place = axis.place(run);
    return place !== undefined && place >= from - tolerance && place <= to + tolerance;
  });
