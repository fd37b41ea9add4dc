// Building blocks of detectors' remedies: each makes a change that may help of a training, as plain data and in words.
import type { Prepared } from "../data/index.ts";
import { featureNames } from "../data/preprocessing.ts";
import { type ActivationName, fittingInit } from "../nn/activation.ts";
import { initializers } from "../nn/initializers.ts";
import { lossRecord } from "../nn/losses/index.ts";
import { scheduleKinds } from "../optim/schedules/index.ts";
import type { ResolvedTableSettings } from "../train/settings/resolve.ts";
import type { Change, Recipe } from "./change.ts";
import type { Finding } from "./finding.ts";

export interface Candidate {
  /** In words. */
  readonly words: string;
  readonly change: Change;
}

/** The training as it was, which has the verdict. */
export interface Baseline extends Recipe {
  readonly prepared: Prepared;
  /** What the settings came to. */
  readonly resolved: ResolvedTableSettings;
  readonly batchSize: number;
  /** Of a range test; absent where none was made, or it found no rate. */
  readonly suggestedRate?: number | undefined;
}

export interface RemedyRule {
  /** Whether it asks for `suggestedRate`. */
  readonly needsRangeTest: boolean;
  /** Undefined where it would change nothing. */
  readonly candidate: (baseline: Baseline, finding: Finding) => Candidate | undefined;
}

const rule = (candidate: RemedyRule["candidate"]): RemedyRule => ({ needsRangeTest: false, candidate });

/** With the initial weights that fit it. */
export const activation = (name: ActivationName): RemedyRule =>
  rule(({ resolved }) => {
    const init = fittingInit(name);
    if (resolved.activation === name && resolved.init === init) return undefined;
    return { words: `${name} with ${initializers[init].words}`, change: { activation: name, init } };
  });

export const fitInit = rule(({ resolved }) => {
  const { activation, init: had } = resolved;
  const init = fittingInit(activation);
  return had === init ? undefined : { words: initializers[init].words, change: { init } };
});

/** By batches only where these are more than one row, which alone has no spread. */
const normalize = (normalization: "batch" | "layer"): RemedyRule =>
  rule(({ resolved, batchSize }) =>
    resolved.normalization === undefined && (normalization === "layer" || batchSize > 1)
      ? { words: `${normalization} normalisation`, change: { normalization } }
      : undefined,
  );

export const normalizations = [normalize("layer"), normalize("batch")];

export const residual = rule(({ resolved }) => {
  const { hidden } = resolved;
  const applies = hidden.some((width, i) => i > 0 && width === hidden[i - 1]);
  return resolved.residual || !applies ? undefined : { words: "residual connections", change: { residual: true } };
});

export const rangeTestRate = (rate: number): Candidate => ({
  words: `learning rate ${rate} from a range test`,
  change: { learningRate: rate },
});

export const suggestedRate: RemedyRule = {
  needsRangeTest: true,
  candidate: ({ suggestedRate: rate, resolved: { learningRate } }) =>
    rate === undefined || Math.abs(Math.log(rate / learningRate)) < 0.25 ? undefined : rangeTestRate(rate),
};

const factorWords = { 0.1: "a tenth", [1 / 3]: "a third", 10: "ten times as high" };

export const rateTimes = (factor: keyof typeof factorWords): RemedyRule =>
  rule(({ resolved: { learningRate } }) => {
    const rate = Number((learningRate * factor).toPrecision(2));
    return {
      words: `learning rate ${rate}, ${factorWords[factor]}`,
      change: { learningRate: rate },
    };
  });

/** In place of one that may be at its end too soon. */
export const usualSchedule = rule(({ resolved }) => {
  const [usual] = scheduleKinds;
  return ["constant", usual].includes(resolved.schedule.kind)
    ? undefined
    : { words: `a ${usual} schedule`, change: { schedule: usual } };
});

