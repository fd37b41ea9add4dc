// The command line of a training of the page, and where it cannot be the same.
import { commandLine } from "chainrule/train";
import type { Recipe } from "../recipe/recipe.ts";
import type { Place } from "./place.ts";
import { settingsOfRecipe } from "./source.ts";

export interface Command {
  /** Absent where the command line cannot train it. */
  readonly line?: string;
  /** What is different there, each in a sentence. */
  readonly notes: readonly string[];
}

/** `file`: the name of the table's file; undefined of a lesson. */
export function commandOf(recipe: Recipe, file: string | undefined, place: Place): Command {
  if (file === undefined)
    return { notes: ["A lesson begins with weights of its own, which no command line gives. The TypeScript does."] };
  const { step, stepsPerEpoch, epochs, isEnded, validationRows } = place;
  const settings = settingsOfRecipe(recipe);
  const isHere = settings.schedule === "constant" && step > 0 && step % stepsPerEpoch === 0;
  const done = recipe.interventions.filter(({ after }) => after <= step).length;
  return {
    line: commandLine([file], isHere && !isEnded ? { ...settings, epochs: step / stepsPerEpoch } : settings),
    notes: [
      ...(done > 0
        ? [
            `The command line cannot change numbers on the way: it trains without the ${done === 1 ? "one change" : `${done} changes`} made by hand. The TypeScript has them.`,
          ]
        : []),
      ...(isHere || isEnded
        ? []
        : [
            `It trains to the end, ${epochs.toLocaleString("en-US")} epochs of ${stepsPerEpoch.toLocaleString("en-US")} steps; the page is at step ${step.toLocaleString("en-US")}.`,
          ]),
      ...(validationRows > 0
        ? [
            "Its model has the weights of the epoch with the lowest loss on the rows for validation; its checkpoint has the last ones, which the page shows.",
          ]
        : []),
    ],
  };
}
