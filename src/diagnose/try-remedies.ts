// Remedies are tried: twins of a training from the same seed, each with one change, and what the change did.
import { type Prepared, type PrepareOptions, prepare, type Table } from "../data/index.ts";
import { ChainruleError } from "../ir/errors.ts";
import { defaultLoss, type LossRecord, losses } from "../nn/losses/index.ts";
import type { ObservationEvent, StartEvent, TrainEvent } from "../train/events.ts";
import { rangeTest } from "../train/range-test.ts";
import { trainTable } from "../train/tabular.ts";
import { type Change, changed, flagsOf, type Recipe } from "./change.ts";
import { type Candidate, candidatesFor, combined, lower, type Patient, wantsRangeTest } from "./remedies.ts";
import type { Outcome, Remedy, TriedVerdict, Verdict, VerdictKind } from "./verdict.ts";

export interface Trials {
  readonly verdicts: readonly TriedVerdict[];
  /** Of each twin; 0 where there was nothing to try. */
  readonly steps: number;
  /** What remedies set, by their flags. */
  readonly changes: ReadonlyMap<string, Change>;
}

/** A twin that has been trained. */
export interface TwinReport {
  /** 0: the training as it was. */
  readonly index: number;
  /** Twins known of from the beginning; those with several changes come on top. */
  readonly of: number;
  readonly words: string;
  readonly outcome: Outcome;
}

/** Steps of a twin, where the training has as many. */
const fewestSteps = 500;
/** So much further than the last verdict begins. */
const further = 1.5;
/** Most parameters × rows × steps of a twin: a second or two. */
const mostWork = 1e10;
/** A training too large for that still shows something in so many steps. */
const leastSteps = 50;
/** Observations of a twin, about; its loss is the mean over the last quarter of them. */
const observations = 100;

/** A gradient's way counts as mended where its factor is nearer to 1 by so much. */
const mended = 10;

/**
 * Trains the twins and gives each verdict the remedies that helped, the best first. `events` are those of the training that
 * has the verdicts, as far as it came; `onTwin` hears of every twin. Throws what `prepare` throws.
 */
export async function tryRemedies(
  verdicts: readonly Verdict[],
  events: readonly TrainEvent[],
  table: Table,
  recipe: Recipe,
  onTwin: (report: TwinReport) => void = () => {},
): Promise<Trials> {
  const start = events.find((event): event is StartEvent => event.type === "start");
  const prepared = prepare(table, recipe.data);
  const tested = verdicts.some(({ kind }) => wantsRangeTest(kind))
    ? await rangeTest(prepared, recipe.settings)
    : undefined;
  const patient = {
    ...recipe,
    prepared,
    learningRate: trainTable(prepared, recipe.settings).optimizer.learningRate,
    batchSize: start?.batchSize ?? 1,
    suggestedRate: tested?.suggestion,
  };
  /** By their flags: what several verdicts ask for is tried once. */
  const candidates = new Map<string, Candidate & { readonly kinds: Set<VerdictKind> }>();
  for (const verdict of verdicts)
    for (const candidate of candidatesFor(verdict, patient)) {
      const flags = flagsOf(candidate.change);
      if (!candidates.has(flags)) candidates.set(flags, { ...candidate, kinds: new Set() });
      candidates.get(flags)!.kinds.add(verdict.kind);
    }
  if (start === undefined || candidates.size === 0) {
    return { verdicts: verdicts.map((verdict) => ({ ...verdict, remedies: [] })), steps: 0, changes: new Map() };
  }

  const steps = stepsOf(start, verdicts);
  let index = 0;
  const run = async (words: string, change: Change, kinds: ReadonlySet<VerdictKind>): Promise<Tried> => {
    const outcome = await twin(table, patient, change, steps);
    onTwin({ index, of: candidates.size + 1, words, outcome });
    index++;
    return { words, change, kinds, outcome };
  };
  const { outcome: before } = await run("as it was", {}, new Set());
  const tried: Tried[] = [];
  for (const { words, change, kinds } of candidates.values()) tried.push(await run(words, change, kinds));
  const together = combinations(tried, before);
  if (tested) together.push(...(await withRate(tried, before, table, patient)));
  for (const { words, change, kinds } of together) tried.push(await run(words, change, kinds));

  const remediesOf = ({ kind }: Verdict): Remedy[] =>
    tried
      .filter(({ kinds, outcome }) => kinds.has(kind) && helps(kind, before, outcome))
      .sort((a, b) => rank(kind, a.outcome) - rank(kind, b.outcome) || distance(a.outcome) - distance(b.outcome))
      .map(({ words, change, outcome }) => ({ change: words, flags: flagsOf(change), before, after: outcome }));
  return {
    verdicts: verdicts.map((verdict) => ({ ...verdict, remedies: remediesOf(verdict) })),
    steps,
    changes: new Map(tried.map(({ change }) => [flagsOf(change), change])),
  };
}

interface Tried extends Candidate {
  /** Of the verdicts that ask for it. */
  readonly kinds: ReadonlySet<VerdictKind>;
  readonly outcome: Outcome;
}

function stepsOf({ parameters, batchSize, stepsPerEpoch, epochs }: StartEvent, verdicts: readonly Verdict[]): number {
  const total = epochs * stepsPerEpoch;
  // Rows are learnt by heart in the long run.
  const isLong = verdicts.some(({ kind }) => kind === "overfitting");
  const wanted = isLong ? total : Math.max(fewestSteps, ...verdicts.map(({ sinceStep }) => further * sinceStep));
  const affordable = Math.max(leastSteps, mostWork / (parameters * batchSize));
  return Math.floor(Math.min(total, wanted, affordable));
}

