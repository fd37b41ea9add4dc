// The settings of a run: what run.json holds under the names of flags, and what data and training take of them.
import type { TextOptions } from "../data/formats/format.ts";
import type { PrepareOptions } from "../data/index.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Json } from "../ir/json.ts";
import { lossRecord } from "../nn/losses/index.ts";
import { fromOptions } from "../train/settings/flags.ts";
import {
  dataSettings,
  type ModelSettings,
  modelSettings,
  type Settings,
  textSettings,
} from "../train/settings/index.ts";
import { pick } from "../train/settings/values.ts";

export interface RunSettings extends Settings {
  readonly target: string | readonly string[];
  /** The table was read in blocks. */
  readonly stream?: true;
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

/** Settings from run.json. What they hold is checked where it is used. */
export function runSettings(dir: string, settings: Json): RunSettings {
  const isRecord = typeof settings === "object" && settings !== null && !Array.isArray(settings);
  const target = isRecord && "target" in settings ? settings.target : undefined;
  if (!isRecord || !isTarget(target)) {
    throw new ChainruleError(
      "INVALID_RUN",
      `The file run.json of the run "${dir}" does not say how it was trained: "settings" must name the target. Train again with chainrule train.`,
      { dir, file: "run.json" },
    );
  }
  return { ...fromOptions(settings), target };
}
