// What is taken out of the page, in a chunk of its own: texts, weights, and the run folder as zip.
import type { Recipe } from "../recipe/recipe.ts";
import type { LabTraining } from "../training/lab-training.ts";
import type { OwnFile } from "../training/open.ts";
import { type Command, commandOf } from "./command.ts";
import { programOf, weightsName } from "./program.ts";
import { sourceName } from "./source.ts";

export { weightsOf } from "./weights.ts";

export interface Out {
  readonly command: Command;
  readonly program: string;
  /** The table's file; absent of a lesson. */
  readonly source?: string;
  /** The file of the weights. */
  readonly weights: string;
}

export function outOf(training: LabTraining, recipe: Recipe): Promise<Out> {
  return training.held((held) => {
    const { stepsPerEpoch, epochs, validationRows } = training.describe();
    const source = sourceName(recipe);
    const isEnded = training.standing === "ended" || held.epoch >= epochs;
    return {
      command: commandOf(recipe, source, { step: held.step, stepsPerEpoch, epochs, validationRows, isEnded }),
      program: programOf({
        recipe,
        step: held.step,
        file: source,
        shapeOf: (name) => held.read(`parameters.${name}`).shape,
      }),
      ...(source !== undefined && { source }),
      weights: weightsName(recipe),
    };
  });
}

/** `onStep` hears how far the training that is repeated for it has come. */
export async function runZip(
  recipe: Recipe,
  step: number,
  given: { readonly file?: OwnFile; onStep(step: number): void },
): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
  const { runFolder } = await import("./run-folder.ts");
  const { zipOf } = await import("./zip.ts");
  const run = await runFolder(recipe, step, given);
  return { name: `${run.name}.zip`, bytes: zipOf(run) };
}
