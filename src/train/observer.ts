// Reads an observed step's outputs after it ran, and calls the hooks that watch.

import { parentPath } from "../nn/model.ts";
import type { Hooks } from "../observe/hooks.ts";
import type { InitialParameter, Observation } from "../observe/observation.ts";
import { readProbes } from "../observe/read-probes.ts";
import { readSketch } from "../observe/sketch.ts";
import { globalNorm } from "../optim/optimizers.ts";
import type { Session } from "../run/session.ts";
import { sketch } from "../trace/create.ts";
import { Tensor } from "../trace/tensor.ts";
import type { TrainingModule } from "./step.ts";

/** Of the step that was done as the `step`-th, just now; `follows`: the one before it was observed, too. */
export type Observer = (step: number, follows: boolean) => Observation;

/** The distance is measured anew after so many steps. */
const distanceEvery = 10;

export function observer(session: Session, { probes, initial }: TrainingModule, hooks: Hooks = {}): Observer {
  const initialNorm = globalNorm(probes.parameters.map(({ name }) => initial.get(`parameters.${name}`)!)).item();
  const { outputs } = session.plan.programs.observe!;
  const read = (name: string): Tensor => Tensor.concrete(session.output("observe", name), outputs[name]!.shape);
  let distance = 0;
  let measuredAt = Number.NEGATIVE_INFINITY;
  return (step, follows) => {
    for (const [name, { watch }] of Object.entries(hooks)) {
      if (`watched.${name}` in outputs) watch?.(read(`watched.${name}`), read(`watchedGradient.${name}`), step);
    }
    const sketches = session.output("observe", "sketches");
    const figures = session.output("observe", "figures");
    if (step - measuredAt >= distanceEvery) {
      session.run("distance");
      distance = Math.sqrt(session.output("distance", "distance")[0]!) / (initialNorm || 1);
      measuredAt = step;
    }
    return readProbes(probes, { sketches, figures }, { step, follows, distance });
  };
}

export const initialParameters = ({ probes, initial }: TrainingModule): InitialParameter[] =>
  probes.parameters.map(({ name, shape }) => {
    const value = initial.get(`parameters.${name}`)!;
    const layer = probes.chain.find((point) => point.name === parentPath(name) && point.layer !== undefined)?.made;
    return { name, ...(layer && { layer }), shape, value: readSketch(sketch(value).data, 0, value.size) };
  });
