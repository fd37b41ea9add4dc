// Tables of the lab, built in or out of a file, prepared as the command line prepares them: in a chunk of its own, which lessons do without.
import { ChainruleError, type Tensor, tensor } from "chainrule";
import { prepare, type Table, tableFromRows, transform } from "chainrule/data";
import { settingsOf, sharedOptions, textOptions } from "chainrule/runs";
import { type Settings, tableOptions } from "chainrule/train";
import type { SetOptions } from "../recipe/recipe.ts";
import type { TableSet } from "../sets/index.ts";
import { everywhere, type Opened, type OwnFile } from "./open.ts";

/** A row with the features that are worked out of its others. */
const withExtra = (set: TableSet, { extra = [] }: SetOptions, row: Readonly<Record<string, unknown>>) => ({
  ...row,
  ...Object.fromEntries(extra.map((feature) => [feature, set.extra![feature]!(row)])),
});

/** The table of a built-in set, with the features that were asked for beside its own. */
export async function tableOfSet(name: string, set: TableSet, options: SetOptions): Promise<Table> {
  const rows = (await set.rows(options)).map((row) => {
    // The target stays last, as people write tables.
    const { [set.target]: target, ...features } = row;
    return { ...withExtra(set, options, features), [set.target]: target };
  });
  return tableFromRows(rows, { source: `${name}.csv` });
}

/** Throws what preparing a table throws. */
export async function openSet(name: string, set: TableSet, options: SetOptions, settings: Settings): Promise<Opened> {
  const opened = openTable(await tableOfSet(name, set, options), { ...settings, target: set.target });
  return { ...opened, derived: options.extra ?? [], derive: (row) => withExtra(set, options, row) };
}

/** Throws what reading and preparing a table throw. */
export async function openFile(file: OwnFile, settings: Settings): Promise<Opened> {
  return openTable(await readFile(file, settings), settings);
}

export async function readFile({ name, bytes }: OwnFile, settings: Settings): Promise<Table> {
  const { parseTable } = await import("./readers.ts");
  return parseTable(bytes, { source: name, ...textOptions(settings) });
}

function openTable(table: Table, settings: Settings): Opened {
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
    table,
    prepared,
    encode(rows): Tensor {
      const { x, rows: count } = transform(preprocessing, tableFromRows(rows, { source: "plane" }));
      return tensor(x).reshape([count, features.length]);
    },
  };
}
