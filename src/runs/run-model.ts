// The model of a run: model.json and model.safetensors, which hold a trained table model.

import { shellWord } from "../data/wording.ts";
import type { TypedArray } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { RunState } from "../train/run-state.ts";
import { modelJson, tableModelFrom, tensorsOf, weightsIn } from "../train/saved-model.ts";
import type { TableModel } from "../train/tabular.ts";
import type { RunWriter } from "./create-run.ts";
import { invalidRun } from "./invalid-run.ts";
import { missing, type RunReader } from "./open-run.ts";

export const saveTable = (run: RunWriter, trained: TableModel): Promise<void> =>
  run.saveModel(modelJson(trained), tensorsOf(trained.variables));

/** Which weights of a checkpoint: those that would be the result if the training had ended there, or those it goes on from. */
export type CheckpointWeights = "best" | "last";

/**
 * The model at the end of the training; or, with `checkpoint`, that of the newest checkpoint; where the training failed, of the last finite
 * weights. Throws INVALID_RUN where the run has none, or one that is damaged.
 */
export async function loadTable(run: RunReader, checkpoint?: CheckpointWeights): Promise<TableModel> {
  const { status } = run.manifest;
  const wrong = (what: string) => invalidRun(run.dir, "model.json", what);
  if (checkpoint !== undefined && status !== "failed") {
    const { machine, state } = await run.checkpoint();
    const json = await run.description();
    return tableModelFrom(
      json,
      weightsIn(json, checkpoint === "last" ? machine : bestOf(state, machine), wrong),
      wrong,
    );
  }
  if (checkpoint === undefined && status === "failed") throw withoutModel(run);
  const { model, tensors, isAsSaved } = await run.model().catch((error: unknown) => {
    const isMissing = error instanceof ChainruleError && error.details.what === missing;
    throw isMissing && status === "running" ? withoutModel(run, error) : error;
  });
  const trained = tableModelFrom(model, tensors, wrong);
  // After what is wrong with it was said, where more than that can be.
  if (!isAsSaved) throw wrong("it was changed since the weights were saved with it");
  return trained;
}

/** Without validation rows the last weights are the best. */
const bestOf = ({ weights }: RunState, machine: ReadonlyMap<string, TypedArray>): ReadonlyMap<string, TypedArray> =>
  weights.isValidated ? weights.best.values : machine;

/** Why a run has no model, where its training did not come to an end. */
function withoutModel({ dir, manifest: { status } }: RunReader, cause?: unknown): ChainruleError {
  const message =
    status === "failed"
      ? `The run "${dir}" has no model: its training failed. chainrule diagnose ${shellWord(dir)} says how it went; loadTable(run, "last") gives the last finite weights.`
      : `The run "${dir}" has no model yet: its training still goes on, or was cut off. Resume it, or load the weights of its last checkpoint: loadTable(run, "best").`;
  return new ChainruleError("INVALID_RUN", message, { dir, file: "model.safetensors", status }, { cause });
}
