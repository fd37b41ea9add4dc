// Flags as data and as text: what a remedy says on a command line is what it sets.
import { Command } from "commander";
import { expect, it } from "vitest";
import { type Change, flagsOf } from "../diagnose/change.ts";
import { commandLine, settingsOf, type TrainFlags, withChange } from "./train-flags.ts";
import { addDataOptions, addNetworkOptions, addTrainingOptions } from "./train-options.ts";

/** A command line of words in single quotes or without. */
function parse(text: string): TrainFlags {
  const words = [...text.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
  const command = new Command().exitOverride();
  addTrainingOptions(addNetworkOptions(addDataOptions(command)), { course: true }).argument("[data]");
  return command.parse(words, { from: "user" }).opts();
}

const changes: readonly Change[] = [
  { standardize: true },
  { ignore: ["zip code", "id"] },
  { hidden: [32, 16] },
  { hidden: [8, 8, 8] },
  { activation: "leakyRelu", init: "heUniform" },
  { init: "xavierUniform" },
  { normalization: "batch" },
  { normalization: "layer", residual: true },
  { learningRate: 9.4e-8 },
  { learningRate: 0.01, clipNorm: 1, batchSize: 64 },
];

it.each(changes)("%j: flags and data agree", (change) => {
  const before = "--target y --no-standardize --seed 3";
  const given = parse(`${before} ${flagsOf(change)}`);
  const set = withChange(parse(before), change);
  expect(settingsOf(given)).toEqual(settingsOf(set));
  expect({ standardize: given.standardize, type: given.type }).toEqual({
    standardize: set.standardize,
    type: set.type,
  });
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
