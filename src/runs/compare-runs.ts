// Runs beside each other: what differs between their settings, which metrics they have, and which of them is better.
import { isRecord } from "../ir/json.ts";
import { isGain } from "../train/metric-names.ts";
import { settingFlags } from "../train/settings/flags.ts";
import { settingOf } from "../train/settings/values.ts";

export interface ComparedRun {
  /** As run.json has them, by the names of flags. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Names of files, or a query. */
  readonly data?: readonly string[];
  readonly metrics?: Readonly<Record<string, number>>;
}

/** A setting that was given to a run, by the name of its flag, or "data". */
export type Fact = string;

const factNames: readonly Fact[] = ["data", ...new Set(settingFlags.map(({ name }) => name))];

/** What was given to a run, as JSON has it; without what run.json holds beside settings. */
export function factsOf({ settings = {}, data }: ComparedRun): Readonly<Record<Fact, unknown>> {
  const all: Readonly<Record<string, unknown>> = { ...settings, data };
  return Object.fromEntries(factNames.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
}

/**
 * Names of what was not given alike to all, in the order of the settings. Runs whose settings are not known are left out.
 *
 * @example
 * differingFacts([{ settings: { lr: 0.1, hidden: [8] } }, { settings: { lr: 0.2, hidden: [8] } }]); // ["lr"]
 */
export function differingFacts(runs: readonly ComparedRun[]): Fact[] {
  const known = runs.filter(({ settings }) => settings !== undefined).map(factsOf);
  return factNames.filter((name) => new Set(known.map((facts) => JSON.stringify(facts[name]))).size > 1);
}

/** As a command line has it: "64,32". Undefined where it was not given. */
export function factText(name: Fact, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (name === "data" && Array.isArray(value)) return value.join(" ");
  const of = settingFlags.find((flag) => flag.name === name);
  const { type } = of === undefined ? {} : settingOf(of.key);
  const isPrinted = of?.sign === undefined && type?.holds(value) && !isRecord(value);
  return isPrinted ? type!.print(value) : typeof value === "string" ? value : JSON.stringify(value);
}

/** Names of the metrics that some of the runs have: "loss" first. */
export function metricsOf(runs: readonly ComparedRun[]): string[] {
  const names = new Set(runs.flatMap(({ metrics = {} }) => Object.keys(metrics)));
  return [...names].sort((a, b) => Number(b === "loss") - Number(a === "loss"));
}

/** Compares runs by a metric: the lowest loss, the highest accuracy first; those without it last. */
export const bestFirst =
  (metric: string) =>
  (a: ComparedRun, b: ComparedRun): number => {
    const [one, other] = [a, b].map(({ metrics }) => metrics?.[metric] ?? Number.NaN) as [number, number];
    if (!(Number.isFinite(one) && Number.isFinite(other)))
      return Number(Number.isFinite(other)) - Number(Number.isFinite(one));
    return isGain(metric) ? other - one : one - other;
  };
