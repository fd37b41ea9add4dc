// What a probe is: what an observed step computes for one field of the observation, and how the field is read from it.
import type { FloatDType } from "../../ir/dtype.ts";
import type { Tensors, Types } from "../../run/program.ts";
import type { Tensor } from "../../trace/tensor.ts";
import type { Observation } from "../observation.ts";
import type { ProbeOutputs } from "./outputs.ts";
import type { ProbePlan } from "./plan.ts";

/** Figures of a step by series and name, as { spread: { "layers.0": … } }: scalars, rows of them [1, n], or sketches [72]. */
export type Series = Readonly<Record<string, Tensors>>;

export interface Probe<K extends keyof Observation> {
  /** The field that it fills. */
  readonly name: K;
  /** State that it keeps from one observed step to the next; 0 at first. */
  states?(plan: ProbePlan, dtype: FloatDType): Types;
  trace(step: ProbedStep): { readonly outputs: Series; readonly state?: Tensors };
  /** Undefined where the step has no such figure. */
  read(outputs: ProbeOutputs, plan: ProbePlan, context: ProbeContext): Observation[K];
}

/** What the outputs do not tell. */
export interface ProbeContext {
  readonly step: number;
  /** Whether the step before was observed too: only then is the line along its update known. */
  readonly follows: boolean;
}

/** What is seen of a step while it is traced. */
export interface SeenStep {
  /** The batch, as the model reads it; of one that ranks or passes share, the first share of this rank, and so for values. */
  readonly x: Tensor;
  readonly loss: Tensor;
  readonly rate: Tensor;
  /** Float values on the way through the model, and the loss's gradients by them, by the names of their taps. */
  readonly values: Tensors;
  readonly gradients: Tensors;
  /** Parameters by their paths: before the step, ∂loss/∂each, the same after clipping, and after the step. */
  readonly parameters: Tensors;
  readonly slopes: Tensors;
  readonly clipped: Tensors;
  readonly updated: Tensors;
}

/** What probes are traced from. What several of them ask for is computed once, where the first one does. */
export interface ProbedStep extends SeenStep {
  readonly plan: ProbePlan;
  /** What the probes kept of the observed step before. */
  readonly state: Tensors;
  sketch(x: Tensor): Tensor;
  /** θ after − θ before, of a parameter by its path. */
  update(path: string): Tensor;
}
