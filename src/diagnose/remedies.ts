// What may mend a verdict: changes of a training as plain data, and in words.
import type { Prepared } from "../data/index.ts";
import { featureNames } from "../data/preprocessing.ts";
import type { ActivationName } from "../nn/activation.ts";
import type { InitializerName } from "../nn/initializers.ts";
import { defaultLoss, losses } from "../nn/losses/index.ts";
import { fittingInit } from "../train/tabular.ts";
import { type Change, type Recipe, withDefaults } from "./change.ts";
import type { Verdict, VerdictKind } from "./verdict.ts";

export interface Candidate {
  /** In words. */
  readonly words: string;
  readonly change: Change;
}

/** The training that has the verdict. */
export interface Patient extends Recipe {
  readonly prepared: Prepared;
  /** What the settings came to. */
  readonly learningRate: number;
  readonly batchSize: number;
  /** Of a range test; absent where none was made, or it found no rate. */
  readonly suggestedRate?: number | undefined;
}

/** A candidate, or undefined where it would change nothing. */
type Remedial = (patient: Patient, verdict: Verdict) => Candidate | undefined;

const initWords: Readonly<Partial<Record<InitializerName, string>>> = {
  heUniform: "He initial weights",
  xavierUniform: "Xavier initial weights",
};

const activation =
  (name: ActivationName): Remedial =>
  ({ settings }) => {
    const init = fittingInit(name);
    const had = withDefaults(settings);
    if (had.activation === name && had.init === init) return undefined;
    return { words: `${name} with ${initWords[init]}`, change: { activation: name, init } };
  };

const fitInit: Remedial = ({ settings }) => {
  const { activation, init: had } = withDefaults(settings);
  const init = fittingInit(activation);
  return had === init ? undefined : { words: `${initWords[init]}`, change: { init } };
};

const normalize =
  (normalization: "batch" | "layer"): Remedial =>
  ({ settings }) =>
    settings.normalization === undefined
      ? { words: `${normalization} normalisation`, change: { normalization } }
      : undefined;

const residual: Remedial = ({ settings }) => {
  const { hidden } = withDefaults(settings);
  const applies = hidden.some((width, i) => i > 0 && width === hidden[i - 1]);
  return settings.residual || !applies ? undefined : { words: "residual connections", change: { residual: true } };
};

const suggestedRate: Remedial = ({ suggestedRate: rate, learningRate }) =>
  rate === undefined || Math.abs(Math.log(rate / learningRate)) < 0.25
    ? undefined
    : { words: `learning rate ${rate} from a range test`, change: { learningRate: rate } };

const rateTimes =
  (factor: number): Remedial =>
  ({ learningRate }) => {
    const rate = Number((learningRate * factor).toPrecision(2));
    return {
      words: `learning rate ${rate}, ${factor < 1 ? "a tenth" : "ten times as high"}`,
      change: { learningRate: rate },
    };
  };

const clip: Remedial = ({ settings }) => {
  const norm = settings.clipNorm === undefined ? 1 : settings.clipNorm / 10;
  return { words: `gradients clipped to a norm of ${norm}`, change: { clipNorm: norm } };
};

const standardize: Remedial = ({ data, settings, prepared }) =>
  data.standardize === false && losses[settings.loss ?? defaultLoss(prepared.task)].unitPower !== undefined
    ? { words: "standardised numbers", change: { standardize: true } }
    : undefined;

const batchTimes =
  (factor: number): Remedial =>
  ({ batchSize, prepared }) => {
    const size = Math.min(batchSize * factor, prepared.train.rows);
    return size > batchSize ? { words: `batches of ${size} rows`, change: { batchSize: size } } : undefined;
  };

const narrower =
  (divisor: number): Remedial =>
  ({ settings }) => {
    const { hidden } = withDefaults(settings);
    const widths = hidden.map((width) => Math.max(2, Math.round(width / divisor)));
    const total = (all: readonly number[]) => all.reduce((a, b) => a + b, 0);
    return total(widths) < total(hidden)
      ? { words: `hidden layers of ${widths.join(", ")} neurons`, change: { hidden: widths } }
      : undefined;
  };

const ignoreFeatures: Remedial = ({ prepared }, { evidence }) => {
  const features = Array.isArray(evidence.features) ? evidence.features : [];
  const columns = prepared.preprocessing.columns.filter((column) =>
    featureNames(column).some((name) => features.includes(name)),
  );
  const ignore = columns.map(({ name }) => name);
  if (ignore.length === 0 || ignore.length === prepared.preprocessing.columns.length) return undefined;
  return { words: `without ${ignore.map((name) => `"${name}"`).join(", ")}`, change: { ignore } };
};

const normalizations = [normalize("layer"), normalize("batch")];

/** What is tried for each kind. Nothing of a training mends wrong labels, or rows of a class that are not there. */
const remedials: Readonly<Record<VerdictKind, readonly Remedial[]>> = {
  "vanishing-gradient": [activation("relu"), activation("elu"), fitInit, residual, ...normalizations],
  "exploding-gradient": [fitInit, standardize, ...normalizations, clip, suggestedRate],
  "dead-units": [
    standardize,
    activation("leakyRelu"),
    activation("elu"),
    fitInit,
    ...normalizations,
    suggestedRate,
    rateTimes(0.1),
  ],
  saturation: [standardize, fitInit, activation("relu"), ...normalizations, suggestedRate, rateTimes(0.1)],
  "bad-initialization": [fitInit, activation("relu"), ...normalizations],
  "learning-rate-too-high": [suggestedRate, rateTimes(0.1), clip, standardize],
  "learning-rate-too-low": [suggestedRate, rateTimes(10)],
  "unscaled-feature": [standardize, ...normalizations, suggestedRate],
  "leaking-feature": [ignoreFeatures],
  "label-noise": [],
  "batch-too-small": [batchTimes(4), batchTimes(16)],
  overfitting: [narrower(2), narrower(4), suggestedRate],
  "constant-output": [
    ...[standardize, fitInit, activation("relu"), residual],
    ...[...normalizations, suggestedRate, rateTimes(10), rateTimes(0.1)],
  ],
  "class-imbalance": [],
  "non-finite": [standardize, fitInit, ...normalizations, clip, suggestedRate, rateTimes(0.1)],
};

export const wantsRangeTest = (kind: VerdictKind): boolean => remedials[kind].includes(suggestedRate);

/** A loss counts as lower below this share of the one before: twins share their batches, so that chance weighs little. */
export const lower = 0.97;

/** Whether a flag of chainrule train may mend it. */
export const isTreatable = (kind: VerdictKind): boolean => remedials[kind].length > 0;

export const candidatesFor = (verdict: Verdict, patient: Patient): Candidate[] =>
  remedials[verdict.kind].flatMap((remedial) => remedial(patient, verdict) ?? []);

/** Several changes as one; undefined where they set the same. */
export function combined(candidates: readonly Candidate[]): Candidate | undefined {
  const keys = candidates.flatMap(({ change }) => Object.keys(change));
  if (new Set(keys).size < keys.length) return undefined;
  return {
    words: candidates.map(({ words }) => words).join(" + "),
    change: Object.assign({}, ...candidates.map(({ change }) => change)) as Change,
  };
}
