// What every option of a training must be, checked before anything is computed, in words for whoever wrote it.
import { backendNames } from "../backends/backend.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Fail } from "../ir/fields.ts";
import { isRecord } from "../ir/json.ts";
import { came, invalid, plain, sameWord } from "../ir/option-words.ts";
import { formatShape, type Shape, sameShape } from "../ir/shape.ts";
import { layerKinds, layerRecord } from "../nn/layers/index.ts";
import { isLossName, isLossRecord, type Loss, type LossName, lossNames, lossOf } from "../nn/losses/index.ts";
import { outputType } from "../nn/parse.ts";
import { requireShallow } from "../nn/structure.ts";
import { chainOf } from "../observe/chain.ts";
import { optimizerKinds, parseOptimizer } from "../optim/optimizers/index.ts";
import { parseSchedule, scheduleKinds } from "../optim/schedules/index.ts";
import { Tensor } from "../trace/tensor.ts";
import type { TrainingData, TrainOptions } from "./options.ts";

interface Rule {
  /** Completes "must be …". */
  readonly must: string;
  holds(value: unknown): boolean;
  readonly isOptional?: true;
  /** How to mend what came. */
  mend?(value: unknown): string | undefined;
}

const optional = (rule: Rule): Rule => ({ ...rule, isOptional: true });

const whole = (least: number): Rule => ({
  must: `a whole number of at least ${least}`,
  holds: (value) => Number.isInteger(value) && (value as number) >= least,
});

const positive: Rule = {
  must: "a number above 0",
  holds: (value) => typeof value === "number" && value > 0,
};

/** What `parse` reads without a word. */
const parsed =
  (parse: (value: unknown, at: string, fail: Fail) => unknown) =>
  (value: unknown): boolean => {
    try {
      parse(value, "", () => new Error());
      return true;
    } catch {
      return false;
    }
  };

/** "adam", or the function itself, where adam({ … }) belongs; or what is wrong with its settings. */
const settingsMend =
  (
    names: readonly string[],
    module: string,
    parse: (value: unknown, at: string, fail: Fail) => unknown,
    noun: string,
  ) =>
  (value: unknown): string | undefined => {
    const name = typeof value === "string" ? sameWord(value, names) : (value as { name?: string } | undefined)?.name;
    if (name !== undefined && names.includes(name))
      return typeof value === "string" ? `Write ${name}({ … }), from "${module}".` : `Call it: ${name}({ … }).`;
    if (typeof value === "string") return `There are ${names.join(", ")}, from "${module}".`;
    let wrong: string | undefined;
    try {
      parse(value, noun, (what) => new Error((wrong = `${what[0]!.toUpperCase()}${what.slice(1)}.`)));
    } catch {
      return isRecord(value) ? wrong : undefined;
    }
    return undefined;
  };

const namesRule = (of: "x" | "y"): Rule => ({
  must: `a list of names of the columns of ${of}, each once`,
  holds: (value) =>
    Array.isArray(value) && value.every((name) => typeof name === "string") && new Set(value).size === value.length,
});

const tensorsRule: Rule = {
  must: "{ x, y }, two tensors with a row for each example",
  holds: isRecord,
};

