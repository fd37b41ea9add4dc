// The command line that trains what the page trains: the same bits.
import { flagText, type Settings } from "chainrule/train";
import { setOf } from "../sets/index.ts";
import type { DataChoice, Recipe } from "./recipe.ts";

/** The file's name; of a built-in set, the one that the page gives its table when it is saved. */
export const fileOf = (data: DataChoice): string => (data.kind === "file" ? data.name : `${data.name}.csv`);

/** Undefined for a lesson's network, which no table makes, and where numbers were changed by hand on the way. */
export function commandLine({ data, settings, interventions }: Recipe): string | undefined {
  const set = data.kind === "set" ? setOf(data.name) : undefined;
  if (set?.kind === "lesson" || interventions.length > 0) return undefined;
  const all: Settings = { ...settings, ...(set && { target: set.target }), deterministic: true };
  return `chainrule train ${shellWord(fileOf(data))} ${flagText(all)}`;
}

/** In single quotes where a shell would take it apart; what begins like a flag, as a path. */
const shellWord = (word: string): string =>
  word.startsWith("-")
    ? shellWord(`./${word}`)
    : /^[\w.,:=@%+/-]+$/.test(word)
      ? word
      : `'${word.replaceAll("'", `'\\''`)}'`;
