// Interventions made: numbers of a training that are set by hand after a step.
import { ChainruleError } from "chainrule";
import type { HeldTraining } from "chainrule/train";
import type { Intervention } from "../recipe/recipe.ts";
import { elementOf, placeIn } from "./element.ts";

/** Those of the very step at which a training is. Throws INVALID_ARGUMENT for an element that there is not. */
export function applyInterventions(training: HeldTraining, interventions: readonly Intervention[]): void {
  for (const one of interventions) {
    if (one.after !== training.step) continue;
    if ("rate" in one) training.setLearningRate(one.rate);
    else write(training, one.element, one.value);
  }
}

function write(training: HeldTraining, element: string, value: number): void {
  const named = elementOf(element);
  const own = `parameters.${named?.name}`;
  const tensor = training.names.includes(own) ? training.read(own) : undefined;
  const at = named && tensor && placeIn(tensor.shape, named.indices);
  if (tensor === undefined || at === undefined)
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `There is no parameter ${element} in this network${tensor ? `: the shape of ${named!.name} is [${tensor.shape.join(", ")}]` : ""}.`,
      { element },
    );
  tensor.data[at] = value;
  training.write(own, tensor);
}
