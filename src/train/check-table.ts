// What trainTable is given, checked in words before anything is computed.

import type { Prepared, Split } from "../data/index.ts";
import type { Target } from "../data/preprocessing.ts";
import { answerOf, classesOf, scaleOf } from "../data/target-kinds.ts";
import { quoteList, short } from "../data/wording.ts";
import { ChainruleError } from "../ir/errors.ts";
import { isRecord } from "../ir/json.ts";
import { came, invalid, sameWord } from "../ir/option-words.ts";
import { defaultLoss, fits, type LossName, lossesFor, lossRecord } from "../nn/losses/index.ts";
import { modelSettings, settingKeys } from "./settings/index.ts";
import type { TableSettings } from "./settings/resolve.ts";

/** Besides the settings. */
const options: { readonly [K in Exclude<keyof TableSettings, keyof typeof modelSettings>]-?: true } = {
  steps: true,
  observeEvery: true,
  variables: true,
  hold: true,
  signal: true,
  resume: true,
  ranks: true,
};

const names = [...Object.keys(modelSettings), ...Object.keys(options)];

/** Throws INVALID_ARGUMENT for what is no prepared table, and for a setting that there is not. */
export function checkTable(prepared: Prepared, settings: TableSettings): void {
  if (!isRecord(prepared) || !isRecord(prepared.train) || !isRecord(prepared.preprocessing))
    throw invalid(
      "prepared",
      `trainTable: its first argument must be a prepared table, prepare(table, { target }); got ${came(prepared)}.${tableMend(prepared)}`,
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

function tableMend(value: unknown): string {
  if (value instanceof Promise) return " Await it.";
  return isRecord(value) && Array.isArray(value.columns) ? " It is a table that is not prepared." : "";
}

/** Throws INVALID_ARGUMENT for a loss that does not fit the task, the number of classes, or that of targets. */
export function checkLoss(loss: LossName, { task, preprocessing: { targets } }: Prepared): void {
  const [first] = targets;
  const classes = classesOf(first!).length;
  if (lossRecord(loss).task !== task) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `The loss ${loss} does not fit a ${task}; choose one of ${lossesFor(task, targets.length).join(", ")}.`,
      { loss, task },
    );
  }
  if (!fits(loss, task, targets.length)) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `${loss} is for one target, and there are ${targets.length}: ${quoteList(targets.map(({ name }) => name))}. Use ${lossesFor(task, targets.length).join(" or ")}.`,
      { loss, targets: targets.map(({ name }) => name) },
    );
  }
  if (lossRecord(loss).isForTwoClasses && classes !== 2) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `${loss} is for two classes; "${first!.name}" has ${classes}. Use ${defaultLoss(task)}.`,
      { loss, classes },
    );
  }
}

/** Throws INVALID_ARGUMENT for numbers that the loss cannot take, or a scale that it cannot have. */
export function checkTargets(loss: LossName, prepared: Prepared): void {
  const { link } = lossRecord(loss);
  const { targets } = prepared.preprocessing;
  const shifted = targets.find((target) => scaleOf(target).centre !== 0);
  if (link === "log" && shifted !== undefined) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `${loss} needs a target that is not shifted, and that of "${shifted.name}" is standardised. Prepare the table with targetScale: "mean".`,
      { loss },
    );
  }
  if (prepared.task !== "regression") return;
  const { train, validation, tableRows, validationTable } = prepared;
  checkRange(loss, targets, train, (row) => ({ row: tableRows[row]! }));
  if (validation)
    checkRange(loss, targets, validation, (row) => ({ row: (validationTable?.rowNumbers ?? tableRows)[row]! }));
}

/** Throws INVALID_ARGUMENT for numbers that the loss cannot take, with where they stand: `origin` of the table's row. */
export function checkRange(
  loss: LossName,
  targets: readonly Target[],
  { y, rowNumbers }: Pick<Split, "y" | "rowNumbers">,
  origin: (row: number) => { readonly source?: string; readonly row: number },
): void {
  const { targets: kind, outputs, task } = lossRecord(loss);
  if (task !== "regression" || kind.range === undefined) return;
  const at = y.findIndex((value: number) => !kind.range!.includes(value, outputs(0)));
  if (at < 0) return;
  const target = targets[at % targets.length]!;
  const value = short(answerOf(target, y[at]!) as number);
  const found = origin(rowNumbers[Math.floor(at / targets.length)]!);
  const place = `${found.source === undefined ? "" : `${found.source}, `}row ${found.row}`;
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `${loss} is for ${kind.range.words(outputs(0))}; "${target.name}" is ${value} in ${place}. Mend the row, or use ${defaultLoss("regression")}.`,
    { loss, ...found, value },
  );
}
