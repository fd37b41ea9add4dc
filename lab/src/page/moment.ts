// The four moments of a step, as the network shows them one after the other.
import { Cell } from "./cell.ts";

export const moments = ["forward", "loss", "backward", "update"] as const;

/** Values appear layer by layer, then the loss, then δ from the output back, then the weights change. */
export type Moment = (typeof moments)[number];

/** Undefined: everything at once, as while a training plays. Who sets "update" does so before the step, or right after it. */
export const moment = new Cell<Moment | undefined>(undefined);

/** What is seen in each. */
export const momentWords: Readonly<Record<Moment, string>> = {
  forward: "Forward: values, layer after layer",
  loss: "Loss: how far the output is from its target",
  backward: "Backward: δ and gradients, from the output back",
  update: "Update: every parameter moves against its gradient",
};

/** On to the next moment; the step is taken with the last one, and behind it everything is shown at once again. */
export async function showNextMoment(step: () => Promise<void>): Promise<void> {
  const at = moment.get();
  const next = moments[at === undefined ? 0 : moments.indexOf(at) + 1];
  moment.set(next);
  if (next === "update") await step();
}
