// Activations by name.
import { ChainruleError } from "../ir/errors.ts";
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

/** a = φ(z), element by element (softmax: over the last dimension). Throws INVALID_ARGUMENT for an unknown name. */
export function activation(name: ActivationName): Activation {
  functionOf(name);
  return { kind: "activation", name };
}

function functionOf(name: ActivationName): (x: Tensor) => Tensor {
  if (Object.hasOwn(functions, name)) return functions[name];
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `There is no activation ${JSON.stringify(name)}; choose one of ${activationNames.join(", ")}.`,
    { activation: name },
  );
}

export const activationDefinition: LayerDefinition<Activation> = {
  initialize: () => noVariables,
  apply: ({ name }, { buffers }, x) => ({ y: functionOf(name)(x), buffers }),
};
