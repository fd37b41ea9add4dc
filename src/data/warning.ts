// Something unusual about a table that a person should know, with the settings that change what is done about it.

import type { SettingAdvice } from "../ir/setting-advice.ts";

export type { SettingAdvice };

export interface DataWarning {
  /** The column it is about; absent where it is about the table. */
  readonly column?: string;
  /** A sentence. */
  readonly message: string;
  /** Each says what it does, as a sentence: "takes them as missing". */
  readonly settings: readonly SettingAdvice[];
}
