// Rows that a trained network is asked about: options of how they are read, and reading them as the training did.
import type { Option } from "commander";
import type { TextOptions } from "../data/formats/format.ts";
import type { Table } from "../data/index.ts";
import type { RunReader } from "../runs/index.ts";
import { runSettings, textOptions } from "../runs/run-settings.ts";
import { fromOptions } from "../train/settings/flags.ts";
import { textSettings } from "../train/settings/index.ts";
import { option } from "./command.ts";
import { type GivenData, sqlOption } from "./data-argument.ts";
import { print, type Streams } from "./output.ts";
import { settingOptions } from "./setting-flags.ts";
import { wholeTable } from "./table-of.ts";
import { renderDataWarning } from "./terminal/data-warning.ts";

export interface RowFlags extends TextOptions {
  readonly coerce?: true;
  readonly sql?: string;
}

export const rowOptions = (): readonly Option[] => [
  ...settingOptions(textSettings, { course: false }),
  sqlOption(),
  option("--coerce", "take cells that do not fit their column as missing, and count them"),
];

export const oddCells = ({ coerce }: RowFlags): { oddCells?: "missing" } => (coerce ? { oddCells: "missing" } : {});

/** The table in files, read as the run read its own where nothing else is said. */
export async function rowsOf(
  { dir, manifest }: RunReader,
  data: GivenData,
  flags: RowFlags,
  streams: Streams,
): Promise<Table> {
  const { delimiter, header } = fromOptions(flags);
  const trained = textOptions(runSettings(dir, manifest.settings));
  const options = { delimiter: delimiter ?? trained.delimiter, header: header ?? trained.header };
  const { table } = await wholeTable(data, options, streams);
  print(streams.stderr, (style) => table.warnings.flatMap((warning) => renderDataWarning(warning, style)));
  return table;
}
