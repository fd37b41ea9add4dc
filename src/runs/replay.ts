// A run trained once more, up to a step: the same data, settings and seed give the same numbers.
import { openTable, type Prepared, type PrepareOptions, prepare, type Table, type TableStream } from "../data/index.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Optimizer } from "../optim/index.ts";
import type { EpochEvent, TrainEvent } from "../train/events.ts";
import type { TrainingState } from "../train/options.ts";
import { type TableModel, trainTable } from "../train/tabular.ts";
import { checkFiles, checkRegular, filesIn, isProgram, isQuery, notHere, readAgain } from "./data-origin.ts";
import type { RunReader } from "./open-run.ts";
import { dataOptions } from "./prepare-options.ts";
import { type RunSettings, runSettings, settingsOf, textOptions } from "./run-settings.ts";

export interface Replay {
  /** The run's folder. */
  readonly dir: string;
  readonly settings: RunSettings;
  readonly table: Table;
  readonly options: PrepareOptions;
  readonly prepared: Prepared;
  readonly trained: TableModel;
  readonly optimizer: Optimizer;
  /** After the step. */
  readonly state: TrainingState;
  /** The first epoch whose loss was another one when the run was made. */
  readonly difference?: { readonly epoch: number; readonly loss: number; readonly recorded: number };
}

/** What a run was trained on. */
export type ReplayedData = Pick<Replay, "settings" | "table" | "options" | "prepared">;

/** `step`: 0 is before the first one; undefined is that of the saved weights. Throws INVALID_RUN where the data is gone or another. */
export async function replay(run: RunReader, step?: number): Promise<Replay> {
  const { settings, table, options, prepared } = await replayData(run);
  const events = await run.events();
  const end = events.find((event) => event.type === "end");
  const wanted = step ?? savedStep(events);
  const beyond = (steps: number) =>
    new ChainruleError(
      "INVALID_ARGUMENT",
      `The run "${run.dir}" has no step ${wanted}: it ended after step ${steps}.`,
      {
        step: wanted,
        steps,
      },
    );
  if (end !== undefined && wanted > end.steps) throw beyond(end.steps);
  const training = trainTable(prepared, { ...settingsOf(settings), steps: wanted });
  const epochs: EpochEvent[] = [];
  for await (const event of training.withoutProfiles()) if (event.type === "epoch") epochs.push(event);
  const { trained, last } = await training.result();
  if (last.step < wanted) throw beyond(last.step);
  const difference = differenceOf(epochs, events);
  const { optimizer } = training.settings;
  return {
    dir: run.dir,
    settings,
    table,
    options,
    prepared,
    trained,
    optimizer,
    state: last,
    ...(difference && { difference }),
  };
}

/**
 * Throws INVALID_RUN where the data is gone or another, or was read in blocks. The query of a run is confined to this folder (see queryTable), unless
 * it is `asked` for in the same words.
 */
export async function replayData(run: RunReader, asked?: string): Promise<ReplayedData> {
  const { settings, unusable } = await replayedSettings(run);
  if (settings.stream) throw unusable("it read its table in blocks. Train on a part of the table to look into it.");
  const table = await readAgain(run.manifest.data, textOptions(settings), unusable, asked);
  const options = await dataOptions(settings);
  return { settings, table, options, prepared: prepare(table, options) };
}

/** The same of a table that was read in blocks; undefined of one that was not. */
export async function replayStream(
  run: RunReader,
): Promise<{ readonly stream: TableStream; readonly options: PrepareOptions } | undefined> {
  const { settings, unusable } = await replayedSettings(run);
  const { data } = run.manifest;
  if (!settings.stream || isQuery(data) || isProgram(data)) return undefined;
  await checkFiles(data, unusable);
  const files = filesIn(data).map(({ file }) => file);
  return { stream: await openTable(files, textOptions(settings)), options: await dataOptions(settings) };
}

async function replayedSettings(run: RunReader) {
  const { data } = run.manifest;
  const unusable = (what: string) =>
    new ChainruleError("INVALID_RUN", `The run "${run.dir}" cannot be repeated: ${what}`, {
      dir: run.dir,
      data: isQuery(data) ? data.sql : isProgram(data) ? data.program : data.file,
    });
  if (isProgram(data)) throw unusable(notHere(data));
  const settings = runSettings(run.dir, run.manifest.settings);
  if (data.validation) await checkFiles(data.validation, unusable);
  const { validationData = [] } = settings;
  await checkRegular([validationData].flat(), unusable, (file) =>
    unusable(`its rows for validation, ${file}, are not there (seen from this folder). Put them back.`),
  );
  return { settings, unusable };
}

const epochsOf = (events: readonly TrainEvent[]) =>
  events.filter((event): event is EpochEvent => event.type === "epoch");

/** The step after which the saved weights were taken: the best epoch's; without validation the last one. */
function savedStep(events: readonly TrainEvent[]): number {
  const validates = events.some((event) => event.type === "start" && event.validationRows > 0);
  const end = events.find((event) => event.type === "end");
  if (end !== undefined && !validates) return end.steps;
  return epochsOf(events).findLast(({ best }) => best)?.step ?? 0;
}

function differenceOf(repeated: readonly EpochEvent[], events: readonly TrainEvent[]): Replay["difference"] {
  const recorded = new Map(epochsOf(events).map(({ epoch, loss }) => [epoch, loss]));
  const other = repeated.find(({ epoch, loss }) => recorded.has(epoch) && recorded.get(epoch) !== loss);
  return other && { epoch: other.epoch, loss: other.loss, recorded: recorded.get(other.epoch)! };
}
