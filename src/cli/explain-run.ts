// A number of a run's network, explained for the loss of chosen rows of its data.
import type { Split } from "../data/index.ts";
import { type Explain, type Explanation, explain, type NamedTensors, withUpdate } from "../explain/index.ts";
import { ChainruleError } from "../ir/errors.ts";
import { apply, type Layer, losses, type TensorTree } from "../nn/index.ts";
import { Tensor } from "../trace/tensor.ts";
import { flatten } from "../trace/tree.ts";
import type { Replay } from "./replay.ts";

export interface ExplainedRun {
  readonly explanation: Explanation;
  /** What is not as in the training step itself. */
  readonly notes: readonly string[];
  readonly figures: { readonly step: number; readonly rows: readonly number[]; readonly learningRate: number };
}

export function explainRun(run: Replay, rows: readonly number[], element: string, paths: number): ExplainedRun {
  const { trained, state, optimizer, flags } = run;
  const { model, loss } = trained;
  const { x, y } = batchOf(run, rows);
  const { parameters, buffers } = state.variables;
  const one = explain(
    (tensors: NamedTensors, name) => {
      const output = apply(model, { parameters: tensors as TensorTree, buffers }, tensors.x as Tensor, name);
      return name("loss", losses[loss](output, y));
    },
    { ...parameters, x } as NamedTensors,
  );
  const explanation = one.of(element, { paths });
  const { leaves, paths: names } = flatten(parameters);
  const leaf = names.indexOf(element.replace(/\[.*/, "").trim());
  const figures = { step: state.step, rows, learningRate: state.learningRate };
  const notes = notesOf(model);
  if (leaf < 0) return { explanation, notes, figures };

  const shape = leaves[leaf]!.shape;
  const indices = /\[(.*)\]/.exec(element)?.[1]?.split(",").map(Number) ?? [];
  const at = indices.reduce((sum, index, axis) => sum * shape[axis]! + index, 0);
  const moments = Object.entries(state.optimizer).map(([slot, tree]) => [slot, flatten(tree).leaves[leaf]!.data[at]!]);
  const factor = flags.clip === undefined ? 1 : Math.min(1, flags.clip / (gradientNorm(one, names) + 1e-6));
  if (factor < 1) {
    notes.push(
      `The gradients of these rows have the norm ${gradientNorm(one, names)}; clipped to ${flags.clip}, the update takes the gradient times ${factor}.`,
    );
  }
  const { learningRate, step } = state;
  const given = { step, learningRate, ...(factor < 1 && { clipped: factor * explanation.gradient }) };
  return { explanation: withUpdate(explanation, optimizer, Object.fromEntries(moments), given), notes, figures };
}

/** √ Σ (∂loss/∂θ)² over all parameters. */
const gradientNorm = (one: Explain, names: readonly string[]): number =>
  Math.sqrt(names.reduce((sum, name) => one.gradients(name).reduce((all, g) => all + g * g, sum), 0));

/** The chosen rows as x [rows, features] and y, in their order. */
function batchOf({ table, prepared, trained }: Replay, rows: readonly number[]): { x: Tensor; y: Tensor } {
  const features = trained.preprocessing.features.length;
  const splits = [prepared.train, ...(prepared.validation ? [prepared.validation] : [])];
  const found = rows.map((row): { split: Split; at: number } => {
    const index = table.rowNumbers.indexOf(row);
    for (const split of splits) {
      const at = index < 0 ? -1 : split.rowNumbers.indexOf(index);
      if (at >= 0) return { split, at };
    }
    const [first, last] = [table.rowNumbers[0], table.rowNumbers.at(-1)];
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      index < 0
        ? `${table.source} has no row ${row}: its rows are ${first} to ${last}.`
        : `Row ${row} of ${table.source} has no target, so it has no loss. Choose another row.`,
      { row },
    );
  });
  const x = new Float64Array(rows.length * features);
  const y = new Float64Array(rows.length);
  found.forEach(({ split, at }, i) => {
    x.set(split.x.subarray(at * features, (at + 1) * features), i * features);
    y[i] = split.y[at]!;
  });
  return {
    x: Tensor.concrete(x, [rows.length, features]),
    y:
      trained.loss === "crossEntropy"
        ? Tensor.concrete(Int32Array.from(y), [rows.length])
        : Tensor.concrete(y, [rows.length, 1]),
  };
}

function notesOf(model: Layer): string[] {
  const kinds = JSON.stringify(model);
  return kinds.includes('"batchNorm"')
    ? [
        "Batch norm takes its running statistics here, as after training: statistics of the chosen rows would be another computation.",
      ]
    : [];
}
