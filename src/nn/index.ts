// Layers, initializers and losses: a model is plain data plus pure functions.
import "../run/engine.ts";

export { type ActivationName, activationNames } from "./activation.ts";
export { initialWeight } from "./initial-weight.ts";
export { type InitializerName, initializerNames } from "./initializers.ts";
export type { Applied, Layer, LayerKind, Tap, TensorTree, Variables } from "./layer.ts";
export * from "./layers/index.ts";
export * from "./losses/index.ts";
export { apply, applyTraining, initialize } from "./model.ts";
