// The list of activations: what each computes, and what is to be known of its slopes. It loads no engine.
import { namesOf, recordNamed } from "../ir/record-list.ts";
import type { Tensor } from "../trace/tensor.ts";
import type { InitializerName } from "./initializers.ts";

export interface ActivationRecord {
  /** a = φ(z), of the shape of z. */
  apply(z: Tensor): Tensor;
  /** Whether φ is flat on both sides, as tanh is: there |φ′| is under a twentieth of its maximum. */
  readonly isBounded: boolean;
  /** Whether it works element by element, so that a unit has a slope φ′(z) of its own. */
  readonly isElementwise: boolean;
  /** Initial weights before it with which neither values nor gradients grow or shrink on their way. */
  readonly init: InitializerName;
}

const unbounded = (apply: ActivationRecord["apply"]): ActivationRecord => ({
  apply,
  isBounded: false,
  isElementwise: true,
  init: "heUniform",
});

const bounded = (apply: ActivationRecord["apply"]): ActivationRecord => ({
  apply,
  isBounded: true,
  isElementwise: true,
  init: "xavierUniform",
});

/** The first one is the default for tables. */
export const activations = {
  relu: unbounded((z) => z.relu()),
  leakyRelu: unbounded((z) => z.leakyRelu()),
  elu: unbounded((z) => z.elu()),
  gelu: unbounded((z) => z.gelu()),
  geluTanh: unbounded((z) => z.geluTanh()),
  silu: unbounded((z) => z.silu()),
  softplus: unbounded((z) => z.softplus()),
  tanh: bounded((z) => z.tanh()),
  sigmoid: bounded((z) => z.sigmoid()),
  /** Over the last dimension. */
  softmax: { ...bounded((z) => z.softmax(-1)), isElementwise: false },
};

export type ActivationName = keyof typeof activations;
export const activationNames = namesOf(activations);

/** Throws INVALID_ARGUMENT for an unknown name. */
export const activationRecord = (name: ActivationName): ActivationRecord =>
  recordNamed<ActivationRecord>("activation", activations, name);

/** How weights before an activation are drawn so that neither values nor gradients grow or shrink on their way. */
export const fittingInit = (name: ActivationName): InitializerName => activationRecord(name).init;
