// Settings that messages of the library speak of, in the words of the command line.
import type { ChainruleError } from "../ir/errors.ts";
import { type SettingAdvice, settingsIn, settingWords } from "../ir/setting-advice.ts";
import { flagName, flagText, isSetting } from "../train/settings/flags.ts";

/** Options of commands that are no settings of a training. */
const options: Readonly<Record<string, string>> = { oddCells: "--coerce" };

/** "--type id=ignore leaves it out"; the library's words for what no flag sets. */
export function adviceWords(advice: SettingAdvice): string {
  const { setting, value, does } = advice;
  const flag = isSetting(setting)
    ? value === undefined
      ? flagName(setting)
      : flagText({ [setting]: value })
    : (options[setting] ?? "");
  if (flag === "") return settingWords(advice);
  return does === undefined ? flag : `${flag} ${does}`;
}

/** A text of the library that speaks of these settings, with their flags. */
export const withFlagsFor = (text: string, settings: readonly SettingAdvice[]): string =>
  settings.reduce((words, advice) => words.replaceAll(settingWords(advice), () => adviceWords(advice)), text);

/** The message of an error, with the flags of the settings that it carries. */
export const messageOf = ({ message, details }: ChainruleError): string => withFlagsFor(message, settingsIn(details));
