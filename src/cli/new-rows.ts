// Rows that a trained network is asked about: options of how they are read, and reading them as the training did.
import type { Option } from "commander";
import type { TextOptions } from "../data/formats/format.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { CheckpointWeights, RunReader } from "../runs/index.ts";
import { runSettings, textOptions } from "../runs/run-settings.ts";
import type { TableModel } from "../train/index.ts";
import { fromOptions } from "../train/settings/flags.ts";
import { textSettings } from "../train/settings/index.ts";
import { option } from "./command.ts";
import { type GivenData, sqlOption } from "./data-argument.ts";
import { print, type Streams, shellWord } from "./output.ts";
import { settingOptions } from "./setting-flags.ts";
import { type GivenRows, rowsIn } from "./table-of.ts";
import { renderDataWarning } from "./terminal/data-warning.ts";

export interface RowFlags extends TextOptions {
  readonly coerce?: true;
  readonly sql?: string;
  readonly checkpoint?: CheckpointWeights;
}

export const checkpointOption = (): Option =>
  option(
    "--checkpoint <which>",
    "of a training that goes on or was cut off: its best weights so far, or its last",
  ).choices(["best", "last"]);

export const rowOptions = (): readonly Option[] => [
  ...settingOptions(textSettings, { course: false }),
  sqlOption(),
  checkpointOption(),
  option("--coerce", "take cells that do not fit their column as missing, and count them"),
];

export const oddCells = ({ coerce }: RowFlags): { oddCells?: "missing" } => (coerce ? { oddCells: "missing" } : {});

/** The rows in files, read as the run read its own where nothing else is said. */
export async function rowsOf(
  { dir, manifest }: RunReader,
  data: GivenData,
  flags: RowFlags,
  streams: Streams,
): Promise<GivenRows> {
  const { delimiter, header } = fromOptions(flags);
  const trained = textOptions(runSettings(dir, manifest.settings));
  const options = { delimiter: delimiter ?? trained.delimiter, header: header ?? trained.header };
  const rows = await rowsIn(data, options, streams);
  print(streams.stderr, (style) => rows.head.warnings.flatMap((warning) => renderDataWarning(warning, style)));
  return rows;
}

/** The trained network of a run: as it is at the end, or in its last checkpoint. */
export async function modelOf(run: RunReader, { checkpoint }: Pick<RowFlags, "checkpoint">): Promise<TableModel> {
  const { loadTable } = await import("./engine.ts");
  try {
    return await loadTable(run, checkpoint);
  } catch (error) {
    if (!(error instanceof ChainruleError) || error.details.status === undefined) throw error;
    const dir = shellWord(run.dir);
    const message =
      error.details.status === "failed"
        ? `The run "${run.dir}" has no model: its training failed. chainrule diagnose ${dir} says how it went; its last finite weights serve with --checkpoint last.`
        : `The run "${run.dir}" has no model yet: its training still goes on, or was cut off. Go on with it by chainrule train --resume ${dir}, or take the weights of its last checkpoint with --checkpoint best.`;
    throw new ChainruleError("INVALID_RUN", message, error.details);
  }
}

/** Of fewer weights one thread answers: to read a row takes longer, and threads that are woken for little cost more than they save. */
const fewWeights = 2 ** 14;

/** Answers rows as they are read: see `predictTable`. */
export async function predictorOf(trained: TableModel): Promise<(x: Float32Array, rows: number) => Float64Array> {
  const { tablePredictor } = await import("./engine.ts");
  const { flatten } = await import("../trace/tree.ts");
  const weights = flatten(trained.variables.parameters).leaves.reduce((sum, { size }) => sum + size, 0);
  return tablePredictor(trained, weights < fewWeights ? { threads: 1 } : {});
}
