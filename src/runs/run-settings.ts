// The settings of a run: what run.json holds under the names of flags, and what data and training take of them.
import type { TextOptions } from "../data/formats/format.ts";
import type { PrepareOptions } from "../data/index.ts";
import { ChainruleError } from "../ir/errors.ts";
import { excerpt, isRecord, type Json } from "../ir/json.ts";
import { lossRecord } from "../nn/losses/index.ts";
import { fromOptions, toOptions } from "../train/settings/flags.ts";
import {
  dataSettings,
  type ModelSettings,
  modelSettings,
  type Settings,
  settingKeys,
  textSettings,
} from "../train/settings/index.ts";
import { pick, settingOf } from "../train/settings/values.ts";
import { invalidRun } from "./invalid-run.ts";

export interface RunSettings extends Settings {
  readonly target: string | readonly string[];
  /** The table was read in blocks. */
  readonly stream?: true;
}

/** As run.json holds them: by the names of the flags. Where a run goes and how it is told is none of it. `runSettings` reads them. */
export function savedSettings(settings: object): Json {
  const { out: _, json: __, lab: ___, ...rest } = settings as Readonly<Record<string, unknown>>;
  return toOptions(rest) as Json;
}

/** How the text of the table is read. */
export const textOptions = (settings: Settings | Omit<RunSettings, "learningRate">): TextOptions =>
  pick(settings, textSettings);

/** How the table is prepared, but for rows for validation in a file of their own. */
export function sharedOptions(settings: Omit<RunSettings, "learningRate">): PrepareOptions {
  const { validationData: _, ...shared } = pick(settings, dataSettings);
  return { ...shared, ...ofLoss(settings), target: settings.target, seed: settings.seed };
}

/** What a loss says of the target: that whole numbers are numbers, and how they may be scaled. */
function ofLoss({ loss }: Settings): Partial<PrepareOptions> {
  const record = loss && lossRecord(loss);
  return {
    ...(record && { fewIntegers: record.task }),
    ...(record?.link === "log" && { targetScale: "mean" }),
  };
}

/** How the network is trained on it. */
export const settingsOf = (settings: RunSettings): ModelSettings => pick(settings, modelSettings);

const isTarget = (value: unknown): value is string | readonly string[] =>
  Array.isArray(value)
    ? value.length > 0 && value.every((name) => typeof name === "string")
    : typeof value === "string";

/** Settings from run.json: each is one that a command line could have given. Throws INVALID_RUN. */
export function runSettings(dir: string, settings: Json): RunSettings {
  const target = isRecord(settings) ? settings.target : undefined;
  if (!isRecord(settings) || !isTarget(target)) {
    throw new ChainruleError(
      "INVALID_RUN",
      `The file run.json of the run "${dir}" does not say how it was trained: "settings" must name the target. Train again with chainrule train.`,
      { dir, file: "run.json" },
    );
  }
  const read: Settings = fromOptions(settings);
  const odd = settingKeys.find((key) => read[key] !== undefined && !settingOf(key).type.holds(read[key]));
  if (odd !== undefined)
    throw invalidRun(
      dir,
      "run.json",
      `its setting "${odd}" must be ${settingOf(odd).type.must}; it is ${excerpt(read[odd])}`,
    );
  const { stream } = settings;
  if (stream !== undefined && stream !== true)
    throw invalidRun(dir, "run.json", `its setting "stream" must be true, or left out; it is ${excerpt(stream)}`);
  return { ...read, target };
}
