// Something unusual about a table that a person should know, with the settings that change what is done about it.

/** A setting and a value of it, and what they do, as the end of a sentence: "takes them as missing". */
export interface SettingAdvice {
  readonly setting: string;
  readonly value: unknown;
  readonly does: string;
}

export interface DataWarning {
  /** The column it is about; absent where it is about the table. */
  readonly column?: string;
  /** A sentence. */
  readonly message: string;
  readonly settings: readonly SettingAdvice[];
}
