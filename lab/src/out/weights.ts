// The weights of a training of the page as safetensors, with what predicts by them in the metadata.
import { settingsOf } from "chainrule/runs";
import { encodeModel, tableTelling } from "chainrule/train";
import type { Recipe } from "../recipe/recipe.ts";
import type { LabTraining } from "../training/lab-training.ts";
import { settingsOfRecipe } from "./source.ts";

/** As they are at its step: what `loadModel` of chainrule/train reads. */
export function weightsOf(training: LabTraining, recipe: Recipe): Promise<Uint8Array<ArrayBuffer>> {
  const { prepared, model } = training.opened;
  return training.held((held) => {
    const variables = held.variables();
    if (prepared === undefined) return encodeModel({ model, variables });
    return encodeModel({ ...tableTelling(prepared, settingsOf(settingsOfRecipe(recipe))).untrained, variables });
  });
}
