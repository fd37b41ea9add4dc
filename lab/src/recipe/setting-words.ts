// Settings as the page's controls name them, also in messages of the library, which name them as programs do.
import { printSetting, type SettingAdvice, type SettingKey, settings, settingsIn, settingWords } from "chainrule/train";

/** Controls that are no fields of the settings' own. */
const ownLabels: Readonly<Partial<Record<SettingKey, string>>> = { target: "Predict", hidden: "Hidden layers" };

/** "learningRate" → "Learning rate" */
export function settingLabel(key: SettingKey): string {
  const words = key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return ownLabels[key] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

const isSetting = (key: string): key is SettingKey => Object.hasOwn(settings, key);

/** "Validation 0.2 holds some back all the same" */
export function adviceLabel(advice: SettingAdvice): string {
  const { setting, value, does } = advice;
  if (!isSetting(setting)) return settingWords(advice);
  const written = value === undefined ? "" : ` ${printSetting(setting, value as never)}`;
  return `${settingLabel(setting)}${written}${does === undefined ? "" : ` ${does}`}`;
}

/** The message of what was thrown, with the labels of the settings that it carries in its details. */
export function messageOf(error: unknown): string {
  if (typeof error !== "object" || error === null || !("message" in error)) return String(error);
  const message = String(error.message);
  const details = "details" in error ? (error.details as Readonly<Record<string, unknown>>) : {};
  const advised = settingsIn(details).reduce(
    (text, advice) => text.replaceAll(settingWords(advice), () => adviceLabel(advice)),
    message,
  );
  const { setting } = details;
  if (typeof setting !== "string" || !isSetting(setting)) return advised;
  return advised.replaceAll(new RegExp(`\\b${setting}\\b`, "g"), settingLabel(setting));
}
