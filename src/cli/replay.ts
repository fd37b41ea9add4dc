// A run trained once more, up to a step: the same data, settings and seed give the same numbers.
import type { Prepared, Table } from "../data/index.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Optimizer } from "../optim/index.ts";
import type { EpochEvent } from "../train/events.ts";
import type { TableModel } from "../train/index.ts";
import type { TrainingState } from "../train/options.ts";
import type { RunReader } from "../train/run-folder.ts";
import { dataOptions, flagsOf, settingsOf, type TrainFlags } from "./train-flags.ts";

export interface Replay {
  readonly flags: TrainFlags;
  readonly table: Table;
  readonly prepared: Prepared;
  readonly trained: TableModel;
  readonly optimizer: Optimizer;
  /** After the step. */
  readonly state: TrainingState;
}

/** `step`: 0 is before the first one; undefined is that of the saved weights. Throws INVALID_RUN where the data is gone or another. */
export async function replay(run: RunReader, step?: number): Promise<Replay> {
  const { readTable, prepare, sha256File, trainTable } = await import("./engine.ts");
  const { data, settings } = run.manifest;
  const flags = flagsOf(run.dir, settings);
  const unusable = (what: string) =>
    new ChainruleError("INVALID_RUN", `The run "${run.dir}" cannot be repeated: ${what}`, {
      dir: run.dir,
      data: data.file,
    });
  if (flags.stream) throw unusable("it read its table in blocks. Train on a part of the table to look into it.");
  let hash: string;
  try {
    hash = await sha256File(data.file);
  } catch {
    throw unusable(
      `its data, ${data.file}, is not there (seen from this folder). Put it back, or go to the folder where it was trained.`,
    );
  }
  if (hash !== data.sha256)
    throw unusable(`its data, ${data.file}, has changed since. Train again on the data as it is.`);
  const table = await readTable(data.file);
  const prepared = prepare(table, dataOptions(flags));
  const training = trainTable(prepared, { ...settingsOf(flags), steps: step ?? (await bestStep(run)) });
  const { trained, last } = await training.result();
  return { flags, table, prepared, trained, optimizer: training.optimizer, state: last };
}

/** The step after which the saved weights were taken. */
async function bestStep(run: RunReader): Promise<number> {
  const events = await run.events();
  const epochs = events.filter((event): event is EpochEvent => event.type === "epoch");
  return epochs.findLast(({ best }) => best)?.step ?? 0;
}
