// Settings that messages of the library speak of, in the words of the command line.
import type { ChainruleError } from "../ir/errors.ts";
import { type SettingAdvice, settingsIn, settingWords } from "../ir/setting-advice.ts";
import { flagName, flagText, isSetting } from "../train/settings/flags.ts";

/** "--type id=ignore leaves it out"; the library's words for what no flag sets. */
export function adviceWords(advice: SettingAdvice): string {
  const { setting, value, does } = advice;
  if (!isSetting(setting)) return settingWords(advice);
  const flag = value === undefined ? flagName(setting) : flagText({ [setting]: value });
  if (flag === "") return settingWords(advice);
  return does === undefined ? flag : `${flag} ${does}`;
}

/** A text of the library that speaks of these settings, with their flags. */
export const withFlagsFor = (text: string, settings: readonly SettingAdvice[]): string =>
  settings.reduce((words, advice) => words.replaceAll(settingWords(advice), () => adviceWords(advice)), text);

/** The message of an error, with the flags of the settings that it carries. */
export const messageOf = ({ message, details }: ChainruleError): string => withFlagsFor(message, settingsIn(details));
