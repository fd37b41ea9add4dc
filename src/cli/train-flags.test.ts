// Flags as data and as text: what a remedy says on a command line is what it sets.
import { Command } from "commander";
import { expect, it } from "vitest";
import type { Change } from "../diagnose/change.ts";
import { settingsOf } from "../runs/run-settings.ts";
import { flagText } from "../train/settings/flags.ts";
import { resolve } from "../train/settings/resolve.ts";
import { trainCommand } from "./commands/train.ts";
import { commandLine, givenFlags, type TrainFlags, withChange } from "./train-flags.ts";

/** A command line of words in single quotes or without. */
function parse(text: string): TrainFlags {
  const words = [...text.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
  const command = new Command().exitOverride();
  for (const option of trainCommand.options) command.addOption(option);
  command.argument("[data]");
  return givenFlags(command.parse(words, { from: "user" }).opts()) as TrainFlags;
}

const changes: readonly Change[] = [
  { standardize: true },
  { columnTypes: { "zip code": "ignore", id: "ignore" } },
  { hidden: [32, 16] },
  { depth: 3, width: 8 },
  { activation: "leakyRelu", init: "heUniform" },
  { init: "xavierUniform" },
  { normalization: "batch" },
  { normalization: "layer", residual: true },
  { learningRate: 9.4e-8 },
  { learningRate: 0.01, clipNorm: 1, batchSize: 64 },
];

it.each(changes)("%j: flags and data agree", (change) => {
  const before = "--target y --no-standardize --seed 3";
  const given = parse(`${before} ${flagText(change)}`);
  const set = withChange(parse(before), change);
  const result = (flags: TrainFlags) => resolve({ task: "regression", train: { rows: 100 } }, settingsOf(flags));
  expect(result(given)).toEqual(result(set));
  const prepares = ({ standardize, columnTypes }: TrainFlags) => flagText({ standardize, columnTypes });
  expect(prepares(given)).toBe(prepares(set));
});

it("the shape of the layers is replaced, however it was given", () => {
  const flags = withChange(parse("--target y --depth 8 --width 64"), { hidden: [16, 16] });
  expect(settingsOf(flags).hidden).toEqual([16, 16]);
});

it("standardises unless told otherwise", () => {
  expect(parse("--target y").standardize).toBe(true);
  expect(parse("--target y --no-standardize").standardize).toBe(false);
});

it.each([
  "--target y",
  "--target 'the y' --type 'zip code=category' --type id=ignore --no-standardize",
  "--target y --hidden none --batch-norm --optimizer sgd --lr 0.1 --seed 7 --validation 0.3",
  "--target y --depth 8 --width 16 --activation sigmoid --layer-norm --residual --deterministic --threads 1",
])("a command line for %s gives the same flags", (text) => {
  const flags = parse(text);
  const line = commandLine("my data.csv", flags);
  expect(line.startsWith("npx chainrule train 'my data.csv' --target ")).toBe(true);
  expect(parse(line.replace("npx chainrule train ", ""))).toEqual(flags);
});