const rules: { readonly [K in keyof Required<TrainOptions>]: Rule } = {
  model: {
    must: "a layer, such as sequential(dense(2, 1))",
    holds: (value) => isRecord(value) && layerKinds.some((kind) => kind === value.kind),
    mend: (value) =>
      Array.isArray(value)
        ? 'Put a list of layers into one: sequential(...layers), from "chainrule/nn".'
        : typeof value === "function"
          ? `Call it, with its sizes: ${value.name}(…).`
          : `A layer is plain data of a kind: ${layerKinds.join(", ")}.`,
  },
  data: tensorsRule,
  validation: optional(tensorsRule),
  blocks: optional({
    must: "{ sizes, read(index) }, with the rows of each block",
    holds: (value) =>
      isRecord(value) &&
      Array.isArray(value.sizes) &&
      value.sizes.length > 0 &&
      value.sizes.every((size) => Number.isInteger(size) && size > 0) &&
      typeof value.read === "function",
  }),
  features: optional(namesRule("x")),
  targets: optional(namesRule("y")),
  loss: {
    must: `one of ${lossNames.map((name) => `"${name}"`).join(", ")}, another quantile such as "quantile(0.9)", or a function (prediction, target) => scalar Tensor`,
    holds: (value) => typeof value === "function" || isLossName(value),
    mend: (value) => {
      const meant = typeof value === "string" ? sameWord(value, lossNames) : undefined;
      return meant && `Write "${meant}".`;
    },
  },
  optimizer: {
    must: "an optimizer, such as adam({ learningRate: 0.001 })",
    holds: parsed(parseOptimizer),
    mend: settingsMend(optimizerKinds, "chainrule/optim", parseOptimizer, "optimizer"),
  },
  schedule: optional({
    must: "a schedule, such as cosine({ steps: 1000 })",
    holds: parsed(parseSchedule),
    mend: settingsMend(scheduleKinds, "chainrule/optim", parseSchedule, "schedule"),
  }),
  epochs: whole(1),
  steps: optional(whole(0)),
  observeEvery: optional(whole(1)),
  hooks: optional({
    must: "an object of { watch, replace } by the names of values",
    holds: (value) => isRecord(value) && Object.values(value).every(isRecord),
  }),
  batchSize: optional(whole(1)),
  accumulate: optional(whole(1)),
  patience: optional(whole(1)),
  clipNorm: optional(positive),
  clipValue: optional(positive),
  seed: optional({ must: "a whole number up to 2^53", holds: Number.isSafeInteger }),
  variables: optional({
    must: "{ parameters, buffers } as initialize(model) gives them",
    holds: (value) => isRecord(value) && isRecord(value.parameters) && isRecord(value.buffers),
  }),
  sliceMilliseconds: optional(positive),
  resume: optional({ must: "a snapshot of a training", holds: (value) => isRecord(value) && isRecord(value.state) }),
  hold: optional({ must: "a function", holds: (value) => typeof value === "function" }),
  signal: optional({ must: "an AbortSignal", holds: (value) => value instanceof AbortSignal }),
  backend: optional({
    must: `one of ${backendNames.map((name) => `"${name}"`).join(", ")}`,
    holds: (value) => backendNames.some((name) => name === value),
  }),
  threads: optional(whole(1)),
  ranks: optional({
    must: "the ranks of a training, as mpi() gives them",
    holds: (value) => isRecord(value) && typeof value.allReduce === "function",
  }),
  deterministic: optional({ must: "true or false", holds: (value) => typeof value === "boolean" }),
};

const names = Object.keys(rules) as (keyof TrainOptions)[];

/** The options of `train` that stand among others. */
export const trainOptionsOf = <R extends object>(given: R): Pick<R, keyof R & keyof TrainOptions> =>
  Object.fromEntries(Object.entries(given).filter(([name]) => Object.hasOwn(rules, name))) as Pick<
    R,
    keyof R & keyof TrainOptions
  >;

/** What an option of other libraries, or of another function here, is called in `train`. */
const elsewhere: Readonly<Record<string, string>> = {
  learningrate: "It is a setting of the optimizer: adam({ learningRate }).",
  lr: "It is a setting of the optimizer: adam({ learningRate }).",
  weightdecay: "It is a setting of the optimizer: adamw({ weightDecay }).",
  momentum: "It is a setting of the optimizer: sgd({ momentum }).",
  x: "Write data: { x, y }.",
  y: "Write data: { x, y }.",
  ignoreindex: "Write loss: crossEntropyWith({ ignoreIndex }).",
};

