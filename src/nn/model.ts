// Models: layers put together, their initial variables, and their application.
import { ChainruleError } from "../ir/errors.ts";
import { formatShape, sameShape } from "../ir/shape.ts";
import { randomKey } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import { activationDefinition } from "./activation.ts";
import { conv2dDefinition, flattenDefinition, pool2dDefinition } from "./convolution.ts";
import { denseDefinition } from "./dense.ts";
import { dropoutDefinition } from "./dropout.ts";
import { embeddingDefinition } from "./embedding.ts";
import type {
  Applied,
  Layer,
  LayerDefinition,
  LayerKind,
  LayerOf,
  Pass,
  Residual,
  Sequential,
  Tap,
  TensorTree,
  Variables,
} from "./layer.ts";
import { batchNormDefinition, layerNormDefinition } from "./normalization.ts";

/** One layer after the other. */
export const sequential = (...layers: readonly Layer[]): Sequential => ({ kind: "sequential", layers });

/** x + layer(x) (He et al. 2016). */
export const residual = (...layers: readonly Layer[]): Residual => ({
  kind: "residual",
  layer: layers.length === 1 ? layers[0]! : sequential(...layers),
});

const childOf = (tree: TensorTree, name: string): TensorTree => (tree[name] ?? {}) as TensorTree;
const childrenOf = (tree: TensorTree): readonly TensorTree[] => (tree.layers ?? []) as readonly TensorTree[];

const sequentialDefinition: LayerDefinition<Sequential> = {
  initialize: ({ layers }, key, nextStream) => {
    const parts = layers.map((layer) => definitionOf(layer).initialize(layer, key, nextStream));
    return {
      parameters: { layers: parts.map((part) => part.parameters) },
      buffers: { layers: parts.map((part) => part.buffers) },
    };
  },
  apply: ({ layers }, variables, x, pass) => {
    const parameters = childrenOf(variables.parameters);
    const buffers = childrenOf(variables.buffers);
    let y = x;
    const next = layers.map((layer, i) => {
      const variables = { parameters: parameters[i] ?? {}, buffers: buffers[i] ?? {} };
      const applied = applyLayer(layer, variables, y, pass, `layers.${i}`);
      y = applied.y;
      return applied.buffers;
    });
    return { y, buffers: { layers: next } };
  },
};

const residualDefinition: LayerDefinition<Residual> = {
  initialize: ({ layer }, key, nextStream) => {
    const { parameters, buffers } = definitionOf(layer).initialize(layer, key, nextStream);
    return { parameters: { layer: parameters }, buffers: { layer: buffers } };
  },
  apply: ({ layer }, { parameters, buffers }, x, pass) => {
    const inner = { parameters: childOf(parameters, "layer"), buffers: childOf(buffers, "layer") };
    // A value of its own, so that its gradient is that of the inner layers alone, without the identity's.
    const entering = pass.tap ? pass.tap(childPath(pass.path, "input"), x.reshape(x.shape)) : x;
    const applied = applyLayer(layer, inner, entering, pass, "layer");
    if (!sameShape(x.shape, applied.y.shape)) {
      throw new ChainruleError(
        "SHAPE_MISMATCH",
        `residual: its layers must keep the shape of their input, ${formatShape(x.shape)}; they give ${formatShape(applied.y.shape)}.`,
        { x: x.shape, y: applied.y.shape },
      );
    }
    return { y: x.add(applied.y), buffers: { layer: applied.buffers } };
  },
};

/** "layers.0" of "layers.3" is "layers.3.layers.0"; of the whole model it is "layers.0". */
export const childPath = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

/** "layers.0" of "layers.0.weight" */
export const parentPath = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf(".")));

/** Applies a part of a model; what it gives is offered to the pass's tap by its path. */
function applyLayer(layer: Layer, variables: Variables, x: Tensor, pass: Pass, name: string): Applied {
  const path = childPath(pass.path, name);
  const applied = definitionOf(layer).apply(layer, variables, x, { ...pass, path });
  // A sequence gives what its last layer gave.
  if (pass.tap === undefined || layer.kind === "sequential") return applied;
  return { ...applied, y: pass.tap(path, applied.y) };
}

const definitions: { readonly [K in LayerKind]: LayerDefinition<LayerOf<K>> } = {
  dense: denseDefinition,
  activation: activationDefinition,
  dropout: dropoutDefinition,
  embedding: embeddingDefinition,
  layerNorm: layerNormDefinition,
  batchNorm: batchNormDefinition,
  conv2d: conv2dDefinition,
  maxPool2d: pool2dDefinition,
  avgPool2d: pool2dDefinition,
  flatten: flattenDefinition,
  residual: residualDefinition,
  sequential: sequentialDefinition,
};

export const layerKinds = Object.keys(definitions) as LayerKind[];

function definitionOf({ kind }: Layer): LayerDefinition<Layer> {
  if (Object.hasOwn(definitions, kind)) return definitions[kind] as LayerDefinition<Layer>;
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `There is no layer of kind ${JSON.stringify(kind)}; the kinds are ${layerKinds.join(", ")}.`,
    { kind },
  );
}

/** Hands out 0, 1, 2 … */
function counter(): () => number {
  let next = 0;
  return () => next++;
}

/**
 * Initial parameters and buffers (float64) of a model. The same seed gives the same numbers everywhere.
 *
 * ```ts
 * const model = sequential(dense(2, 3), activation("tanh"), dense(3, 1));
 * initialize(model, 1).parameters; // { layers: [{ weight, bias }, {}, { weight, bias }] }
 * ```
 */
export const initialize = (model: Layer, seed = 0): Variables =>
  definitionOf(model).initialize(model, randomKey(seed), counter());

/** y = model(x), as after training: no dropout, batch norm by its running statistics. */
export const apply = (model: Layer, variables: Variables, x: Tensor, tap?: Tap): Tensor =>
  applyWhole(model, variables, x, undefined, tap).y;

/** y = model(x) in training, and the next buffers. `key` draws the step's random numbers: see randomKey and foldIn. */
export const applyTraining = (model: Layer, variables: Variables, x: Tensor, key: Tensor, tap?: Tap): Applied =>
  applyWhole(model, variables, x, key, tap);

function applyWhole(model: Layer, variables: Variables, x: Tensor, key: Tensor | undefined, tap?: Tap): Applied {
  return applyLayer(model, variables, x, { key, nextStream: counter(), path: "", tap }, "");
}
