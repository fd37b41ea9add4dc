// Activations by name.
import type { Tensor } from "../trace/tensor.ts";
import { type Activation, type LayerDefinition, noVariables } from "./layer.ts";

const functions = {
  sigmoid: (x: Tensor) => x.sigmoid(),
  tanh: (x: Tensor) => x.tanh(),
  relu: (x: Tensor) => x.relu(),
  leakyRelu: (x: Tensor) => x.leakyRelu(),
  elu: (x: Tensor) => x.elu(),
  gelu: (x: Tensor) => x.gelu(),
  geluTanh: (x: Tensor) => x.geluTanh(),
  silu: (x: Tensor) => x.silu(),
  softplus: (x: Tensor) => x.softplus(),
  softmax: (x: Tensor) => x.softmax(-1),
};

export type ActivationName = keyof typeof functions;
export const activationNames = Object.keys(functions) as ActivationName[];

/** a = φ(z), element by element (softmax: over the last dimension). */
export const activation = (name: ActivationName): Activation => ({ kind: "activation", name });

export const activationDefinition: LayerDefinition<Activation> = {
  initialize: () => noVariables,
  apply: ({ name }, { buffers }, x) => ({ y: functions[name](x), buffers }),
};
