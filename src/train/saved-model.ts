// A trained network as plain JSON and named tensors, and read back with every field checked.
import { parsePreprocessing } from "../data/index.ts";
import type { ChainruleError } from "../ir/errors.ts";
import { isRecord, type Json } from "../ir/json.ts";
import {
  activation,
  activationNames,
  batchNorm,
  dense,
  initialize,
  type Layer,
  layerNorm,
  losses,
  lossesOf,
  residual,
  sequential,
  type TensorTree,
  type Variables,
} from "../nn/index.ts";
import { Tensor } from "../trace/tensor.ts";
import { flatten } from "../trace/tree.ts";
import type { SafetensorsTensor, StoredTensors } from "./safetensors.ts";
import type { TableModel } from "./tabular.ts";

/** A network of any layers with its weights. */
export interface NetworkModel {
  readonly model: Layer;
  readonly variables: Variables;
}

/** All but the weights. */
export function modelJson(trained: NetworkModel | TableModel): Json {
  const { model: architecture } = trained;
  if (!("preprocessing" in trained)) return { architecture } as object as Json;
  const { loss, preprocessing } = trained;
  return { task: preprocessing.target.kind, loss, architecture, preprocessing } as object as Json;
}

/** Named by their paths: layers.0.weight. */
export function tensorsOf({ parameters, buffers }: Variables): StoredTensors {
  return new Map([parameters, buffers].flatMap((tree) => [...named(tree)].map(([path, t]) => [path, stored(t)])));
}

const named = (tree: TensorTree): Map<string, Tensor> => {
  const { leaves, paths } = flatten(tree);
  return new Map(leaves.map((leaf, i) => [paths[i]!, leaf]));
};

/** A model of tables: `wrong` makes the error of what the JSON or the tensors hold. */
export function tableModelFrom(json: unknown, tensors: StoredTensors, wrong: Wrong): TableModel {
  if (!isRecord(json)) throw wrong("it must be an object");
  const preprocessing = parsePreprocessing(json.preprocessing);
  const loss = lossesOf[preprocessing.target.kind].find((name) => name === json.loss);
  if (loss === undefined) throw wrong(`"loss" must fit a ${preprocessing.target.kind}; it is ${text(json.loss)}`);
  if (!isRecord(json.architecture) || json.architecture.kind !== "sequential")
    throw wrong(`"architecture" must be a sequential model`);
  const outputs = losses[loss].outputs(preprocessing.classes?.length ?? 0);
  const model = layerOf(json.architecture, "architecture", wrong);
  checkWidths(model, preprocessing.features.length, outputs, wrong);
  return { model, loss, preprocessing, variables: variablesOf(model, tensors, wrong) };
}

/** A network of any layers. */
export function networkModelFrom(json: unknown, tensors: StoredTensors, wrong: Wrong): NetworkModel {
  if (!isRecord(json)) throw wrong("it must be an object");
  const model = layerOf(json.architecture, "architecture", wrong);
  return { model, variables: variablesOf(model, tensors, wrong) };
}

function variablesOf(model: Layer, tensors: StoredTensors, wrong: Wrong): Variables {
  const [needed, held] = [weightsOf(model), [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0)];
  if (needed > held) throw wrong(`its layers need ${needed} weights, and model.safetensors has ${held} numbers`);
  const { parameters, buffers } = initialize(model);
  const read = <T extends TensorTree>(tree: T): T => {
    const { leaves, paths, rebuild } = flatten(tree);
    return rebuild(leaves.map(({ shape }, i) => tensorAt(tensors, paths[i]!, shape, wrong))) as T;
  };
  return { parameters: read(parameters), buffers: read(buffers) };
}

/** The error of what is wrong with a file. */
export type Wrong = (what: string) => ChainruleError;

/** A layer from JSON: the kinds that networks for tables are made of. */
function layerOf(json: unknown, at: string, wrong: Wrong): Layer {
  if (isRecord(json)) {
    const { kind, inputs, outputs, features, layers } = json;
    if (kind === "sequential" && Array.isArray(layers))
      return sequential(...layers.map((layer, i) => layerOf(layer, `${at}.layers[${i}]`, wrong)));
    if (kind === "residual") return residual(layerOf(json.layer, `${at}.layer`, wrong));
    if (kind === "dense" && isWidth(inputs) && isWidth(outputs)) return dense(inputs, outputs);
    if (kind === "batchNorm" && isWidth(features)) return batchNorm(features, { epsilon: epsilonOf(json, at, wrong) });
    if (kind === "layerNorm" && isWidth(features)) return layerNorm(features, { epsilon: epsilonOf(json, at, wrong) });
    if (kind === "activation") {
      const name = activationNames.find((known) => known === json.name);
      if (name === undefined) throw wrong(`${at}.name must be an activation; it is ${text(json.name)}`);
      return activation(name);
    }
  }
  throw wrong(
    `${at} must be a layer with its sizes: dense, activation, batchNorm, layerNorm, residual, sequential; it is ${text(json)}`,
  );
}

function epsilonOf({ epsilon }: Record<string, unknown>, at: string, wrong: Wrong): number {
  if (typeof epsilon === "number" && epsilon >= 0 && epsilon < 1) return epsilon;
  throw wrong(`${at}.epsilon must be from 0 to 1; it is ${text(epsilon)}`);
}

function tensorAt(tensors: StoredTensors, name: string, shape: readonly number[], wrong: Wrong): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined || (tensor.dtype !== "F32" && tensor.dtype !== "F64"))
    throw wrong(`it needs a tensor "${name}" of F32 or F64, and model.safetensors has ${tensor?.dtype ?? "none"}`);
  if (tensor.shape.join() !== shape.join())
    throw wrong(`its tensor "${name}" has shape [${shape}], and model.safetensors has [${tensor.shape}]`);
  return Tensor.concrete(tensor.data, shape);
}

/** Checked before any memory is asked for. */
function weightsOf(layer: Layer): number {
  if (layer.kind === "sequential") return layer.layers.reduce((sum, inner) => sum + weightsOf(inner), 0);
  if (layer.kind === "residual") return weightsOf(layer.layer);
  return layer.kind === "dense" ? layer.inputs * layer.outputs : 0;
}

/** Every layer must take what the one before it gives. */
function checkWidths(model: Layer, features: number, outputs: number, wrong: Wrong): void {
  const widthAfter = (layer: Layer, width: number): number => {
    if (layer.kind === "sequential") return layer.layers.reduce((w, inner) => widthAfter(inner, w), width);
    if (layer.kind === "residual") {
      const inner = widthAfter(layer.layer, width);
      if (inner !== width) throw wrong(`a residual layer gives ${inner} outputs where its ${width} inputs are added`);
      return width;
    }
    const takes = layer.kind === "dense" ? layer.inputs : "features" in layer ? layer.features : width;
    if (takes !== width) throw wrong(`a layer takes ${takes} inputs where ${width} come`);
    return layer.kind === "dense" ? layer.outputs : width;
  };
  const width = widthAfter(model, features);
  if (width !== outputs) throw wrong(`the last layer gives ${width} outputs where ${outputs} are needed`);
}

function stored({ shape, data }: Tensor): SafetensorsTensor {
  return data instanceof Float64Array
    ? { dtype: "F64", shape, data }
    : { dtype: "F32", shape, data: data as Float32Array };
}

const isWidth = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1;
const text = (value: unknown) => (JSON.stringify(value) ?? "absent").slice(0, 80);
