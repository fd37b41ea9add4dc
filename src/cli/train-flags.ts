// What a training was asked for on the command line: its settings, and as they stand in run.json.
import type { PrepareOptions } from "../data/index.ts";
import type { Recipe } from "../diagnose/change.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Json } from "../ir/json.ts";
import { dataSettings, type ModelSettings, modelSettings, type Settings } from "../train/settings/index.ts";
import { pick, withSettings } from "../train/settings/values.ts";
import { shellWord } from "./output.ts";
import { flagWords, fromOptions, isSetting, isStatedDefault, toOptions } from "./setting-flags.ts";

/** Of a training, as it is known when it begins: settings, where the run goes, and how it is told. */
export interface TrainFlags extends Settings {
  readonly target: string;
  readonly stream?: true;
  readonly out?: string;
  readonly json?: true;
}

/** As they are given: the learning rate may be left to a range test. */
export interface GivenFlags extends Omit<TrainFlags, "learningRate"> {
  readonly learningRate?: number | "auto";
  readonly fix?: true;
}

/** From what commander has parsed. */
export const givenFlags = (options: object): GivenFlags => fromOptions(options) as GivenFlags;

export const dataOptions = (flags: Omit<TrainFlags, "learningRate">): PrepareOptions => ({
  ...pick(flags, dataSettings),
  target: flags.target,
  seed: flags.seed,
});

export const settingsOf = (flags: TrainFlags): ModelSettings => pick(flags, modelSettings);

export const recipeOf = (flags: TrainFlags): Recipe => ({ data: dataOptions(flags), settings: settingsOf(flags) });

/** The flags with those of a remedy. */
export const withChange = (flags: TrainFlags, change: Settings): TrainFlags => withSettings(flags, change);

/** As chainrule train is called with them; where the run goes and how it is told is left out. */
export function commandLine(data: string, flags: TrainFlags): string {
  const { target, columnTypes, out: _, json: __, ...rest } = flags;
  const words = Object.entries(rest).flatMap(([key, value]) => {
    if (value === undefined) return [];
    if (!isSetting(key)) return [`--${key}`];
    return isStatedDefault(key, value) ? [] : flagWords(key, value);
  });
  const types = columnTypes === undefined ? [] : flagWords("columnTypes", columnTypes);
  const all = [data, ...flagWords("target", target), ...types, ...words];
  return ["npx chainrule train", ...all.map(shellWord)].join(" ");
}

/** As run.json holds them: by the names of the flags. */
export function saved({ columnTypes, ...flags }: TrainFlags): Json {
  const types = columnTypes instanceof Map ? Object.fromEntries(columnTypes) : columnTypes;
  return toOptions({ ...flags, ...(types && { columnTypes: types }) }) as Json;
}

/** Flags from run.json. What they hold is checked where it is used. */
export function flagsOf(dir: string, settings: Json): TrainFlags {
  const isRecord = typeof settings === "object" && settings !== null && !Array.isArray(settings);
  const target = isRecord && "target" in settings ? settings.target : undefined;
  if (!isRecord || typeof target !== "string") {
    throw new ChainruleError(
      "INVALID_RUN",
      `The file run.json of the run "${dir}" does not say how it was trained: "settings" must name the target. Train again with chainrule train.`,
      { dir, file: "run.json" },
    );
  }
  return { ...fromOptions(settings), target };
}
