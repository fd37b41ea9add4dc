// Remedies are tried: twins of a training from the same seed, each with one change, and what the change did.

import { type Prepared, type PrepareOptions, prepare, type Table } from "../data/index.ts";
import { scaleOf } from "../data/target-kinds.ts";
import { ChainruleError } from "../ir/errors.ts";
import { type LossRecord, lossRecord } from "../nn/losses/index.ts";
import type { ObservationEvent, StartEvent, TrainEvent } from "../train/events.ts";
import { rangeTest } from "../train/range-test.ts";
import { resolve } from "../train/settings/resolve.ts";
import { trainTable } from "../train/tabular.ts";
import { underCauses } from "./causes.ts";
import { type Change, changed, changesColumns, changesRows, keyOf, type Recipe } from "./change.ts";
import { detectorOf, type VerdictKind } from "./detectors.ts";
import { imbalanceOf, type Outcome, resultOf } from "./goals.ts";
import { type Baseline, type Candidate, combined, rangeTestRate } from "./remedies.ts";
import type { Remedy, TriedVerdict, Verdict } from "./verdict.ts";

export interface Trials {
  readonly verdicts: readonly TriedVerdict[];
  /** Of each twin; 0 where there was nothing to try. */
  readonly steps: number;
  /** Of the training as it was. */
  readonly learningRate: number;
}

/** A twin that has been trained. */
export interface TwinReport {
  /** 0: the training as it was. */
  readonly index: number;
  /** Twins known of from the beginning; those with several changes come on top. */
  readonly of: number;
  readonly words: string;
  readonly change: Change;
  readonly outcome: Outcome;
}

/**
 * Most parameters × rows × steps of a twin: about a second on one core. A twin is the whole training wherever that is within it: the first steps
 * alone prefer rates that are too high for the last (Wu et al. 2018, short-horizon bias).
 */
const mostWork = 4e9;
/** A training too large for that still shows something in so many steps. */
const leastSteps = 50;
/** Observations of a twin, about; its loss is the mean over the last quarter of them. */
const observations = 100;

/**
 * Trains the twins and gives each verdict the remedies that helped, the best first; a warning that nothing helps against becomes a remark. `events` are those of the training that
 * has the verdicts, as far as it came; `onTwin` hears of every twin; `prepared` is the table as the recipe prepares it, where that is at hand. Throws
 * what `prepare` throws.
 */
