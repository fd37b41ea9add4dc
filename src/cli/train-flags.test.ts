// Flags as data and as text: what a remedy says on a command line is what it sets.
import { Command } from "commander";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { delimiters } from "../data/formats/dialect.ts";
import { decimalMarks } from "../data/number-notation.ts";
import { columnTypes } from "../data/reading.ts";
import type { Change } from "../diagnose/change.ts";
import { savedSettings, settingsOf } from "../runs/run-settings.ts";
import { flagText, flagWords, fromOptions, toOptions } from "../train/settings/flags.ts";
import { type SettingKey, type Settings, settingKeys } from "../train/settings/index.ts";
import { resolve } from "../train/settings/resolve.ts";
import { parseSetting, printSetting, settingOf, withSettings } from "../train/settings/values.ts";
import { trainCommand } from "./commands/train.ts";
import { commandLine, type GivenFlags, givenFlags, type TrainFlags, withChange } from "./train-flags.ts";

/** A command line of words in single quotes or without. */
const parse = (text: string): TrainFlags =>
  parseWords([...text.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!)) as TrainFlags;

function parseWords(words: readonly string[]): GivenFlags {
  const command = new Command().exitOverride();
  for (const option of trainCommand.options) command.addOption(option);
  command.argument("[data]");
  return givenFlags(command.parse(words, { from: "user" }).opts());
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
  const line = commandLine(["my data.csv"], flags);
  expect(line.startsWith("npx chainrule train 'my data.csv' --target ")).toBe(true);
  expect(parse(line.replace("npx chainrule train ", ""))).toEqual(flags);
});

it("weight decay is that of the optimizer", () => {
  const decay = (given: Settings) => resolve({ task: "regression", train: { rows: 9 } }, given).optimizer.weightDecay;
  expect([decay({ weightDecay: 0 }), decay(parse("--target y --weight-decay 0.5")), decay({})]).toEqual([0, 0.5, 0.15]);
});

it.each([
  ["balanced", "balanced"],
  ["yes=9,no=0.5", { yes: 9, no: 0.5 }],
  ["a, b=2,c=d=1e-2", { "a, b": 2, "c=d": 0.01 }],
])("weights of classes: %s", (text, weights) => {
  const { classWeight } = parseWords(["--target", "y", "--class-weight", text]);
  expect(
    typeof classWeight === "string"
      ? classWeight
      : Object.fromEntries(Object.entries(toOptions({ classWeight }).classWeight!)),
  ).toEqual(weights);
});

it.each(["yes", "yes=", "yes=0", "yes=-1", "yes=1,no", "=2"])("weights of classes are not %s", (text) => {
  expect(() => parseSetting("classWeight", text)).toThrowError('classWeight must be "balanced", or CLASS=WEIGHT');
});

it.each([
  ["a=b", [{ column: "a", word: "b" }]],
  ['"a=b"', ["a=b"]],
  ['dose="a=b"', [{ column: "dose", word: "a=b" }]],
  ['"x=y"=0', [{ column: "x=y", word: "0" }]],
  ["x=y=0", [{ column: "x=y", word: "0" }]],
  ['height=5"', [{ column: "height", word: '5"' }]],
])("a mark of missing cells: %s", (text, marks) => {
  expect(parseSetting("missing", text)).toEqual(marks);
});

