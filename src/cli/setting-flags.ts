// Settings on a command line: options from their records, and there and back between settings, flags and what run.json holds.
import { type Command, Option } from "commander";
import { type SettingKey, type Settings, settingKeys } from "../train/settings/index.ts";
import type { Flag, Setting } from "../train/settings/setting.ts";
import { onOrOff } from "../train/settings/value.ts";
import { settingOf } from "../train/settings/values.ts";
import { shellWord } from "./output.ts";
import { argument } from "./values.ts";

/** A flag of a setting, as a command line and run.json know it. */
interface SettingFlag {
  readonly key: SettingKey;
  readonly flag: Flag<unknown>;
  /** "--clip" */
  readonly long: string;
  /** Its name among the options of a command, and in run.json: "clip". */
  readonly name: string;
  /** What a switch leaves under its name: false for "--no-…". Undefined of flags with a value. */
  readonly sign: boolean | undefined;
}

const settingFlags: readonly SettingFlag[] = settingKeys.flatMap((key) =>
  settingOf(key).flags.map((flag) => {
    const option = new Option(flag.flag);
    const sign = option.required ? undefined : !option.negate;
    return { key, flag, long: option.long!, name: option.attributeName(), sign };
  }),
);

/** `course`: with those that say how long a training goes on and how the learning rate changes on the way. */
export function addSettings(command: Command, keys: readonly string[], { course }: { readonly course: boolean }): void {
  for (const one of settingFlags)
    if (keys.includes(one.key) && (course || !settingOf(one.key).course)) command.addOption(optionOf(one));
}

function optionOf(one: SettingFlag): Option {
  const { key, flag, sign } = one;
  const record = settingOf(key);
  const option = new Option(flag.flag, helpOf(flag, record));
  if (flag.help === undefined) option.hideHelp();
  if (record.required) option.makeOptionMandatory();
  option.conflicts(settingFlags.filter((other) => excludes(one, other)).map(({ name }) => name));
  if (sign !== undefined) return option;
  const { choices } = record.type;
  if (choices && !record.sum) option.choices(choices as readonly string[]);
  else option.argParser(parserOf(record));
  return option.default(record.stated ? record.default : undefined, defaultWords(record));
}

/** Given once more, values add up where the setting says so. */
function parserOf({ type: { parse, must }, sum, auto }: Setting<unknown>) {
  const read = argument({ parse, must: auto === undefined ? must : `${must}, or "auto"` });
  return (text: string, before: unknown): unknown => {
    if (auto !== undefined && text === "auto") return text;
    return sum && before !== undefined ? sum.add(before, read(text)) : read(text);
  };
}

const helpOf = ({ help }: Flag<unknown>, { auto }: Setting<unknown>) =>
  auto === undefined ? help : `${help}, or "auto": ${auto}`;

function defaultWords({ default: usual, defaultWords: words, type }: Setting<unknown>): string | undefined {
  return words ?? (usual === undefined || typeof usual === "function" ? undefined : type.print(usual));
}

/** Flags that cannot be given together: of settings in conflict, or for two values of one that is not on or off. */
const excludes = (one: SettingFlag, other: SettingFlag): boolean =>
  one.key === other.key
    ? one.flag !== other.flag && settingOf(one.key).type !== onOrOff
    : (settingOf(one.key).conflicts?.includes(other.key) ?? false);

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

/** What `fromOptions` reads. */
export function toOptions(given: Settings): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => {
      if (!isSetting(key)) return [[key, value]];
      const found = flagFor(key, value);
      return found ? [[found.name, found.sign ?? value]] : [];
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

/** Settings as they are given on a command line: "--activation relu --init heUniform". */
export const flagText = (given: Settings): string =>
  settingKeys
    .flatMap((key) => (given[key] === undefined ? [] : flagWords(key, given[key])))
    .map(shellWord)
    .join(" ");

export const isSetting = (key: string): key is SettingKey => (settingKeys as readonly string[]).includes(key);

/** A default that a run states: command lines need not. */
export const isStatedDefault = (key: SettingKey, value: unknown): boolean => {
  const { stated, default: usual } = settingOf(key);
  return stated === true && value === usual;
};

const flagFor = (key: SettingKey, value: unknown): SettingFlag | undefined =>
  settingFlags.find((one) => one.key === key && (one.sign === undefined || one.flag.sets === value));