export async function tryRemedies(
  verdicts: readonly Verdict[],
  events: readonly TrainEvent[],
  table: Table,
  { data, settings }: Recipe,
  onTwin: (report: TwinReport) => void = () => {},
  prepared = prepare(table, data),
): Promise<Trials> {
  // Threads that wait for one another cost more than they give where a machine has other work, and there are many twins.
  const recipe: Recipe = { data, settings: { ...settings, threads: settings.threads ?? 1 } };
  const start = events.find((event): event is StartEvent => event.type === "start");
  const tested = verdicts.some(({ kind }) => detectorOf(kind).remedies.some(({ needsRangeTest }) => needsRangeTest))
    ? await rangeTest(prepared, recipe.settings)
    : undefined;
  const baseline = {
    ...recipe,
    prepared,
    resolved: resolve(prepared, recipe.settings),
    batchSize: start?.batchSize ?? 1,
    suggestedRate: tested?.suggestion,
  };
  const { learningRate } = baseline.resolved;
  /** By what they set: what several verdicts ask for is tried once. */
  const candidates = new Map<string, Candidate & { readonly kinds: Set<VerdictKind> }>();
  for (const verdict of verdicts)
    for (const candidate of candidatesFor(verdict, baseline)) {
      const key = keyOf(candidate.change);
      if (!candidates.has(key)) candidates.set(key, { ...candidate, kinds: new Set() });
      candidates.get(key)!.kinds.add(verdict.kind);
    }
  if (start === undefined || candidates.size === 0) {
    return { verdicts: verdicts.map((verdict) => ({ ...verdict, remedies: [] })), steps: 0, learningRate };
  }

  const steps = stepsOf(start);
  let index = 0;
  const run = async (words: string, change: Change, kinds: ReadonlySet<VerdictKind>): Promise<Tried> => {
    const outcome = await twin(table, baseline, change, steps);
    onTwin({ index, of: candidates.size + 1, words, change, outcome });
    index++;
    return { words, change, kinds, outcome };
  };
  const { outcome: before } = await run("as it was", {}, new Set());
  const tried: Tried[] = [];
  for (const { words, change, kinds } of candidates.values()) tried.push(await run(words, change, kinds));
  const together = combinations(tried, before);
  const withRates = tested ? await withRate(tried, before, table, baseline) : [];
  for (const { words, change, kinds } of [...together, ...withRates]) tried.push(await run(words, change, kinds));

  const remediesOf = ({ kind }: Verdict): Remedy[] => {
    const { isReached } = detectorOf(kind).mended;
    return tried
      .filter(({ kinds, outcome }) => kinds.has(kind) && isReached(before, outcome))
      .sort((a, b) => resultOf(a.outcome) - resultOf(b.outcome) || imbalanceOf(a.outcome) - imbalanceOf(b.outcome))
      .map(({ words, change, outcome }) => ({ change: words, settings: change, before, after: outcome }));
  };
  const rated = verdicts.map((verdict): TriedVerdict => {
    const remedies = remediesOf(verdict);
    const isInVain = remedies.length === 0 && tried.some(({ kinds }) => kinds.has(verdict.kind));
    return verdict.severity === "warning" && isInVain
      ? { ...verdict, severity: "info", wasWarning: true, remedies }
      : { ...verdict, remedies };
  });
  return { verdicts: underCauses(rated, detectorOf), steps, learningRate };
}

/** What may mend a verdict of a training: those that need a range test where `baseline` has what one found. */
export const candidatesFor = (verdict: Verdict, baseline: Baseline): readonly Candidate[] =>
  detectorOf(verdict.kind).remedies.flatMap(({ candidate }) => candidate(baseline, verdict) ?? []);

interface Tried extends Candidate {
  /** Of the verdicts that ask for it. */
  readonly kinds: ReadonlySet<VerdictKind>;
  readonly outcome: Outcome;
}

function stepsOf({ parameters, batchSize, stepsPerEpoch, epochs }: StartEvent): number {
  const affordable = Math.max(leastSteps, mostWork / (parameters * batchSize));
  return Math.floor(Math.min(epochs * stepsPerEpoch, affordable));
}

/** With batches of so many rows: as many epochs as the training has in `steps`. */
function stepsWith(batchSize: number, { batchSize: had, prepared }: Baseline, steps: number): number {
  const perEpoch = (size: number) => Math.ceil(prepared.train.rows / size);
  return Math.max(1, Math.round((steps / perEpoch(had)) * perEpoch(batchSize)));
}

/** The training with a change, cut off after as many rows as it had in `steps` steps. */
async function twin(table: Table, baseline: Baseline, change: Change, steps: number): Promise<Outcome> {
  const { data, settings } = changed(baseline, change);
  const rows = preparedWith(change, data, table, baseline.prepared);
  const seen: ObservationEvent[] = [];
  let batchSize = baseline.batchSize;
  let validationLoss: number | undefined;
  try {
    const own = stepsWith(change.batchSize ?? baseline.batchSize, baseline, steps);
    const cut = { steps: own, observeEvery: Math.ceil(own / observations) };
    for await (const event of trainTable(rows, { ...settings, ...cut }).withoutProfiles()) {
      if (event.type === "start") batchSize = event.batchSize;
      if (event.type === "observation") seen.push(event);
      if (event.type === "end" && event.bestEpoch > 0) validationLoss = event.metrics.validation?.loss;
    }
  } catch (error) {
    if (!(error instanceof ChainruleError && error.code === "NON_FINITE_LOSS")) throw error;
    return { loss: Number.NaN };
  }
  const loss = lossRecord(baseline.resolved.loss);
  const unit = unitOf(loss, rows) / unitOf(loss, baseline.prepared);
  // A sum over the batch's rows, as that of a batch of the training.
  const perBatch = loss.reduction === "sum" ? baseline.batchSize / batchSize : 1;
  const last = seen.filter(({ step }) => step > 0.75 * seen.at(-1)!.step);
  const product = seen.at(-1)?.ledger.at(-1)?.product;
  return {
    loss: (unit * perBatch * last.reduce((sum, { loss }) => sum + loss, 0)) / last.length,
    ...(validationLoss !== undefined && { validationLoss: unit * validationLoss }),
    ...(product !== undefined && { product }),
  };
}

