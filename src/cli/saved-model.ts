// Trained tables in run folders: model.json and model.safetensors, written and read back with every field checked.
import { type Preprocessing, parsePreprocessing } from "../data/index.ts";
import { ChainruleError } from "../ir/errors.ts";
import {
  type ActivationName,
  activation,
  activationNames,
  dense,
  type Layer,
  sequential,
  type Variables,
} from "../nn/index.ts";
import { Tensor } from "../trace/tensor.ts";
import { flatten } from "../trace/tree.ts";
import { lossesOf, type SafetensorsTensor, type TableModel } from "../train/index.ts";
import type { Json, RunReader, RunTensors, RunWriter } from "../train/run-folder.ts";

export async function saveTable(run: RunWriter, { model, loss, preprocessing, variables }: TableModel): Promise<void> {
  const task = preprocessing.target.kind;
  await run.saveModel({ task, loss, architecture: model, preprocessing } as unknown as Json, tensorsOf(variables));
}

/** Named by their paths: layers.0.weight. */
export function tensorsOf({ parameters }: Variables): RunTensors {
  const { leaves, paths } = flatten(parameters);
  return new Map(leaves.map(({ shape, data }, i) => [paths[i]!, stored(shape, data)]));
}

export async function loadTable(run: RunReader): Promise<TableModel> {
  const { model: json, tensors } = await run.model();
  const wrong = (what: string) =>
    new ChainruleError(
      "INVALID_RUN",
      `The file model.json of the run "${run.dir}" is not usable: ${what}. Restore the file, or train again.`,
      { dir: run.dir, file: "model.json", what },
    );
  if (!isRecord(json)) throw wrong("it must be an object");
  const preprocessing = parsePreprocessing(json.preprocessing);
  const loss = lossesOf[preprocessing.target.kind].find((name) => name === json.loss);
  if (loss === undefined) throw wrong(`"loss" must fit a ${preprocessing.target.kind}; it is ${text(json.loss)}`);
  const { layers, parameters } = perceptron(json.architecture, tensors, wrong);
  checkWidths(layers, preprocessing, loss === "crossEntropy" ? preprocessing.classes!.length : 1, wrong);
  return {
    model: sequential(...layers),
    loss,
    preprocessing,
    variables: { parameters: { layers: parameters }, buffers: { layers: layers.map(() => ({})) } },
  };
}

type Wrong = (what: string) => ChainruleError;

/** Layers of a sequence of dense layers and activations, with the tensors of each. */
function perceptron(json: unknown, tensors: RunTensors, wrong: Wrong) {
  if (!isRecord(json) || json.kind !== "sequential" || !Array.isArray(json.layers))
    throw wrong(`"architecture" must be a sequential model`);
  const layers: Layer[] = [];
  const parameters: Record<string, Tensor>[] = [];
  for (const [i, layer] of json.layers.entries()) {
    const at = `architecture.layers[${i}]`;
    if (isRecord(layer) && layer.kind === "activation") {
      const name = activationNames.find((known) => known === layer.name) as ActivationName | undefined;
      if (name === undefined) throw wrong(`${at}.name must be an activation; it is ${text(layer.name)}`);
      layers.push(activation(name));
      parameters.push({});
    } else if (isRecord(layer) && layer.kind === "dense" && isWidth(layer.inputs) && isWidth(layer.outputs)) {
      const { inputs, outputs } = layer;
      layers.push(dense(inputs, outputs));
      parameters.push({
        weight: parameter(tensors, `layers.${i}.weight`, [inputs, outputs], wrong),
        bias: parameter(tensors, `layers.${i}.bias`, [outputs], wrong),
      });
    } else throw wrong(`${at} must be a dense layer with inputs and outputs, or an activation; it is ${text(layer)}`);
  }
  return { layers, parameters };
}

function parameter(tensors: RunTensors, name: string, shape: readonly number[], wrong: Wrong): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined || (tensor.dtype !== "F32" && tensor.dtype !== "F64"))
    throw wrong(`it needs a tensor "${name}" of F32 or F64, and model.safetensors has ${tensor?.dtype ?? "none"}`);
  if (tensor.shape.join() !== shape.join())
    throw wrong(`its tensor "${name}" has shape [${shape}], and model.safetensors has [${tensor.shape}]`);
  return Tensor.concrete(tensor.data, shape);
}

/** Every layer must take what the one before it gives. */
function checkWidths(layers: readonly Layer[], preprocessing: Preprocessing, outputs: number, wrong: Wrong): void {
  let width = preprocessing.features.length;
  for (const layer of layers) {
    if (layer.kind !== "dense") continue;
    if (layer.inputs !== width) throw wrong(`a layer takes ${layer.inputs} inputs where ${width} come`);
    width = layer.outputs;
  }
  if (width !== outputs) throw wrong(`the last layer gives ${width} outputs where ${outputs} are needed`);
}

function stored(shape: readonly number[], data: Tensor["data"]): SafetensorsTensor {
  return data instanceof Float64Array
    ? { dtype: "F64", shape, data }
    : { dtype: "F32", shape, data: data as Float32Array };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isWidth = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1;
const text = (value: unknown) => (JSON.stringify(value) ?? "absent").slice(0, 80);
