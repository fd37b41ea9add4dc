// An activation as a layer.
import { choice, make } from "../../ir/fields.ts";
import { type ActivationName, activationNames, activationRecord } from "../activation.ts";
import type { LayerRecord } from "../layer.ts";

export interface Activation {
  readonly kind: "activation";
  readonly name: ActivationName;
}

export const activationLayerRecord: LayerRecord<Activation> = {
  kind: "activation",
  fields: { name: choice("activation", activationNames) },
  apply: ({ name }, { buffers }, x) => ({ y: activationRecord(name).apply(x), buffers }),
  output: (_, x) => x,
  activation: ({ name }) => name,
};

/** a = φ(z), element by element (softmax: over the last dimension). Throws INVALID_ARGUMENT for an unknown name. */
export const activation = (name: ActivationName): Activation => make(activationLayerRecord, {}, { name });
