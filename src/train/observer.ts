// Reads an observed step's outputs after it ran, and calls the hooks that watch.
import type { Hooks } from "../observe/hooks.ts";
import type { Observation } from "../observe/observation.ts";
import { readProbes } from "../observe/read-probes.ts";
import { globalNorm } from "../optim/optimizers.ts";
import type { Session } from "../run/session.ts";
import { Tensor } from "../trace/tensor.ts";
import type { TrainingModule } from "./step.ts";

/** Of the step that was done as the `step`-th, just now; `follows`: the one before it was observed, too. */
export type Observer = (step: number, follows: boolean) => Observation;

export function observer(session: Session, { probes, initial }: TrainingModule, hooks: Hooks = {}): Observer {
  const initialNorm = globalNorm(probes.parameters.map(({ name }) => initial.get(`parameters.${name}`)!)).item();
  const { outputs } = session.plan.programs.observe!;
  const read = (name: string): Tensor => Tensor.concrete(session.output("observe", name), outputs[name]!.shape);
  return (step, follows) => {
    for (const [name, { watch }] of Object.entries(hooks)) {
      if (`watched.${name}` in outputs) watch?.(read(`watched.${name}`), read(`watchedGradient.${name}`), step);
    }
    const sketches = session.output("observe", "sketches");
    const figures = session.output("observe", "figures");
    return readProbes(probes, { sketches, figures }, { step, follows, initialNorm });
  };
}