/** The norm that gradients are usually clipped to. */
const usualNorm = 1;
const clipTo = (norm: number): Candidate => ({
  words: `gradients clipped to a norm of ${norm}`,
  change: { clipNorm: norm },
});

export const clip = rule(({ resolved: { clipNorm } }) => clipTo(clipNorm === undefined ? usualNorm : clipNorm / 10));

/** In place of a norm so small that it makes every step short. */
export const usualClip = rule(({ resolved: { clipNorm = usualNorm } }) =>
  clipNorm < usualNorm ? clipTo(usualNorm) : undefined,
);

/** Losses before and after are compared in the target's unit: of several targets there is none, but for classes. */
export const standardize = rule(({ data, resolved, prepared }) =>
  data.standardize === false &&
  lossRecord(resolved.loss).unitPower !== undefined &&
  (prepared.task === "classification" || prepared.preprocessing.targets.length === 1)
    ? { words: "standardised numbers", change: { standardize: true } }
    : undefined,
);

export const batchTimes = (factor: number): RemedyRule =>
  rule(({ batchSize, prepared }) => {
    const size = Math.min(batchSize * factor, prepared.train.rows);
    return size > batchSize ? { words: `batches of ${size} rows`, change: { batchSize: size } } : undefined;
  });

/** The same with the rate times √factor: as many rows are fewer steps then, and each may go farther (Malladi et al. 2022 for Adam; Krizhevsky 2014). */
export const batchAndRateTimes = (factor: number): RemedyRule =>
  rule((baseline, finding) => {
    const batch = batchTimes(factor).candidate(baseline, finding);
    if (batch === undefined) return undefined;
    const { resolved, batchSize } = baseline;
    const rate = Number((resolved.learningRate * Math.sqrt(batch.change.batchSize! / batchSize)).toPrecision(2));
    return {
      words: `${batch.words} at a learning rate of ${rate}`,
      change: { ...batch.change, learningRate: rate },
    };
  });

/** Of the outputs of every hidden layer. */
export const dropout = (rate: number): RemedyRule =>
  rule(({ resolved }) =>
    resolved.dropout >= rate || resolved.hidden.length === 0
      ? undefined
      : { words: `dropout of ${rate}`, change: { dropout: rate } },
  );

export const narrower = (divisor: number): RemedyRule =>
  rule(({ resolved: { hidden } }) => {
    const widths = hidden.map((width) => Math.max(2, Math.round(width / divisor)));
    const total = (all: readonly number[]) => all.reduce((a, b) => a + b, 0);
    if (total(widths) >= total(hidden)) return undefined;
    const isUniform = widths.length > 1 && new Set(widths).size === 1;
    return {
      words: `hidden layers of ${widths.join(", ")} neurons`,
      change: isUniform ? { depth: widths.length, width: widths[0] } : { hidden: widths },
    };
  });

/** Leaves out the columns of the features that the finding names. */
export const ignoreFeatures = rule(({ prepared }, { evidence }) => {
  const features = Array.isArray(evidence.features) ? evidence.features : [];
  const columns = prepared.preprocessing.columns.filter((column) =>
    featureNames(column).some((name) => features.includes(name)),
  );
  const ignore = columns.map(({ name }) => name);
  if (ignore.length === 0 || ignore.length === prepared.preprocessing.columns.length) return undefined;
  return {
    words: `without ${ignore.map((name) => `"${name}"`).join(", ")}`,
    change: { columnTypes: Object.fromEntries(ignore.map((name) => [name, "ignore"])) },
  };
});

/** Several changes as one; undefined where they set the same. */
export function combined(candidates: readonly Candidate[]): Candidate | undefined {
  const keys = candidates.flatMap(({ change }) => Object.keys(change));
  if (new Set(keys).size < keys.length) return undefined;
  return {
    words: candidates.map(({ words }) => words).join(" + "),
    change: Object.fromEntries(candidates.flatMap(({ change }) => Object.entries(change))),
  };
}