/** The rows as the change has them prepared. */
function preparedWith(change: Change, data: PrepareOptions, table: Table, prepared: Prepared): Prepared {
  return changesRows(change) ? prepare(table, data) : prepared;
}

/**
 * What a regression's loss has to be multiplied by to be in a power of the target's own unit; of several targets of the first's:
 * no remedy scales them anew.
 */
function unitOf({ unitPower = 0 }: LossRecord, { preprocessing: { targets } }: Prepared): number {
  return scaleOf(targets[0]!).unit ** unitPower;
}

type Combination = Candidate & { readonly kinds: ReadonlySet<VerdictKind> };

/** Those that did what one of their verdicts asks for, the best first. */
const helpful = (tried: readonly Tried[], before: Outcome): Tried[] =>
  tried
    .filter(({ change, kinds, outcome }) => {
      const isReached = [...kinds].some((kind) => detectorOf(kind).mended.isReached(before, outcome));
      return isReached && !changesColumns(change);
    })
    .sort((a, b) => resultOf(a.outcome) - resultOf(b.outcome));

/** The best change of each sort, the best two and the best three together. */
function combinations(tried: readonly Tried[], before: Outcome): Combination[] {
  const best: Tried[] = [];
  for (const one of helpful(tried, before)) if (combined([...best, one]) !== undefined) best.push(one);
  return [2, 3].flatMap((count) => {
    const parts = best.slice(0, count);
    const candidate = parts.length === count ? combined(parts) : undefined;
    return candidate === undefined ? [] : { ...candidate, kinds: new Set(parts.flatMap(({ kinds }) => [...kinds])) };
  });
}

/** The best change that leaves the rate as it was, with the rate that a range test finds for it: another one than before it. */
async function withRate(
  tried: readonly Tried[],
  before: Outcome,
  table: Table,
  baseline: Baseline,
): Promise<Combination[]> {
  const best = helpful(tried, before).find((one) => combined([one, rangeTestRate(1)]) !== undefined);
  if (best === undefined) return [];
  const { data, settings } = changed(baseline, best.change);
  const { suggestion } = await rangeTest(preparedWith(best.change, data, table, baseline.prepared), settings);
  if (suggestion === undefined || suggestion === baseline.resolved.learningRate) return [];
  return [{ ...combined([best, rangeTestRate(suggestion)])!, kinds: best.kinds }];
}

/**
 * The remedy that a training may begin again with: of all those of warnings and severe verdicts the one with the lowest
 * validation loss (training loss where there is none), if it is lower than before. It leaves out no column, since whether
 * one may be used is not for a loss to say.
 */
export function bestRemedy({ verdicts }: Pick<Trials, "verdicts">): Remedy | undefined {
  const [best] = verdicts
    .filter(({ severity }) => severity !== "info")
    .flatMap(({ remedies }) => remedies)
    .filter(({ settings, before, after }) => !changesColumns(settings) && resultOf(after) < resultOf(before))
    .sort((a, b) => resultOf(a.after) - resultOf(b.after));
  return best;
}
