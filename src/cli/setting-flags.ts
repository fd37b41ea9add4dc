// Settings on a command line: options from their records.
import { Option } from "commander";
import { flagMust, readFlag, type SettingFlag, settingFlags } from "../train/settings/flags.ts";
import type { SettingKey } from "../train/settings/index.ts";
import type { Flag, Setting } from "../train/settings/setting.ts";
import { onOrOff } from "../train/settings/value.ts";
import { settingOf } from "../train/settings/values.ts";
import { argument } from "./values.ts";

/** `course`: with those that say how long a training goes on and how the learning rate changes on the way. */
export const settingOptions = (records: object, { course }: { readonly course: boolean }): readonly Option[] =>
  settingFlags.filter(({ key }) => Object.hasOwn(records, key) && (course || !settingOf(key).course)).map(optionOf);

function optionOf(one: SettingFlag): Option {
  const { key, flag, sign } = one;
  const record = settingOf(key);
  const option = new Option(flag.flag, helpOf(flag, record));
  if (flag.help === undefined) option.hideHelp();
  if (record.required) option.makeOptionMandatory();
  option.conflicts(settingFlags.filter((other) => excludes(one, other)).map(({ name }) => name));
  if (sign !== undefined) return option;
  const { choices, isOpen } = record.type;
  if (choices && !record.sum) option.choices(choices as readonly string[]);
  if (!choices || record.sum || isOpen) option.argParser(parserOf(key));
  return option.default(record.stated ? record.default : undefined, defaultWords(record));
}

const parserOf = (key: SettingKey) => (text: string, before: unknown) =>
  argument({ parse: (given) => readFlag(key, given, before), must: flagMust(key) })(text);

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
