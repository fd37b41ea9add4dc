// One element of a run explained: its computation at the step that was replayed, on the rows that were asked for.
import { classesOf } from "../data/target-kinds.ts";
import { type SettingAdvice, settingWords } from "../ir/setting-advice.ts";
import { apply, lossRecord, type TensorTree } from "../nn/index.ts";
import { clipEpsilon } from "../optim/clip.ts";
import type { Replay } from "../runs/replay.ts";
import { batchOf } from "../runs/rows.ts";
import type { Tensor } from "../trace/tensor.ts";
import { flatten } from "../trace/tree.ts";
import { tableLoss } from "../train/class-weights.ts";
import { parseElement } from "./computation.ts";
import { type Explain, type Explanation, explain, type NamedTensors, withUpdate } from "./index.ts";
import { ravelIndex } from "./indices.ts";

export interface ExplainedRun {
  readonly explanation: Explanation;
  /** Those that the explanation speaks of. */
  readonly settings: readonly SettingAdvice[];
  readonly figures: {
    readonly step: number;
    readonly rows: readonly number[];
    readonly learningRate: number;
    /** Names of the columns of x. */
    readonly features: readonly string[];
  };
}

export function explainRun(run: Replay, rows: readonly number[], element: string, paths: number): ExplainedRun {
  const { trained, state, optimizer, settings } = run;
  const { model, loss, preprocessing } = trained;
  const { parameters, buffers } = state.variables;
  const weighed = tableLoss(run.prepared, loss, settings.classWeight);
  const one = explain(
    (tensors: NamedTensors, name) => {
      const variables = { parameters: tensors as TensorTree, buffers: tensors.buffers as TensorTree };
      return name("loss", weighed(apply(model, variables, tensors.x as Tensor, name), tensors.target as Tensor));
    },
    { ...parameters, ...batchOf(run, rows), buffers } as NamedTensors,
  );
  const { step, learningRate } = state;
  const figures = { step, rows, learningRate, features: preprocessing.features };
  const about = aboutRun(run, rows);
  const spokenOf: SettingAdvice[] = run.difference ? [sameBits] : [];
  const explanation = one.of(element, { paths });
  const { name, indices } = parseElement(element);
  const { leaves, paths: names } = flatten(parameters);
  const leaf = names.indexOf(name);
  if (leaf < 0) return { explanation: { ...explanation, about }, settings: spokenOf, figures };

  const at = ravelIndex(indices, leaves[leaf]!.shape);
  const moments = Object.entries(state.optimizer).map(([slot, tree]) => [slot, flatten(tree).leaves[leaf]!.data[at]!]);
  const norm = gradientNorm(one, names);
  const clip = settings.clipNorm === undefined ? 1 : Math.min(1, settings.clipNorm / (norm + clipEpsilon));
  about.push("The update is that of a step on these rows.");
  if (clip < 1) {
    const clipping = { setting: "clipNorm", does: `multiplies them by ${clip}` };
    about.push(`All its gradients together have the norm ${norm}; ${settingWords(clipping)}.`);
    spokenOf.push(clipping);
  }
  const given = { state: Object.fromEntries(moments), step, learningRate, clip };
  return {
    explanation: { ...withUpdate(explanation, optimizer, given), about },
    settings: spokenOf,
    figures,
  };
}

/** √ Σ (∂loss/∂θ)² over all parameters. */
const gradientNorm = (one: Explain, names: readonly string[]): number =>
  Math.sqrt(names.reduce((sum, name) => one.gradients(name).reduce((all, g) => all + g * g, sum), 0));

/** What repeats a training to the bit. */
const sameBits: SettingAdvice = { setting: "deterministic", value: true };

/** Features and classes that are named one by one. */
const mostNamed = 12;

function aboutRun({ dir, settings, table, trained, state, difference }: Replay, rows: readonly number[]): string[] {
  const { features, standardize, targets } = trained.preprocessing;
  const classes = classesOf(targets[0]!);
  const names = targets.map(({ name }) => name);
  const isOne = names.length === 1;
  const list = rows.length === 1 ? `row ${rows[0]}` : `rows ${rows.join(", ")}`;
  const when = state.step === 0 ? "Before the first step" : `After step ${state.step}`;
  const named = (names: readonly string[]) =>
    names
      .slice(0, mostNamed)
      .map((name, i) => `${i} ${name}`)
      .join(", ") + (names.length > mostNamed ? ", …" : "");
  const { link } = lossRecord(trained.loss);
  const own = isOne ? `of ${names[0]}` : "of its own";
  const measure = link === "log" ? `divided by the mean ${own}` : `in standard deviations ${own}`;
  const unit = standardize && classes.length === 0 ? `, ${isOne ? "the" : "each"} target ${measure}` : "";
  const hasStatistics = flatten(state.variables.buffers).leaves.length > 0;
  return [
    `${when} of ${dir}: the loss of ${list} of ${table.source}${unit}.`,
    `x[row, column]${standardize ? ", numbers standardised" : ""}: ${named(features)}.`,
    ...(isOne ? [] : [`Outputs, one for each target: ${named(names)}.`]),
    ...(classes.length > 0 && isOne ? [`Classes: ${named(classes)}.`] : []),
    ...(classes.length > 0 && !isOne
      ? [`Of each, the logit of its second class: ${named(targets.map((target) => classesOf(target)[1]!))}.`]
      : []),
    ...(hasStatistics
      ? [
          "Batch norm takes its running statistics here, as after training: statistics of the chosen rows would be another computation.",
        ]
      : []),
    ...(settings.dropout ? ["Dropout is off here, as after training."] : []),
    ...(difference
      ? [
          `The training has come out otherwise than when the run was made: the loss of epoch ${difference.epoch} is ${difference.loss} here and was ${difference.recorded}. Another machine, BLAS or version rounds otherwise, unless it was trained with ${settingWords(sameBits)}.`,
        ]
      : []),
  ];
}
