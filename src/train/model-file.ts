// A trained network in one file: safetensors, with what the network is in its metadata.

import type { Preprocessing } from "../data/preprocessing.ts";
import { tableFromRows } from "../data/rows.ts";
import { transform } from "../data/transform.ts";
import { quoteList } from "../data/wording.ts";
import { ChainruleError } from "../ir/errors.ts";
import { parseJson } from "../ir/json.ts";
import { node } from "../ir/node.ts";
import { apply } from "../nn/model.ts";
import type { BackendOptions } from "../run/backends.ts";
import { compile } from "../run/compile.ts";
import type { Tensor } from "../trace/tensor.ts";
import { answersByTarget, likeliest, type TargetAnswers } from "./answers.ts";
import { decodeSafetensors, encodeSafetensors, type SafetensorsFile, withChecksum } from "./safetensors.ts";
import { modelJson, type NetworkModel, networkModelFrom, tableModelFrom, tensorsOf } from "./saved-model.ts";
import { tablePredictor } from "./table-predictor.ts";
import type { TableModel } from "./tabular.ts";

/** The answer for one row. */
export interface Prediction {
  /** The class as the table writes it, or a number in the target's unit. */
  readonly prediction: string | number;
  /** Of every class, by its name; absent where numbers are predicted. */
  readonly probabilities?: Readonly<Record<string, number>>;
}

/** A row as it is before any preprocessing: cells by the names of their columns. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** A model of tables, read back. */
export interface LoadedTableModel extends TableModel {
  readonly kind: "table";
  /**
   * The answer for every row, by a model of one target. A row needs all columns that the model was trained on; cells may be null or "" where they
   * are missing, and further columns are ignored.
   *
   * @throws ChainruleError UNKNOWN_COLUMN, TYPE_MISMATCH, MALFORMED_DATA; INVALID_ARGUMENT with several targets
   */
  predict(rows: readonly Row[]): Prediction[];
  /** The same of every target, by their names: `predictTargets(rows)[0].height.prediction`. */
  predictTargets(rows: readonly Row[]): Readonly<Record<string, Prediction>>[];
}

/** A network of any layers, read back. */
export interface LoadedNetworkModel extends NetworkModel {
  readonly kind: "network";
  /** y = model(x), as `apply` gives it, compiled. */
  predict(x: Tensor): Tensor;
}

export type LoadedModel = LoadedTableModel | LoadedNetworkModel;

/** Names this format in the metadata; raised when older programs could misread a newer file. */
const formatKey = "chainrule.model";
const formatVersion = "1";
const contentKey = "chainrule.content";

/**
 * A trained model as bytes: what `trainTable` gives as `trained`, or `{ model, variables }` of any layers. The weights
 * are float32 or float64, as they are in `variables`.
 *
 * ```ts
 * const model = dense(2, 1);
 * const bytes = encodeModel({ model, variables: initialize(model) });
 * decodeModel(bytes).kind; // "network"
 * ```
 */
export function encodeModel(trained: NetworkModel | TableModel): Uint8Array<ArrayBuffer> {
  const tensors = tensorsOf(trained.variables);
  const content = { [formatKey]: formatVersion, [contentKey]: JSON.stringify(modelJson(trained)) };
  return encodeSafetensors(tensors, withChecksum(tensors, content));
}

/**
 * The model in the bytes of `encodeModel`. `name` is how messages call it; `options` choose what computes its predictions:
 * the same bits on every machine and in a page, unless they say `deterministic: false`.
 *
 * @throws ChainruleError INVALID_MODEL where the bytes hold no such model, or a damaged one
 */
