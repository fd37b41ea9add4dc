// What a training was asked for on the command line: its settings, and as they stand in run.json.
import { ChainruleError } from "../ir/errors.ts";
import { settingWords } from "../ir/setting-advice.ts";
import type { RunSettings } from "../runs/run-settings.ts";
import { fromOptions, commandLine as lineOf } from "../train/settings/flags.ts";
import type { Settings } from "../train/settings/index.ts";
import { withSettings } from "../train/settings/values.ts";
import { filesOf, firstPassing, stdinName } from "./files.ts";

/** Of a training, as it is known when it begins: settings, where the run goes, and how it is told. */
export interface TrainFlags extends RunSettings {
  readonly out?: string;
  readonly json?: true;
  /** Writes an event file of TensorBoard into the run folder. */
  readonly tensorboard?: true;
}

/** As they are given: the learning rate may be left to a range test. */
export interface GivenFlags extends Omit<TrainFlags, "learningRate"> {
  readonly learningRate?: number | "auto";
  readonly fix?: true;
  /** Shows the training in a page. */
  readonly lab?: true;
  readonly sql?: string;
  /** The run to go on with; true where it is that of `out`. */
  readonly resume?: string | true;
}

/** From what commander has parsed. */
export const givenFlags = (options: object): GivenFlags => fromOptions(options) as GivenFlags;

/** The flags with those of a remedy. */
export const withChange = (flags: TrainFlags, change: Settings): TrainFlags => withSettings(flags, change);

/** As chainrule train is called with them; where the run goes and how it is told is left out. */
export const commandLine = (
  data: readonly string[],
  { out: _, json: __, tensorboard: ___, ...rest }: TrainFlags,
): string => lineOf(data, rest);

/** With the files that patterns among its settings stand for. */
export async function withFiles<F extends Pick<Settings, "validationData">>(flags: F): Promise<F> {
  const { validationData: given } = flags;
  if (given === undefined) return flags;
  const files = await filesOf([given].flat());
  const passing = await firstPassing(files);
  if (passing === undefined) return { ...flags, validationData: files.length === 1 ? files[0] : files };
  const advice = { setting: "validationData" };
  const what = passing === stdinName ? `"-" is standard input` : `${passing} can be read but once`;
  throw new ChainruleError(
    "USAGE",
    `Rows for validation (${settingWords(advice)}) are read from files, and ${what}. Save them in a file.`,
    { settings: [advice] },
  );
}
