// One update of a model's parameters by an optimizer: a pure function of parameters, gradients and state.
import { ChainruleError } from "../ir/errors.ts";
import { full } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import { flatten, mapTree } from "../trace/tree.ts";
import { type Optimizer, optimizerRecord } from "./optimizers/index.ts";

/** State by slot: trees of the parameters' structure. */
export type OptimizerState = Readonly<Record<string, unknown>>;

/** What the optimizer's slots are at first: all zeros. */
export const initOptimizer = (optimizer: Optimizer, parameters: unknown): OptimizerState =>
  Object.fromEntries(
    Object.entries(optimizerRecord(optimizer.kind).slots(optimizer)).map(([slot, value]) => [
      slot,
      mapTree(parameters, (p) => full(p.shape, value, p.dtype)),
    ]),
  );

/** What an update needs beside parameters, gradients and state. */
export interface UpdateContext {
  /** int32 scalar: updates done before this one. */
  readonly step: Tensor;
  /** Overrides the optimizer's own: the schedule's value at this step. */
  readonly learningRate?: Tensor | number;
}

/**
 * One update: new parameters and state, of the structures of the old ones. Pure; works traced and eagerly.
 *
 * ```ts
 * const next = updateOptimizer(sgd({ learningRate: 0.5 }), w, dw, {}, { step });
 * ```
 */
export function updateOptimizer<P>(
  optimizer: Optimizer,
  parameters: P,
  gradients: P,
  state: OptimizerState,
  context: UpdateContext,
): { parameters: P; state: OptimizerState } {
  const { leaves, paths, rebuild } = flatten(parameters);
  const dp = flatten(gradients);
  if (dp.paths.join("\n") !== paths.join("\n")) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `Gradients must have the structure of the parameters, ${paths.join(", ")}; got ${dp.paths.join(", ")}.`,
    );
  }
  const record = optimizerRecord(optimizer.kind);
  const names = Object.keys(record.slots(optimizer));
  const kept = names.map((slot) => flatten(state[slot]));
  const rate = context.learningRate ?? optimizer.learningRate;
  const corrections = record.corrections?.(optimizer, context.step) ?? [];
  const { weightDecay } = optimizer;
  const results = leaves.map((p, i) => {
    const slots = Object.fromEntries(names.map((slot, s) => [slot, kept[s]!.leaves[i]!]));
    const gradient = dp.leaves[i]!;
    const g = weightDecay === 0 || record.isDecayDecoupled ? gradient : gradient.add(p.mul(weightDecay));
    const move = record.move(optimizer, g, slots, corrections);
    const decayed = weightDecay !== 0 && record.isDecayDecoupled ? p.sub(p.mul(rate).mul(weightDecay)) : p;
    return { p: decayed.sub(move.direction.mul(rate)), slots: move.slots };
  });
  return {
    parameters: rebuild(results.map(({ p }) => p)) as P,
    state: Object.fromEntries(
      names.map((slot, s) => [slot, kept[s]!.rebuild(results.map(({ slots }) => slots[slot]!))]),
    ),
  };
}
