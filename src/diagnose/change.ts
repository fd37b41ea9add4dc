// What a remedy changes of a training: settings as plain data, and a training with them.
import type { PrepareOptions } from "../data/index.ts";
import { dataSettings, modelSettings, type Settings, settingKeys } from "../train/settings/index.ts";
import type { TableSettings } from "../train/settings/resolve.ts";
import { pick, settingOf, withSettings } from "../train/settings/values.ts";

/** A training of a table: how its rows are prepared, and how the network is trained on them. */
export interface Recipe {
  readonly data: PrepareOptions;
  readonly settings: TableSettings;
}

/** What a remedy sets anew. */
export type Change = Settings;

/** Whether two changes set the same: by what this gives of them. */
export const keyOf = (change: Change): string => JSON.stringify(change);

/** Whether the change leaves out a column, or gives it another type. */
export const changesColumns = (change: Change): boolean =>
  settingKeys.some((key) => change[key] !== undefined && settingOf(key).choosesColumns);

/** Whether the rows have to be prepared again. */
export const changesRows = (change: Change): boolean => Object.keys(pick(change, dataSettings)).length > 0;

export const changed = ({ data, settings }: Recipe, change: Change): Recipe => ({
  data: withSettings(data, pick(change, dataSettings)),
  settings: withSettings(settings, pick(change, modelSettings)),
});
