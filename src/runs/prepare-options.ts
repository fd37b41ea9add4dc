// How a run's table is prepared, with the files of its rows for validation read.
import { type PrepareOptions, readTable } from "../data/index.ts";
import { ChainruleError } from "../ir/errors.ts";
import { type RunSettings, sharedOptions, textOptions } from "./run-settings.ts";

/**
 * What `prepare` takes of a run's settings. Reads the files of `validationData`, as the training file's text is read.
 *
 * @throws ChainruleError what `readTable` throws; INVALID_ARGUMENT for settings that a table read in blocks cannot have
 */
export async function dataOptions(settings: Omit<RunSettings, "learningRate">): Promise<PrepareOptions> {
  const { validationData, stream } = settings;
  const options = sharedOptions(settings);
  const scattered = (["group", "time"] as const).find((key) => settings[key] !== undefined);
  if (stream && scattered !== undefined) {
    const advice = { setting: scattered, value: settings[scattered] };
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `A table that is read in blocks cannot be split by ${JSON.stringify(advice.value)}: later blocks may hold rows of any group or time. Split the file, and give the rows for validation in one of their own (validationData).`,
      { settings: [{ setting: "validationData" }] },
    );
  }
  if (validationData === undefined) return options;
  return { ...options, validationTable: await readTable(validationData, textOptions(settings)) };
}
