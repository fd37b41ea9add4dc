// ‖θ − θ₀‖ / ‖θ₀‖: it changes little from step to step, and is asked for less often than the probes, by a program of its own.
import type { FloatDType } from "../../ir/dtype.ts";
import type { Tensors, Types } from "../../run/program.ts";
import type { Tensor } from "../../trace/tensor.ts";
import type { ProbePlan } from "./plan.ts";
import { total } from "./sums.ts";

/** The state that holds a parameter's θ₀. */
export const initialStateOf = (name: string): string => `probe.initial.${name}`;

export const distanceStates = ({ parameters }: ProbePlan, dtype: FloatDType): Types =>
  Object.fromEntries(parameters.map(({ name, shape }) => [initialStateOf(name), { shape, dtype }]));

/** ‖θ − θ₀‖² */
export function traceDistance({ parameters }: ProbePlan, state: Tensors): { readonly square: Tensor } {
  const moved = parameters.map(({ name }) => state[`parameters.${name}`]!.sub(state[initialStateOf(name)]!));
  return { square: total(moved, moved) };
}
