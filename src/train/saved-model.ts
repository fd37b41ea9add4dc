// A trained network as plain JSON and named tensors, and read back with every field checked.
import { parsePreprocessing } from "../data/index.ts";
import type { TypedArray } from "../ir/dtype.ts";
import type { ChainruleError } from "../ir/errors.ts";
import { excerpt, isRecord, type Json } from "../ir/json.ts";
import { sizeOf } from "../ir/shape.ts";
import type { Layer, TensorTree, Variables } from "../nn/layer.ts";
import { fits, isLossName } from "../nn/losses/index.ts";
import { outputType, parseLayer } from "../nn/parse.ts";
import { makeVariables, variableCount } from "../nn/structure.ts";
import { Tensor } from "../trace/tensor.ts";
import { flatten } from "../trace/tree.ts";
import { outputsPerTarget } from "./answers.ts";
import type { SafetensorsTensor, StoredTensors } from "./safetensors.ts";
import type { TableModel } from "./tabular.ts";

/** A network of any layers with its weights. */
export interface NetworkModel {
  readonly model: Layer;
  readonly variables: Variables;
}

/** All but the weights. */
export function modelJson(trained: Omit<NetworkModel, "variables"> | Omit<TableModel, "variables">): Json {
  const { model: architecture } = trained;
  if (!("preprocessing" in trained)) return { architecture } as object as Json;
  const { loss, preprocessing } = trained;
  return { task: preprocessing.targets[0]!.kind, loss, architecture, preprocessing } as object as Json;
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
  const { loss } = json;
  const { targets } = preprocessing;
  const task = targets[0]!.kind;
  if (!isLossName(loss) || !fits(loss, task, targets.length))
    throw wrong(
      `"loss" must fit a ${task}${targets.length === 1 ? "" : ` of ${targets.length} targets`}; it is ${excerpt(json.loss)}`,
    );
  const outputs = targets.length * outputsPerTarget(loss, preprocessing);
  const model = parseLayer(json.architecture, "architecture", wrong);
  const { shape } = outputType(model, { shape: [1, preprocessing.features.length], dtype: "float32" }, wrong);
  if (shape.length !== 2 || shape[1] !== outputs)
    throw wrong(`the last layer gives ${shape.slice(1).join(" × ")} outputs where ${outputs} are needed`);
  return { model, loss, preprocessing, variables: variablesOf(model, tensors, wrong) };
}

/** A network of any layers. */
export function networkModelFrom(json: unknown, tensors: StoredTensors, wrong: Wrong): NetworkModel {
  if (!isRecord(json)) throw wrong("it must be an object");
  const model = parseLayer(json.architecture, "architecture", wrong);
  return { model, variables: variablesOf(model, tensors, wrong) };
}

/** The weights of a model among values by the names of a training's states, flat as those are: "parameters.layers.0.weight". */
export function weightsIn(json: unknown, values: ReadonlyMap<string, TypedArray>, wrong: Wrong): StoredTensors {
  if (!isRecord(json)) throw wrong("it must be an object");
  const tensors = new Map<string, SafetensorsTensor>();
  makeVariables(parseLayer(json.architecture, "architecture", wrong), ({ shape }, path) => {
    const data = values.get(`parameters.${path}`) ?? values.get(`buffers.${path}`);
    if (data?.length !== sizeOf(shape))
      throw wrong(
        `its layers need ${path} of ${sizeOf(shape)} numbers, and the checkpoint has ${data?.length ?? "none"}`,
      );
    const tensor = Tensor.concrete(data, shape);
    tensors.set(path, stored(tensor));
    return tensor;
  });
  return tensors;
}

function variablesOf(model: Layer, tensors: StoredTensors, wrong: Wrong): Variables {
  const [needed, held] = [variableCount(model), [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0)];
  if (needed > held) throw wrong(`its layers need ${needed} weights, and model.safetensors has ${held} numbers`);
  return makeVariables(model, ({ shape }, path) => tensorAt(tensors, path, shape, wrong));
}

/** The error of what is wrong with a file. */
export type Wrong = (what: string) => ChainruleError;

function tensorAt(tensors: StoredTensors, name: string, shape: readonly number[], wrong: Wrong): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined || (tensor.dtype !== "F32" && tensor.dtype !== "F64"))
    throw wrong(`it needs a tensor "${name}" of F32 or F64, and model.safetensors has ${tensor?.dtype ?? "none"}`);
  if (tensor.shape.join() !== shape.join())
    throw wrong(`its tensor "${name}" has shape [${shape}], and model.safetensors has [${tensor.shape}]`);
  const odd = tensor.data.find((value) => !Number.isFinite(value));
  if (odd !== undefined) throw wrong(`its tensor "${name}" holds ${odd}; weights must be finite to predict`);
  return Tensor.concrete(tensor.data, shape);
}

function stored({ shape, data }: Tensor): SafetensorsTensor {
  return data instanceof Float64Array
    ? { dtype: "F64", shape, data }
    : { dtype: "F32", shape, data: data as Float32Array };
}
