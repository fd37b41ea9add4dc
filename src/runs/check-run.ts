// The gradient check of a run: the loss of some of its rows by all parameters, at the saved weights.
import { checkGradients, type GradientCheck } from "../grad/check-gradients.ts";
import { apply } from "../nn/index.ts";
import { tableLoss } from "../train/class-weights.ts";
import { openRun } from "./open-run.ts";
import { replayData } from "./replay.ts";
import { batchOf } from "./rows.ts";
import { loadTable } from "./run-model.ts";

/** How many of the first training rows are taken where none are chosen. */
const FEW_ROWS = 8;

export interface CheckedRun {
  readonly check: GradientCheck;
  readonly rows: readonly number[];
}

export async function checkRun(dir: string, chosen?: readonly number[]): Promise<CheckedRun> {
  const run = await openRun(dir);
  const trained = await loadTable(run);
  const { table, prepared, settings } = await replayData(run);
  const rows = chosen ?? Array.from(prepared.train.rowNumbers.slice(0, FEW_ROWS), (index) => table.rowNumbers[index]!);
  const { x, target } = batchOf({ table, prepared, trained }, rows);
  const { model, loss, variables } = trained;
  const { parameters, buffers } = variables;
  const weighed = tableLoss(prepared, loss, settings.classWeight);
  const check = checkGradients((own) => weighed(apply(model, { parameters: own, buffers }, x), target), [parameters]);
  return { check, rows };
}
