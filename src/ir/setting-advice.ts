// Settings that messages speak of: as data beside the message, and as words of the library in it.

/**
 * A setting and what it does for what is told. An error has a list of them as `details.settings`; whoever shows the message
 * may put other words in place of these: the command line its flags.
 */
export interface SettingAdvice {
  /** Its key among the settings of a training. */
  readonly setting: string;
  /** Left out where the setting is meant whatever its value. */
  readonly value?: unknown;
  /** "takes it as missing": what follows the setting in the sentence. */
  readonly does?: string;
}

/**
 * A setting as programs write it, and what it does.
 *
 * @example
 * settingWords({ setting: "columnTypes", value: { id: "ignore" }, does: "leaves it out" });
 * // 'columnTypes: { id: "ignore" } leaves it out'
 */
export function settingWords({ setting, value, does }: SettingAdvice): string {
  const written = value === undefined ? setting : `${setting}: ${literal(value)}`;
  return does === undefined ? written : `${written} ${does}`;
}

/** As an object is written in a program, on one line. */
function literal(value: unknown): string {
  const json = JSON.stringify(value instanceof Map ? Object.fromEntries(value) : value, undefined, 1);
  return json.replace(/\n */g, " ").replace(/"([A-Za-z_$][\w$]*)":/g, "$1:");
}

/** The list that an error carries; empty where it has none. */
export function settingsIn(details: Readonly<Record<string, unknown>>): readonly SettingAdvice[] {
  const { settings } = details;
  return Array.isArray(settings) ? settings.filter((one) => typeof one?.setting === "string") : [];
}
