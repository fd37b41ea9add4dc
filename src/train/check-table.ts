// What trainTable is given, checked in words before anything is computed.

import type { Prepared } from "../data/index.ts";
import { ChainruleError } from "../ir/errors.ts";
import { isRecord } from "../ir/json.ts";
import { defaultLoss, type LossName, losses, lossesOf } from "../nn/losses/index.ts";
import { came, invalid, sameWord } from "./option-words.ts";
import { modelSettings, settingKeys } from "./settings/index.ts";
import type { TableSettings } from "./settings/resolve.ts";

/** Besides the settings. */
const options: { readonly [K in Exclude<keyof TableSettings, keyof typeof modelSettings>]-?: true } = {
  steps: true,
  observeEvery: true,
  variables: true,
  signal: true,
};

const names = [...Object.keys(modelSettings), ...Object.keys(options)];

/** Throws INVALID_ARGUMENT for what is no prepared table, and for a setting that there is not. */
export function checkTable(prepared: Prepared, settings: TableSettings): void {
  if (!isRecord(prepared) || !isRecord(prepared.train) || !isRecord(prepared.preprocessing))
    throw invalid(
      "prepared",
      `trainTable: its first argument must be a prepared table, prepare(table, { target }); got ${came(prepared)}.${isTable(prepared) ? " It is a table that is not prepared." : ""}`,
      prepared,
    );
  if (!isRecord(settings))
    throw invalid("settings", `trainTable: its second argument must be settings; got ${came(settings)}.`, settings);
  const given: Readonly<Record<string, unknown>> = { ...settings };
  for (const name of Object.keys(given)) {
    if (given[name] === undefined || names.includes(name)) continue;
    const mend = settingKeys.some((key) => key === name)
      ? `It is a setting of prepare(table, { ${name} }).`
      : (wordsOf(sameWord(name, names)) ?? `It has ${names.join(", ")}.`);
    throw invalid(name, `trainTable has no setting ${name}. ${mend}`, given[name]);
  }
  if (typeof given.loss === "function")
    throw invalid(
      "loss",
      `trainTable: loss must be a name, by which predictions and metrics are known; got ${came(given.loss)}. A loss of your own is for train({ model, data, loss }).`,
      given.loss,
    );
}

const wordsOf = (name: string | undefined): string | undefined => name && `Write ${name}.`;

const isTable = (value: unknown): boolean => isRecord(value) && Array.isArray(value.columns);

/** Throws INVALID_ARGUMENT for a loss that does not fit the task, or the number of classes. */
export function checkLoss(loss: LossName, { task, preprocessing }: Prepared): void {
  const fitting = lossesOf[task];
  const classes = preprocessing.classes?.length;
  if (!fitting.includes(loss)) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `The loss ${loss} does not fit a ${task}; choose one of ${fitting.join(", ")}.`,
      { loss, task },
    );
  }
  if (losses[loss].isForTwoClasses && classes !== 2) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `${loss} is for two classes; "${preprocessing.target.name}" has ${classes}. Use ${defaultLoss(task)}.`,
      { loss, classes },
    );
  }
}
