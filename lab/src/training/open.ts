// From a recipe to what a training is loaded from: a table prepared as the command line prepares it, or a lesson's network.
import { type Tensor, tensor } from "chainrule";
import type { Prepared, Table } from "chainrule/data";
import type { Layer } from "chainrule/nn";
import { sgd } from "chainrule/optim";
import type { SettingKey, Settings, TrainOptions } from "chainrule/train";
import type { Recipe } from "../recipe/recipe.ts";
import { type ImageColumns, type LessonSet, setOf } from "../sets/index.ts";

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
  /** What the settings of network and training come to, as the command line writes them; those that come to nothing are absent. */
  readonly resolved: Readonly<Partial<Record<SettingKey, string>>>;
  /** Absent for a lesson. */
  readonly table?: Table;
  readonly prepared?: Prepared;
  /** Names of features that are worked out of others, and what adds them to a row. */
  readonly derived?: readonly string[];
  derive?(row: Readonly<Record<string, number>>): Readonly<Record<string, unknown>>;
  /** Where rows are images. */
  readonly image?: ImageColumns;
  /** Rows of the table's columns as the network reads them, [rows, features]. */
  encode?(rows: readonly Readonly<Record<string, unknown>>[]): Tensor;
}

/** Bits that are the same everywhere, in one thread: what the page trains is small. */
export const everywhere = { deterministic: true, threads: 1, sliceMilliseconds: 8 } as const;

/**
 * Throws what reading and preparing a table throw, and INVALID_ARGUMENT where the recipe is of a file and none is given.
 * `file`: the one that the recipe names, whose hash the caller has checked.
 */
export async function openRecipe(recipe: Recipe, file?: OwnFile): Promise<Opened> {
  const { data, settings } = recipe;
  const set = data.kind === "set" ? setOf(data.name) : undefined;
  if (set?.kind === "lesson") return openLesson(set, settings);
  const { openTable } = await import("./open-table.ts");
  return openTable(recipe, file);
}

/** What a lesson's training takes of the settings. */
export const lessonSettings = ({ learningRate = 0.5, epochs = 10_000, seed }: Settings) => ({
  ...{ learningRate, epochs, seed },
});

function openLesson(set: LessonSet, settings: Settings): Opened {
  const { learningRate, epochs, seed } = lessonSettings(settings);
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
  return { options, model, features, classes: [], targets: ["target"], resolved: {} };
}
