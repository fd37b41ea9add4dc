// Settings given: read from text and written as text, checked, and changed.
import { ChainruleError } from "../../ir/errors.ts";
import { excerpt } from "../../ir/json.ts";
import { type SettingKey, type Settings, settingKeys, settings } from "./index.ts";
import type { Setting } from "./setting.ts";

/** A record without the types of its values, for what treats all of them alike. */
export const settingOf = (key: SettingKey): Setting<unknown> => settings[key] as Setting<unknown>;

/**
 * The value that a text says. Throws INVALID_ARGUMENT, with the setting and its choices in `details`.
 *
 * @example
 * parseSetting("hidden", "64,32"); // [64, 32]
 */
export function parseSetting<K extends SettingKey>(key: K, text: string): NonNullable<Settings[K]> {
  const { type, sum } = settingOf(key);
  const values = ((sum && listOf(text)) ?? [text]).map((part): unknown => {
    const value = type.parse(part);
    if (value === undefined) throw invalid(key, part);
    return value;
  });
  return values.reduce((a, b) => sum!.add(a, b)) as NonNullable<Settings[K]>;
}

/** The text that `parseSetting` reads as this value: of several that add up, a list in JSON of their texts. */
export function printSetting<K extends SettingKey>(key: K, value: NonNullable<Settings[K]>): string {
  const { type, sum } = settingOf(key);
  if (sum === undefined) return type.print(value);
  const texts = sum.parts(value).map((part) => type.print(part));
  return texts.length === 1 && listOf(texts[0]!) === undefined ? texts[0]! : JSON.stringify(texts);
}

/** The texts in a list of JSON; undefined where the text is no list of some. */
function listOf(text: string): readonly string[] | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.length > 0 && list.every((part) => typeof part === "string") ? list : undefined;
  } catch {
    return undefined;
  }
}

/** Throws INVALID_ARGUMENT for a value that a setting cannot have. */
export function checkSettings(given: Settings): void {
  for (const key of settingKeys) {
    const value = given[key];
    if (value !== undefined && !settingOf(key).type.holds(value)) throw invalid(key, value);
  }
}

function invalid(key: SettingKey, value: unknown): ChainruleError {
  const { must, choices } = settingOf(key).type;
  const got = typeof value === "number" ? String(value) : excerpt(value);
  return new ChainruleError("INVALID_ARGUMENT", `${key} must be ${must}; got ${got}.`, {
    setting: key,
    value,
    ...(choices && { choices }),
  });
}

/** Settings with some of them set anew: what conflicts with these is dropped, and what adds up is added. */
export function withSettings<S extends object>(before: S, change: Settings): S {
  const after: { [key: string]: unknown } = Object.fromEntries(Object.entries(before));
  for (const key of settingKeys) {
    const value = change[key];
    if (value === undefined) continue;
    const { sum } = settingOf(key);
    for (const other of settingKeys) if (areInConflict(key, other)) delete after[other];
    const had = after[key];
    after[key] = sum && had !== undefined ? sum.add(had, value) : value;
  }
  return after as S;
}

export const areInConflict = (a: SettingKey, b: SettingKey): boolean =>
  (settingOf(a).conflicts?.includes(b) || settingOf(b).conflicts?.includes(a)) ?? false;

/** Those of some lists alone: of dataSettings, for example. */
export const pick = <R extends object>(
  given: object,
  records: R,
): { readonly [K in keyof R & SettingKey]?: Settings[K] } =>
  Object.fromEntries(Object.entries(given).filter(([key]) => Object.hasOwn(records, key))) as Settings;
