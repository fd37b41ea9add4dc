// Settings, flags and what run.json holds: there and back, from the records.
import { shellWord } from "../../data/wording.ts";
import { type SettingKey, type Settings, settingKeys } from "./index.ts";
import type { Flag } from "./setting.ts";
import { settingOf } from "./values.ts";

/** A flag of a setting, as a command line and run.json know it. */
export interface SettingFlag {
  readonly key: SettingKey;
  readonly flag: Flag<unknown>;
  /** "--clip" */
  readonly long: string;
  /** Its name among the options of a command, and in run.json: "clip". */
  readonly name: string;
  /** What a switch leaves under its name: false for "--no-…". Undefined of flags with a value. */
  readonly sign: boolean | undefined;
}

export const settingFlags: readonly SettingFlag[] = settingKeys.flatMap((key) =>
  settingOf(key).flags.map((flag) => {
    const long = /--[a-z-]+/.exec(flag.flag)![0];
    const isNegated = long.startsWith("--no-");
    const name = long.slice(isNegated ? 5 : 2).replace(/-[a-z]/g, (part) => part[1]!.toUpperCase());
    return { key, flag, long, name, sign: flag.flag.includes("<") ? undefined : !isNegated };
  }),
);

/** Settings by their keys, from what options or run.json hold by the names of flags; what else these hold stays as it is. */
export function fromOptions(options: object): Settings {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]: [string, unknown]) => {
      const of = settingFlags.filter((one) => one.name === name);
      const found = of.find(({ sign }) => sign === undefined || sign === value);
      if (found === undefined) return [name, value];
      return [found.key, found.sign === undefined ? value : found.flag.sets];
    }),
  );
}

/** What `fromOptions` reads; maps as plain objects, so that it is JSON. */
export function toOptions(given: Settings): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => {
      if (!isSetting(key)) return [[key, value]];
      const found = flagFor(key, value);
      const plain: unknown = value instanceof Map ? Object.fromEntries(value) : value;
      return found ? [[found.name, found.sign ?? plain]] : [];
    }),
  );
}

/** A setting as it is given on a command line; no words where no flag sets the value. */
export function flagWords(key: SettingKey, value: unknown): string[] {
  const found = flagFor(key, value);
  if (found === undefined) return [];
  if (found.sign !== undefined) return [found.long];
  const { sum, type } = settingOf(key);
  return (sum?.parts(value) ?? [value]).flatMap((part) => [found.long, type.print(part)]);
}

/**
 * What a flag's text says, after what was given `before` by the same flag: "auto", where something finds the value. Undefined
 * where it says no such value.
 */
export function readFlag(key: SettingKey, text: string, before?: unknown): unknown {
  const { type, sum, auto } = settingOf(key);
  if (auto !== undefined && text === "auto") return text;
  const value = type.parse(text);
  return sum && value !== undefined && before !== undefined ? sum.add(before, value) : value;
}

/** What the text of a flag must be. */
export function flagMust(key: SettingKey): string {
  const { type, auto } = settingOf(key);
  return auto === undefined ? type.must : `${type.must}, or "auto"`;
}

/** Settings as they are given on a command line: "--activation relu --init heUniform". */
export const flagText = (given: Settings): string =>
  settingKeys
    .flatMap((key) => (given[key] === undefined ? [] : flagWords(key, given[key])))
    .map(shellWord)
    .join(" ");

/**
 * As `chainrule train` is called for a table's files and settings; what else is given goes as switches by their names.
 *
 * @example
 * commandLine(["iris.csv"], { target: "species", learningRate: 0.1 }); // "npx chainrule train iris.csv --target species --lr 0.1"
 */
export function commandLine(data: readonly string[], given: Settings): string {
  const { target, columnTypes, ...rest } = given;
  const first = { target, columnTypes };
  const words = Object.entries({ ...first, ...rest }).flatMap(([key, value]) => {
    if (value === undefined) return [];
    if (!isSetting(key)) return [`--${key}`];
    return isStatedDefault(key, value) ? [] : flagWords(key, value);
  });
  return ["npx chainrule train", ...[...data, ...words].map(shellWord)].join(" ");
}

/** The first of its flags, without a value: "--clip". */
export const flagName = (key: SettingKey): string => settingFlags.find((one) => one.key === key)!.long;

export const isSetting = (key: string): key is SettingKey => (settingKeys as readonly string[]).includes(key);

/** A default that a run states: command lines need not. */
export const isStatedDefault = (key: SettingKey, value: unknown): boolean => {
  const { stated, default: usual } = settingOf(key);
  return stated === true && value === usual;
};

const flagFor = (key: SettingKey, value: unknown): SettingFlag | undefined =>
  settingFlags.find((one) => one.key === key && (one.sign === undefined || one.flag.sets === value));
