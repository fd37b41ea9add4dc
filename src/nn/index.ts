// Layers, initializers and losses: a model is plain data plus pure functions.
import "../run/engine.ts";

export { type ActivationName, activation, activationNames } from "./activation.ts";
export { avgPool2d, type Conv2dOptions, conv2d, flatten, maxPool2d, type Pool2dOptions } from "./convolution.ts";
export { type DenseOptions, dense } from "./dense.ts";
export { dropout } from "./dropout.ts";
export { embedding } from "./embedding.ts";
export { type InitializerName, initializerNames, initialWeight } from "./initializers.ts";
export type { Applied, Layer, LayerKind, Tap, TensorTree, Variables } from "./layer.ts";
export * from "./losses/index.ts";
export { apply, applyTraining, initialize, residual, sequential } from "./model.ts";
export { batchNorm, layerNorm } from "./normalization.ts";
