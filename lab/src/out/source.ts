// The table of a recipe as a file that can be taken along: what the command line, the program and the run folder read.
import { ChainruleError } from "chainrule";
import type { RunSettings } from "chainrule/runs";
import type { Recipe } from "../recipe/recipe.ts";
import { csvOf } from "../sets/csv.ts";
import { setOf } from "../sets/index.ts";
import type { OwnFile } from "../training/open.ts";
import { readTable } from "../training/open-table.ts";

/** What the command line is told of the recipe: its settings, the target of a built-in set, and that all bits are the same everywhere. */
export function settingsOfRecipe({ data, settings }: Recipe): RunSettings {
  const set = data.kind === "set" ? setOf(data.name) : undefined;
  const target = set?.kind === "table" ? set.target : settings.target;
  if (target === undefined)
    throw new ChainruleError("INVALID_ARGUMENT", "Say which column is predicted: choose a target.", {
      setting: "target",
    });
  return { ...settings, target, deterministic: true };
}

/** The name of the table's file; undefined of a lesson, which has its few numbers in itself. */
export function sourceName({ data }: Recipe): string | undefined {
  if (data.kind === "file") return data.name;
  return setOf(data.name).kind === "lesson" ? undefined : `${data.name}.csv`;
}

/** The file itself. */
export async function sourceOf(recipe: Recipe, file?: OwnFile): Promise<OwnFile | undefined> {
  const name = sourceName(recipe);
  if (recipe.data.kind === "file" || name === undefined) return file;
  const { table } = await readTable(recipe);
  return { name, bytes: new TextEncoder().encode(csvOf(table)) };
}
