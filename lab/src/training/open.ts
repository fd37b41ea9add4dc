// From a recipe to what a training is loaded from: a table prepared as the command line prepares it, or a lesson's network.
import { ChainruleError, tensor } from "chainrule";
import { type Prepared, parseTable, prepare, type Table, tableFromRows } from "chainrule/data";
import type { Layer } from "chainrule/nn";
import { sgd } from "chainrule/optim";
import { settingsOf, sharedOptions, textOptions } from "chainrule/runs";
import { type Settings, type TrainOptions, tableOptions } from "chainrule/train";
import type { Recipe, SetOptions } from "../recipe/recipe.ts";
import { type LessonSet, setOf, type TableSet } from "../sets/index.ts";

/** An own file, as it was dropped. */
export interface OwnFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A recipe made ready: what HeldTraining is loaded from, and what its numbers are of. */
export interface Opened {
  readonly options: TrainOptions;
  readonly model: Layer;
  /** Names of the columns of x. */
  readonly features: readonly string[];
  /** Of a classification, in the order of their indices. */
  readonly classes: readonly string[];
  /** Names of what is predicted. */
  readonly targets: readonly string[];
  /** Absent for a lesson. */
  readonly table?: Table;
  readonly prepared?: Prepared;
  /** Names of features that are worked out of others, and what adds them to a row. */
  readonly derived?: readonly string[];
  derive?(row: Readonly<Record<string, number>>): Readonly<Record<string, unknown>>;
}

/** Bits that are the same everywhere, in one thread: what the page trains is small. Every tenth step is looked into: some 20 % more time. */
const everywhere = { deterministic: true, threads: 1, sliceMilliseconds: 8, observeEvery: 10 } as const;

/** A row with the features that are worked out of its others. */
const withExtra = (set: TableSet, { extra = [] }: SetOptions, row: Readonly<Record<string, unknown>>) => ({
  ...row,
  ...Object.fromEntries(extra.map((feature) => [feature, set.extra![feature]!(row)])),
});

/** The table of a built-in set, with the features that were asked for beside its own. */
export function tableOfSet(name: string, set: TableSet, options: SetOptions): Table {
  const rows = set.rows(options).map((row) => {
    // The target stays last, as people write tables.
    const { [set.target]: target, ...features } = row;
    return { ...withExtra(set, options, features), [set.target]: target };
  });
  return tableFromRows(rows, { source: `${name}.csv` });
}

/**
 * Throws what reading and preparing a table throw, and INVALID_ARGUMENT where the recipe is of a file and none is given.
 * `file`: the one that the recipe names, whose hash the caller has checked.
 */
export async function openRecipe({ data, settings }: Recipe, file?: OwnFile): Promise<Opened> {
  if (data.kind === "set") {
    const set = setOf(data.name);
    if (set.kind === "lesson") return openLesson(set, settings);
    const opened = openTable(tableOfSet(data.name, set, data.options), { ...settings, target: set.target });
    return { ...opened, derived: data.options.extra ?? [], derive: (row) => withExtra(set, data.options, row) };
  }
  if (file === undefined)
    throw new ChainruleError("INVALID_ARGUMENT", `This training needs the file ${data.name}: choose it.`, { data });
  const table = await parseTable(file.bytes, { source: file.name, ...textOptions(settings) });
  return openTable(table, settings);
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
  const { features, targets } = prepared.preprocessing;
  const [first] = targets;
  return {
    options,
    model: options.model,
    features,
    classes: first?.kind === "classification" ? first.classes : [],
    targets: targets.map(({ name }) => name),
    table,
    prepared,
  };
}

function openLesson(set: LessonSet, { learningRate = 0.5, epochs = 10_000, seed }: Settings): Opened {
  const { model, loss, features } = set;
  const options: TrainOptions = {
    model,
    loss,
    data: { x: tensor(set.x.map((row) => [...row])), y: tensor(set.y.map((row) => [...row])) },
    features,
    optimizer: sgd({ learningRate }),
    epochs,
    variables: set.variables(),
    ...(seed !== undefined && { seed }),
    ...everywhere,
  };
  return { options, model, features, classes: [], targets: ["target"] };
}
