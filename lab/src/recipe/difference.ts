// What a twin has otherwise than its training, in the words of the command line.
import { flagText, settings as records, type SettingKey, type Settings } from "chainrule/train";

/** "--lr 0.1 instead of 0.03", one after the other. */
export const differenceWords = (change: Settings, base: Settings): string =>
  (Object.keys(change) as SettingKey[])
    .map((key) => `${flagText({ [key]: change[key] })} instead of ${beforeWords(key, base)}`)
    .join(", ");

function beforeWords(key: SettingKey, base: Settings): string {
  if (base[key] === undefined) return defaultWords(key);
  const flag = flagText({ [key]: base[key] });
  const at = flag.indexOf(" ");
  // Without the flag's name, where it has a value.
  return at < 0 ? flag : flag.slice(at + 1);
}

function defaultWords(key: SettingKey): string {
  const { default: usual, defaultWords: words } = records[key];
  if (words !== undefined) return words;
  return typeof usual === "function" || usual === undefined ? "its default" : String(usual);
}