/** Throws INVALID_ARGUMENT or SHAPE_MISMATCH, naming the option or the split. */
export function checkOptions(options: TrainOptions): void {
  if (!isRecord(options))
    throw invalid("options", `train needs one argument, its options; got ${came(options)}.`, options);
  const given: Readonly<Record<string, unknown>> = options;
  for (const name of Object.keys(given)) {
    if (given[name] === undefined || Object.hasOwn(rules, name)) continue;
    const known = sameWord(name, names);
    const mend = known === undefined ? elsewhere[plain(name)] : `Write ${known}.`;
    throw invalid(name, `train has no option ${name}. ${mend ?? `It has ${names.join(", ")}.`}`, given[name]);
  }
  for (const [name, rule] of Object.entries<Rule>(rules)) check(name, rule, given[name]);
  requireShallow(options.model);
  for (const [name, split] of Object.entries({ data: options.data, validation: options.validation }))
    if (split !== undefined) checkSplit(name, split);
  if (options.patience !== undefined && options.validation === undefined)
    throw invalid(
      "patience",
      `train: patience counts epochs without a better validation loss, and there is no validation; got ${options.patience}. Give validation: { x, y }, or leave patience out.`,
      options.patience,
    );
  checkShapes(options);
  checkFeatures(options);
  checkNames(options);
  checkEnd(options);
}

/** Throws INVALID_ARGUMENT for names of features where x has other columns. */
function checkFeatures({ features, data }: TrainOptions): void {
  if (features === undefined || (data.x.rank === 2 && data.x.shape[1] === features.length)) return;
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `train: features must name the columns of x, [rows, ${features.length}] for ${features.length}; got x ${formatShape(data.x.shape)}.`,
    { features: features.length, x: data.x.shape },
  );
}

/** Throws INVALID_ARGUMENT for names of targets where y has other columns, or the loss takes no target for each output. */
function checkNames({ targets, data, loss }: TrainOptions): void {
  if (targets === undefined) return;
  const of = lossOf(loss);
  const takesThem = isLossRecord(of) && of.targets.isPerOutput;
  if (takesThem && data.y.rank === 2 && data.y.shape[1] === targets.length) return;
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    takesThem
      ? `train: targets must name the columns of y, [rows, ${targets.length}] for ${targets.length}; got y ${formatShape(data.y.shape)}.`
      : `train: targets are named for a loss with a target for each output, such as "mse" or "binaryCrossEntropy"; got ${came(loss)}. Leave them out.`,
    { targets, y: data.y.shape },
  );
}

function check(name: string, { must, holds, isOptional, mend }: Rule, value: unknown): void {
  if ((value === undefined && isOptional) || holds(value)) return;
  const how = value === undefined ? undefined : mend?.(value);
  throw invalid(
    name,
    `train: ${name} must be ${must}; got ${came(value)}.${how === undefined ? "" : ` ${how}`}`,
    value,
  );
}

function checkSplit(name: string, { x, y }: TrainingData): void {
  for (const [part, value] of Object.entries<unknown>({ x, y })) {
    if (value instanceof Tensor) continue;
    throw invalid(
      `${name}.${part}`,
      `train: ${name}.${part} must be a Tensor; got ${came(value)}.${tensorMend(part, value)}`,
      value,
    );
  }
  if (x.rank > 0 && y.rank > 0 && x.shape[0] === y.shape[0] && x.shape[0] !== 0) return;
  throw new ChainruleError(
    "SHAPE_MISMATCH",
    `train: ${name}.x and ${name}.y must have the same number of rows, at least one; got shapes ${formatShape(x.shape)} and ${formatShape(y.shape)}.`,
    { x: x.shape, y: y.shape },
  );
}

/** Throws SHAPE_MISMATCH where the layers do not fit the rows, or each other. */
function checkShapes({ model, data, validation }: TrainOptions): void {
  const { x } = data;
  const other = validation?.x;
  if (other !== undefined && !sameShape(other.shape.slice(1), x.shape.slice(1)))
    throw new ChainruleError(
      "SHAPE_MISMATCH",
      `train: rows of validation.x must have the shape of those of data.x, ${formatShape(x.shape.slice(1))}; got ${formatShape(other.shape.slice(1))}.`,
      { data: x.shape, validation: other.shape },
    );
  outputType(
    model,
    x,
    (what) =>
      new ChainruleError(
        "SHAPE_MISMATCH",
        `train: the layers of the model must fit data.x, of shape ${formatShape(x.shape)}, and each other: ${what}.`,
        { x: x.shape },
      ),
  );
}

