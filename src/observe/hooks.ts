// A user's functions on named values of the training step: to watch them, or to put others in their place.
import { ChainruleError } from "../ir/errors.ts";
import { formatType, sameShape } from "../ir/shape.ts";
import type { Layer, TensorTree } from "../nn/layer.ts";
import type { Tensor } from "../trace/tensor.ts";
import { flatten } from "../trace/tree.ts";
import { chainOf } from "./chain.ts";

export interface Hook {
  /**
   * Called while the step is traced; what it returns takes the value's place, in training and evaluation, and gradients
   * flow through it. It must have the value's type.
   */
  readonly replace?: (value: Tensor) => Tensor;
  /** Called at observed steps (TrainOptions.observeEvery) with the value's elements and ∂loss/∂value. */
  readonly watch?: (value: Tensor, gradient: Tensor, step: number) => void;
}

/**
 * By the name of the value: "x" is the batch; "layers.0" what a layer gives; "layers.2.input" what enters a residual's
 * inner layers; "layers.0.weight" a parameter.
 */
export type Hooks = Readonly<Record<string, Hook>>;

/** Throws INVALID_ARGUMENT for a name that the model does not have. */
export function checkHooks(hooks: Hooks, model: Layer, parameters: TensorTree): void {
  const names = new Set(["x", ...chainOf(model).map(({ name }) => name), ...flatten(parameters).paths]);
  const wrong = Object.keys(hooks).find((name) => !names.has(name));
  if (wrong === undefined) return;
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `hooks: there is no value "${wrong}" in the model; there are ${[...names].join(", ")}.`,
    { name: wrong },
  );
}

/** The value, or what its hook puts in its place. Throws SHAPE_MISMATCH where that has another type. */
export function replaced(hooks: Hooks | undefined, name: string, value: Tensor): Tensor {
  const replace = hooks !== undefined && Object.hasOwn(hooks, name) ? hooks[name]!.replace : undefined;
  if (replace === undefined) return value;
  const other = replace(value);
  if (sameShape(other.shape, value.shape) && other.dtype === value.dtype) return other;
  throw new ChainruleError(
    "SHAPE_MISMATCH",
    `hooks: what replaces "${name}" must have its type, ${formatType(value)}; got ${formatType(other)}.`,
    { name, expected: value.shape, shape: other.shape },
  );
}

/** Throws INVALID_ARGUMENT where a hook watches a value that holds no floats: it has no gradient to be shown. */
export function refuseWatch(hooks: Hooks | undefined, name: string, value: Tensor): void {
  if (hooks === undefined || !Object.hasOwn(hooks, name) || hooks[name]!.watch === undefined) return;
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `hooks: "${name}" is ${formatType(value)} and has no gradient, so it cannot be watched. Watch the layer that reads it.`,
    { name },
  );
}