/** The training with a change, cut off after so many steps. */
async function twin(table: Table, patient: Patient, change: Change, steps: number): Promise<Outcome> {
  const { data, settings } = changed(patient, change);
  const own = preparedWith(change, data, table, patient.prepared);
  const seen: ObservationEvent[] = [];
  let batchSize = patient.batchSize;
  let validationLoss: number | undefined;
  try {
    const observeEvery = Math.ceil(steps / observations);
    for await (const event of trainTable(own, { ...settings, steps, observeEvery }).withoutProfiles()) {
      if (event.type === "start") batchSize = event.batchSize;
      if (event.type === "observation") seen.push(event);
      if (event.type === "end" && event.bestEpoch > 0) validationLoss = event.metrics.validation?.loss;
    }
  } catch (error) {
    if (!(error instanceof ChainruleError && error.code === "NON_FINITE_LOSS")) throw error;
    return { loss: Number.NaN };
  }
  const loss = losses[settings.loss ?? defaultLoss(own.task)];
  const unit = unitOf(loss, own) / unitOf(loss, patient.prepared);
  // A sum over the batch's rows, as that of a batch of the training.
  const rows = loss.reduction === "sum" ? patient.batchSize / batchSize : 1;
  const last = seen.filter(({ step }) => step > 0.75 * seen.at(-1)!.step);
  const product = seen.at(-1)?.ledger.at(-1)?.product;
  return {
    loss: (unit * rows * last.reduce((sum, { loss }) => sum + loss, 0)) / last.length,
    ...(validationLoss !== undefined && { validationLoss: unit * validationLoss }),
    ...(product !== undefined && { product }),
  };
}

/** The rows as the change has them prepared. */
function preparedWith(change: Change, data: PrepareOptions, table: Table, prepared: Prepared): Prepared {
  return change.standardize !== undefined || change.ignore !== undefined ? prepare(table, data) : prepared;
}

/** What a regression's loss has to be multiplied by to be in a power of the target's own unit. */
function unitOf({ unitPower = 0 }: LossRecord, { preprocessing: { target } }: Prepared): number {
  return target.kind === "regression" ? target.std ** unitPower : 1;
}

type Combination = Candidate & { readonly kinds: ReadonlySet<VerdictKind> };

/** Those that did what one of their verdicts asks for, the best first. */
const helpful = (tried: readonly Tried[], before: Outcome): Tried[] =>
  tried
    .filter(({ change, kinds, outcome }) => {
      return change.ignore === undefined && [...kinds].some((kind) => helps(kind, before, outcome));
    })
    .sort((a, b) => finite(a.outcome.loss) - finite(b.outcome.loss));

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
  patient: Patient,
): Promise<Combination[]> {
  const best = helpful(tried, before).find(({ change }) => change.learningRate === undefined);
  if (best === undefined) return [];
  const { data, settings } = changed(patient, best.change);
  const { suggestion } = await rangeTest(preparedWith(best.change, data, table, patient.prepared), settings);
  if (suggestion === undefined || suggestion === patient.learningRate) return [];
  const rate = {
    words: `learning rate ${suggestion} from a range test`,
    change: { learningRate: suggestion },
  };
  return [{ ...combined([best, rate])!, kinds: best.kinds }];
}

/** Whether a change did what the verdict asks for. */
function helps(kind: VerdictKind, before: Outcome, after: Outcome): boolean {
  // To do without a feature that gives the answer away costs loss, and is right all the same.
  if (kind === "leaking-feature") return true;
  const [was, is] = [rank(kind, before), rank(kind, after)];
  if (is < lower * was) return true;
  if (kind !== "vanishing-gradient" && kind !== "exploding-gradient") return false;
  return is * lower <= was && distance(before) - distance(after) > Math.log(mended);
}

/** What is to be low. */
const rank = (kind: VerdictKind, { loss, validationLoss }: Outcome): number =>
  finite(kind === "overfitting" ? validationLoss : loss);

const finite = (figure = Number.NaN): number => (Number.isNaN(figure) ? Number.POSITIVE_INFINITY : figure);

/** How far the gradient's way through the network is from one that keeps its size. */
const distance = ({ product }: Outcome): number =>
  product === undefined || product <= 0 ? Number.POSITIVE_INFINITY : Math.abs(Math.log(product));

/**
 * The remedy that a training may begin again with: of all those of warnings and severe verdicts the one with the lowest
 * validation loss (training loss where there is none), if it is lower than before. It leaves out no column, since whether
 * one may be used is not for a loss to say.
 */
export function bestRemedy({ verdicts, changes }: Trials): { remedy: Remedy; change: Change } | undefined {
  const figure = ({ loss, validationLoss }: Outcome) => validationLoss ?? loss;
  const [best] = verdicts
    .filter(({ severity }) => severity !== "info")
    .flatMap(({ remedies }) => remedies.map((remedy) => ({ remedy, change: changes.get(remedy.flags)! })))
    .filter(({ remedy: { before, after }, change }) => {
      return change.ignore === undefined && !(figure(after) >= figure(before));
    })
    .sort((a, b) => figure(a.remedy.after) - figure(b.remedy.after));
  return best;
}