function tensorMend(part: string, value: unknown): string {
  if (ArrayBuffer.isView(value)) return ` Write tensor(${part}, { shape: [rows, …] }), from "chainrule".`;
  if (value instanceof Promise) return " Await it.";
  if (Array.isArray(value)) return ` Write tensor(${part}), from "chainrule".`;
  return (value as { constructor?: { name?: unknown } } | undefined)?.constructor?.name === "Tensor"
    ? " It is the Tensor of another library, or of another copy of chainrule."
    : "";
}

/** Throws INVALID_ARGUMENT where the model ends with an activation and the loss applies one itself. */
function checkEnd({ model, loss }: TrainOptions): void {
  const of = lossOf(loss);
  if (!isLossRecord(of) || of.applies === undefined) return;
  const last = chainOf(model).findLast(({ layer }) => layer === undefined || !layerRecord(layer.kind).keepsValues);
  const activation = last?.layer && layerRecord(last.layer.kind).activation?.(last.layer);
  if (activation === undefined) return;
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `train: ${of.name} takes logits, since it applies ${of.applies} itself; the model's last layer is activation("${activation}"), and after it logits no longer reach every value. Leave that layer out: the model then gives logits, and ${of.applies} of them are the probabilities.`,
    { loss: of.name, activation, layer: last!.name },
  );
}

/**
 * Throws INDEX_OUT_OF_RANGE for targets that the loss cannot take: compiled, it would take a class that the model does not have
 * for a row of loss 0. `outputs` is the shape of what the model gives for the rows of `y`.
 */
export function checkTargets(split: string, y: Tensor, loss: Loss, outputs: Shape): void {
  if (!isLossRecord(loss)) return;
  const { range, soft } = loss.targets;
  const width = outputs.at(-1)!;
  const isSoft = soft !== undefined && y.rank === outputs.length && sameShape(y.shape.slice(1), outputs.slice(1));
  const must = isSoft ? soft : range;
  const at = must === undefined ? -1 : y.data.findIndex((target) => !must.includes(target, width));
  const perRow = y.size / y.shape[0]!;
  if (at >= 0) {
    const mend = must!.mend?.(y.data, width);
    const row = Math.floor(at / perRow);
    throw new ChainruleError(
      "INDEX_OUT_OF_RANGE",
      `train: ${split}.y must hold ${must!.words(width)}, since the model has ${width} ${width === 1 ? "output" : "outputs"} and the loss is ${loss.name}; row ${row} has ${y.data[at]}.${mend === undefined ? "" : ` ${mend}`}`,
      { row, label: y.data[at], classes: width },
    );
  }
  if (!isSoft) return;
  const sums = y.sum(-1).data;
  const odd = sums.findIndex((sum) => Math.abs(sum - 1) > 1e-3);
  if (odd < 0) return;
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `train: ${split}.y must hold probabilities that sum to 1 in every row, since the loss is ${loss.name}; those of row ${odd} sum to ${sums[odd]}. For rows of several classes at once use "binaryCrossEntropy".`,
    { row: odd, sum: sums[odd] },
  );
}

/** A loss that is a function, its result checked while the step is traced. Throws INVALID_ARGUMENT for all but a float scalar. */
export function checkedLoss(loss: LossName | Loss): Loss {
  const of = lossOf(loss);
  if (isLossRecord(of)) return of;
  return (prediction, target) => {
    const value: unknown = of(prediction, target);
    if (value instanceof Tensor && value.rank === 0 && value.dtype.startsWith("float")) return value;
    const got = value instanceof Tensor ? `${value.dtype} ${formatShape(value.shape)}` : came(value);
    throw invalid(
      "loss",
      `train: loss(prediction, target) must give a scalar Tensor of floats, the mean over the rows; got ${got}, for a prediction ${formatShape(prediction.shape)} and a target ${formatShape(target.shape)}.${lossMend(value)}`,
      value,
    );
  };
}

function lossMend(value: unknown): string {
  if (value instanceof Promise)
    return " It is traced at once, and nothing in it can be awaited: write it without async.";
  return value instanceof Tensor && value.rank > 0 ? " End it with .mean()." : "";
}
