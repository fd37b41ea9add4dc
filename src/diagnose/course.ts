// How a training went, in figures that have no unit: what several detectors judge by.
import { upperMedian } from "../ir/stats.ts";
import type { Evidence } from "./evidence.ts";
import type { Severity } from "./finding.ts";

/** Loss at the end by that of the best constant answer: healthy trainings end below 0.4. */
export const outcome = {
  unlearnt: 0.6,
  /** Less is left where a training has learnt all but a twentieth of what there is. */
  learnt: 0.05,
  /** Of the planned epochs: before, the loss of a training that goes on says little. */
  share: 0.3,
} as const;

export type Observed = Evidence["observations"][number];

/** Of those that are numbers: one of them. NaN of none. */
export const median = (values: readonly number[]): number =>
  upperMedian(values.filter((value) => !Number.isNaN(value)));

const geometricMean = (values: readonly number[]): number =>
  values.length === 0 ? 1 : Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/** The first observations of a training, while it is as it was set up. */
export const early = ({ observations }: Evidence): readonly Observed[] => observations.slice(0, 10);

/** ‖Δθ‖ / ‖θ‖ of the step, of the layer in the middle. */
export const updateOf = ({ layers }: Observed): number => median(layers.map(({ updateRatio }) => updateRatio));

/** Loss at the end by that of the best constant answer: about 1 where nothing was learnt; NaN before the first epoch. */
export function lossLeft({ data, observations, epochs }: Evidence): number {
  const loss = epochs.at(-1)?.loss ?? Number.NaN;
  return loss / (data?.constantLoss || observations[0]?.loss || Number.NaN);
}

/** Whether a training that goes on has still too far to go for its losses to be judged. */
export const hasJustBegun = ({ start, epochs, end, failure }: Evidence): boolean =>
  end === undefined && failure === undefined && (epochs.at(-1)?.epoch ?? 0) < outcome.share * start.epochs;

/** Severe where the training failed, or learnt little or nothing; a warning where it did its work all the same. */
export const byOutcome = (evidence: Evidence): Severity =>
  evidence.failure !== undefined || (lossLeft(evidence) > outcome.unlearnt && !hasJustBegun(evidence))
    ? "severe"
    : "warning";

/** 1-based step of the first of the last observations without a gap that show it; that of the last one where none does. */
export function sinceStep({ observations }: Evidence, shows: (seen: Observed) => boolean): number {
  const before = observations.findLastIndex((seen) => !shows(seen));
  return (observations[before + 1] ?? observations.at(-1))?.step ?? 1;
}

/** −Σ after / Σ before over the lines of observations: where along its updates the loss is lowest, as LineProbe's alpha. */
export function alphaOf(observations: readonly Observed[]): number {
  const lines = observations.flatMap(({ line }) => line ?? []);
  const sum = (end: "before" | "after") => lines.reduce((all, line) => all + line[end], 0);
  return -sum("after") / sum("before");
}

/**
 * Share of noise in the squared length of the batches' gradients, 0 … 1: Σ ratio ‖g‖² / Σ ‖g‖². NaN for batches of one row.
 */
export function noiseShare(observations: readonly Observed[]): number {
  const probes = observations.flatMap(({ noise }) => noise ?? []);
  const total = probes.reduce((sum, { gradient }) => sum + gradient, 0);
  return probes.reduce((sum, { ratio, gradient }) => sum + ratio * gradient, 0) / total;
}

/** Factors of the ledger as geometric means over its steps; skipFactor only where a step has an identity beside it. */
export function meanFactors(ledger: Observed["ledger"]) {
  const steps = ledger.slice(1);
  const mean = (of: (row: (typeof steps)[number]) => number) => geometricMean(steps.map(of));
  const hasSkips = steps.some(({ skipFactor }) => skipFactor !== 1);
  return {
    weightFactor: mean((row) => row.weightFactor),
    activationFactor: mean((row) => row.activationFactor),
    ...(hasSkips && { skipFactor: mean((row) => row.skipFactor) }),
    attenuation: mean((row) => row.attenuation),
  };
}

/** meanFactors in four digits. */
export function ledgerCause({ ledger }: Observed) {
  const { weightFactor, activationFactor, skipFactor, attenuation } = meanFactors(ledger);
  const four = (value: number) => Number(value.toPrecision(4));
  return {
    weightFactor: four(weightFactor),
    activationFactor: four(activationFactor),
    ...(skipFactor !== undefined && { skipFactor: four(skipFactor) }),
    attenuation: four(attenuation),
  };
}
