// What an optimizer is: the fields of its plain data, what it keeps of each parameter, and which way it moves one.
import type { Kind } from "../ir/fields.ts";
import type { Tensor } from "../trace/tensor.ts";

export interface OptimizerSettings {
  readonly kind: string;
  readonly learningRate: number;
  /** L2 penalty: weightDecay · θ is added to the gradient; where decay is decoupled, θ shrinks by learningRate · weightDecay instead. */
  readonly weightDecay: number;
}

/** Tensors of a parameter's shape by slot: "mean", for example. */
export type Slots = Readonly<Record<string, Tensor>>;

/** Where a parameter goes, θ ← θ − learningRate · direction, and its next slots. */
export interface Move {
  readonly direction: Tensor;
  readonly slots: Slots;
}

/** Imports no engine but by type, so that names and defaults are listed without it. */
export interface OptimizerRecord<O extends OptimizerSettings> extends Kind<O> {
  /** What it trains tables with, where that differs from its defaults: docs/decisions/0008-defaults-for-tables.md. */
  readonly forTables: Partial<O> & Pick<O, "learningRate">;
  /**
   * A range test suggests the rate at the loss's minimum divided by `minimum`, or that of the divergence by `divergence` if it is
   * lower: docs/decisions/0017-learning-rate-range-test.md. Optimizers that gather squares, or decay weights by the rate, stand more in a
   * hundred steps than in a whole training.
   */
  readonly rangeTest: { readonly minimum: number; readonly divergence: number };
  /** Weights decay by themselves, not by way of their gradients (Loshchilov and Hutter 2019). */
  readonly isDecayDecoupled?: true;
  /** What it keeps of a parameter from step to step: the number that fills each slot at first. */
  slots(optimizer: O): Readonly<Record<string, number>>;
  /** Scalars that depend on the step alone (int32, updates done before), made once for all parameters. */
  corrections?(optimizer: O, step: Tensor): readonly Tensor[];
  /** Of one parameter by its gradient g. Pure; works traced and eagerly. */
  move(optimizer: O, g: Tensor, slots: Slots, corrections: readonly Tensor[]): Move;
}
