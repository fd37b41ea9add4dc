// The model of a run: model.json and model.safetensors, which hold a trained table model.
import { shellWord } from "../data/wording.ts";
import { ChainruleError } from "../ir/errors.ts";
import { modelJson, tableModelFrom, tensorsOf } from "../train/saved-model.ts";
import type { TableModel } from "../train/tabular.ts";
import type { RunWriter } from "./create-run.ts";
import { invalidRun } from "./invalid-run.ts";
import type { RunReader } from "./open-run.ts";

export const saveTable = (run: RunWriter, trained: TableModel): Promise<void> =>
  run.saveModel(modelJson(trained), tensorsOf(trained.variables));

/** Throws INVALID_RUN where the run has no model, or one that is damaged. */
export async function loadTable(run: RunReader): Promise<TableModel> {
  const { model, tensors } = await run.model().catch((error: unknown) => {
    const isModel = error instanceof ChainruleError && error.details.file === "model.json";
    throw (isModel && withoutModel(run, error)) || error;
  });
  return tableModelFrom(model, tensors, (what) => invalidRun(run.dir, "model.json", what));
}

/** Why a run has no model, where its training did not come to an end. */
function withoutModel({ dir, manifest: { status } }: RunReader, cause: unknown): ChainruleError | undefined {
  if (status !== "failed" && status !== "running") return undefined;
  const why = status === "failed" ? "its training failed" : "its training still goes on, or was cut off";
  return new ChainruleError(
    "INVALID_RUN",
    `The run "${dir}" has no model: ${why}. chainrule diagnose ${shellWord(dir)} says how it went; train again for a model.`,
    { dir, file: "model.json", status },
    { cause },
  );
}