export function decodeModel(bytes: Uint8Array, name = "the model", options: BackendOptions = {}): LoadedModel {
  const wrong = (what: string, cause?: unknown) =>
    new ChainruleError(
      "INVALID_MODEL",
      `${name} is not usable: ${what}. Restore the file, or train and save again.`,
      { name, what },
      { cause },
    );
  let file: SafetensorsFile;
  try {
    file = decodeSafetensors(bytes);
  } catch (cause) {
    throw wrong(`as safetensors, ${(cause as ChainruleError).details.what}`, cause);
  }
  const { [formatKey]: format, [contentKey]: content } = file.metadata;
  if (format === undefined || content === undefined)
    throw wrong("its metadata must say what the network is, as encodeModel and saveModel write it");
  if (format !== formatVersion)
    throw wrong(
      `it has format ${format}, and this Chainrule reads format ${formatVersion}; update Chainrule to read it`,
    );
  const json = parseJson(content, (must, cause) => wrong(`its metadata must be ${must}`, cause));
  const isTable = typeof json === "object" && json !== null && "preprocessing" in json;
  return isTable
    ? loadedTable(tableModelFrom(json, file.tensors, wrong), options)
    : loadedNetwork(networkModelFrom(json, file.tensors, wrong), options);
}

/**
 * Writes a model to a file, in one step: a crash leaves the old file or the new one. Node.
 *
 * @throws ChainruleError INVALID_ARGUMENT in a page: there, `encodeModel` gives the bytes
 */
export async function saveModel(path: string, trained: NetworkModel | TableModel): Promise<void> {
  const { rename, rm, writeFile } = node("node:fs/promises", "In a page, encodeModel gives the bytes.");
  const temporary = `${path}.${globalThis.process.pid}.tmp`;
  try {
    await writeFile(temporary, encodeModel(trained), { flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Reads a model that `saveModel` wrote, as `decodeModel` does. Node.
 *
 * @throws ChainruleError FILE_NOT_FOUND, INVALID_MODEL; INVALID_ARGUMENT in a page: there, `decodeModel` takes the bytes
 */
export async function loadModel(path: string, options: BackendOptions = {}): Promise<LoadedModel> {
  const { readFile } = node("node:fs/promises", "In a page, decodeModel takes the bytes.");
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new ChainruleError(
      "FILE_NOT_FOUND",
      `The model ${path} cannot be read (${(cause as NodeJS.ErrnoException).code}). Check the path and the folder you are in.`,
      { path },
      { cause },
    );
  });
  return decodeModel(bytes, path, options);
}

function loadedNetwork(trained: NetworkModel, options: BackendOptions): LoadedNetworkModel {
  const forward = compile((v: NetworkModel["variables"], x: Tensor) => apply(trained.model, v, x), {
    deterministic: true,
    ...options,
  });
  return { ...trained, kind: "network", predict: (x) => forward(trained.variables, x) };
}

function loadedTable(trained: TableModel, options: BackendOptions): LoadedTableModel {
  const predictions = tablePredictor(trained, options);
  const names = trained.preprocessing.targets.map(({ name }) => name);
  const answers = (rows: readonly Row[]): Prediction[][] => {
    if (rows.length === 0) return [];
    const { x } = transform(trained.preprocessing, tableFromRows(rows, { source: "the rows" }));
    return predictionsOf(trained.preprocessing, predictions(x, rows.length));
  };
  return {
    ...trained,
    kind: "table",
    predict(rows) {
      if (names.length === 1) return answers(rows).map(([one]) => one!);
      throw new ChainruleError(
        "INVALID_ARGUMENT",
        `predict is for a model of one target, and this one has ${names.length}: ${quoteList(names)}. Call predictTargets, which gives the answer for each by its name.`,
        { targets: names },
      );
    },
    predictTargets: (rows) => answers(rows).map((all) => Object.fromEntries(all.map((one, t) => [names[t]!, one]))),
  };
}

/** Of each row the answer for each target; `values`: probabilities [rows, targets, classes], or numbers [rows, targets]. */
function predictionsOf(preprocessing: Preprocessing, values: Float64Array): Prediction[][] {
  const all = answersByTarget(preprocessing, values).map(predictionsFor);
  return all[0]!.map((_, row) => all.map((predictions) => predictions[row]!));
}

function predictionsFor({ classes, values }: TargetAnswers): Prediction[] {
  const width = classes.length;
  if (width === 0) return Array.from(values, (prediction) => ({ prediction }));
  return Array.from({ length: values.length / width }, (_, row) =>
    likeliest(classes, values.subarray(row * width, (row + 1) * width)),
  );
}