describe("any settings", () => {
  const whole = (min: number, max = Number.MAX_SAFE_INTEGER) => fc.integer({ min, max });
  const double = (max: number, min = 0) =>
    fc.double({ min, max, minExcluded: min === 0, maxExcluded: true, noNaN: true, noDefaultInfinity: true });
  const oneOf = <K extends SettingKey>(key: K) =>
    fc.constantFrom(...(settingOf(key).type.choices as readonly NonNullable<Settings[K]>[]));
  const type = fc.constantFrom(...columnTypes);
  const name = fc.string({ minLength: 1 });
  const word = fc.oneof(fc.string(), fc.constantFrom("a=b", "=", '"', '5"', '"a=b"', '="', "n = 1"));
  const columnWord = fc.record({ column: name, word });
  const values: { readonly [K in SettingKey]: fc.Arbitrary<NonNullable<Settings[K]>> } = {
    target: fc.oneof(fc.string(), fc.array(fc.string(), { minLength: 2 })),
    task: oneOf("task"),
    columnTypes: fc.oneof(
      fc.dictionary(name, type, { minKeys: 1 }),
      fc.array(fc.tuple(name, type), { minLength: 1 }).map((entries) => new Map(entries)),
    ),
    missing: fc.array(fc.oneof(word, columnWord), { minLength: 1 }),
    values: fc.array(columnWord, { minLength: 1 }),
    delimiter: fc.constantFrom(...delimiters),
    header: fc.boolean(),
    decimal: fc.constantFrom(...decimalMarks),
    dateOrder: oneOf("dateOrder"),
    validation: fc.oneof(fc.constant(0), double(1)),
    validationData: fc.oneof(fc.string(), fc.array(fc.string(), { minLength: 2 })),
    group: fc.string(),
    time: fc.string(),
    standardize: fc.boolean(),
    hidden: fc.array(whole(1, 999999), { maxLength: 5 }),
    depth: whole(0, 1000),
    width: whole(1, 999999),
    activation: oneOf("activation"),
    init: oneOf("init"),
    normalization: oneOf("normalization"),
    residual: fc.boolean(),
    dropout: fc.oneof(fc.constant(0), double(1)),
    loss: oneOf("loss"),
    classWeight: fc.oneof(
      fc.constant("balanced" as const),
      fc.dictionary(
        name.map((text) => text.replaceAll("=", "-")),
        double(1e300),
        { minKeys: 1 },
      ),
    ),
    optimizer: oneOf("optimizer"),
    learningRate: double(1e300),
    weightDecay: fc.double({ min: 0, max: 1e300, noNaN: true }),
    clipNorm: double(1e300),
    schedule: oneOf("schedule"),
    epochs: whole(1),
    batchSize: whole(1),
    accumulate: whole(1),
    patience: whole(1),
    seed: whole(0, 2 ** 32 - 1),
    backend: oneOf("backend"),
    threads: whole(1),
    deterministic: fc.boolean(),
  };
  const settings = fc
    .record(values, { requiredKeys: ["target"] })
    // Of those in conflict the one that comes last.
    .map(({ target, ...given }) =>
      settingKeys.reduce<Settings & Pick<TrainFlags, "target">>(
        (before, key) => (key === "target" ? before : withSettings(before, { [key]: given[key] })),
        { target },
      ),
    );

  const plain = (value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value);
  /** Without what no flag sets, which is so anyway; with the defaults that every run states. */
  const stated = (given: object) =>
    Object.fromEntries(
      settingKeys.flatMap((key) => {
        const value = (given as Settings)[key] ?? (settingOf(key).stated ? settingOf(key).default : undefined);
        if (value === undefined || (value === settingOf(key).default && flagWords(key, value).length === 0)) return [];
        return [[key, plain(value)]];
      }),
    );

  it("are the same from the words of a command line", () => {
    fc.assert(
      fc.property(settings, fc.boolean(), (given, auto) => {
        const asked = auto ? { ...given, learningRate: "auto" } : given;
        const words = settingKeys.flatMap((key) => {
          const value: unknown = (asked as Settings)[key];
          return value === undefined ? [] : flagWords(key, value);
        });
        expect(stated(parseWords(words))).toEqual(stated(asked));
      }),
    );
  });

  it("are the same from run.json", () => {
    fc.assert(
      fc.property(settings, (given) => {
        const json: object = JSON.parse(JSON.stringify(savedSettings(given)));
        expect(stated(fromOptions(json))).toEqual(stated(given));
      }),
    );
  });

  it.each(settingKeys)("%s is the same from the text of its value", (key) => {
    const { holds } = settingOf(key).type;
    fc.assert(
      fc.property(values[key] as fc.Arbitrary<never>, (value) => {
        expect(holds(value)).toBe(true);
        expect(plain(parseSetting(key, printSetting(key, value)))).toEqual(plain(value));
      }),
    );
  });
});
