// Tables of the lab, built in or out of a file, prepared as the command line prepares them: in a chunk of its own, which lessons do without.
import { ChainruleError, type Tensor, tensor } from "chainrule";
import { prepare, type Table, tableFromRows, transform } from "chainrule/data";
import { settingsOf, sharedOptions, textOptions } from "chainrule/runs";
import {
  printSetting,
  type ResolvedTableSettings,
  resolve,
  type SettingKey,
  type Settings,
  tableOptions,
} from "chainrule/train";
import type { DataChoice, Recipe, SetOptions } from "../recipe/recipe.ts";
import { setOf, type TableSet } from "../sets/index.ts";
import { everywhere, type Opened, type OwnFile } from "./open.ts";

/** A row with the features that are worked out of its others. */
const withExtra = (set: TableSet, { extra = [] }: SetOptions, row: Readonly<Record<string, unknown>>) => ({
  ...row,
  ...Object.fromEntries(extra.map((feature) => [feature, set.extra![feature]!(row)])),
});

/** The table of a built-in set, with the features that were asked for beside its own. */
async function tableOfSet(name: string, set: TableSet, options: SetOptions): Promise<Table> {
  const rows = (await set.rows(options)).map((row) => {
    // The target stays last, as people write tables.
    const { [set.target]: target, ...features } = row;
    return { ...withExtra(set, options, features), [set.target]: target };
  });
  const table = tableFromRows(rows, { source: `${name}.csv` });
  // As lines of the file that it is saved as, whose header is line 1.
  return { ...table, rowNumbers: table.rowNumbers.map((number) => number + 1) };
}

/** A table, and the settings by which it is prepared: those of a built-in set have its target. */
interface Given {
  readonly table: Table;
  readonly settings: Settings;
}

/** Throws what reading a table throws, and INVALID_ARGUMENT for a lesson, and for a file that is not given. */
export async function readTable({ data, settings }: Pick<Recipe, "data" | "settings">, file?: OwnFile): Promise<Given> {
  if (data.kind === "set") {
    const set = setOf(data.name);
    if (set.kind === "lesson") throw new ChainruleError("INVALID_ARGUMENT", `${set.title} is no table.`, { data });
    return { table: await tableOfSet(data.name, set, data.options), settings: { ...settings, target: set.target } };
  }
  if (file === undefined)
    throw new ChainruleError("INVALID_ARGUMENT", `This training needs the file ${data.name}: choose it.`, { data });
  return { table: await parsed(data.sha256, file, settings), settings };
}

/** The file that was read last, and how: settings change more often than files. */
let last: { readonly key: string; readonly table: Table } | undefined;

async function parsed(sha256: string, { name, bytes }: OwnFile, settings: Settings): Promise<Table> {
  const options = textOptions(settings);
  const key = JSON.stringify([sha256, name, options]);
  if (last?.key === key) return last.table;
  const { parseTable } = await import("./readers.ts");
  const table = await parseTable(bytes, { source: name, ...options });
  last = { key, table };
  return table;
}

/** Throws what `readTable` and preparing a table throw. */
export async function openTable(recipe: Recipe, file?: OwnFile): Promise<Opened> {
  const { table, settings } = await readTable(recipe, file);
  const { target } = settings;
  if (target === undefined)
    throw new ChainruleError("INVALID_ARGUMENT", "Say which column is predicted: choose a target.", {
      setting: "target",
    });
  const asked = { ...settings, target };
  const prepared = prepare(table, sharedOptions(asked));
  const options = { ...tableOptions(prepared, settingsOf(asked)), ...everywhere };
  const { preprocessing } = prepared;
  const { features, targets } = preprocessing;
  const [first] = targets;
  return {
    options,
    model: options.model,
    features,
    classes: first?.kind === "classification" ? first.classes : [],
    targets: targets.map(({ name }) => name),
    resolved: resolvedTexts(resolve(prepared, settingsOf(asked))),
    table,
    prepared,
    encode(rows): Tensor {
      const { x, rows: count } = transform(preprocessing, tableFromRows(rows, { source: "plane" }));
      return tensor(x).reshape([count, features.length]);
    },
    ...extraOf(recipe.data),
  };
}

function resolvedTexts({ optimizer, schedule, ...others }: ResolvedTableSettings): Opened["resolved"] {
  const named = { ...others, optimizer: optimizer.kind, schedule: schedule.kind };
  return Object.fromEntries(
    Object.entries(named).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, printSetting(key as SettingKey, value as never)]],
    ),
  );
}

/** Of a built-in set: what is worked out of its columns, and whether they are pixels. */
function extraOf(data: DataChoice): Pick<Opened, "derived" | "derive" | "image"> {
  const set = data.kind === "set" ? setOf(data.name) : undefined;
  if (data.kind === "file" || set?.kind !== "table") return {};
  return {
    derived: data.options.extra ?? [],
    derive: (row) => withExtra(set, data.options, row),
    ...(set.image && { image: set.image }),
  };
}
