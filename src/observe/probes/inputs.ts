// Probe: the gradients at the features, by column of the rows.
import type { InputProbe } from "../observation.ts";
import type { Probe } from "./probe.ts";
import { largest } from "./sums.ts";

/** So many features are told at most, so that an event stays small beside a wide table. */
const mostShown = 20;

export const inputsProbe: Probe<"inputs"> = {
  name: "inputs",
  trace({ plan, gradients, sketch }) {
    if (plan.features === undefined) return { outputs: {} };
    const dx = gradients.x!;
    const scale = largest(sketch(dx));
    // √ mean over rows of dx², of dx by its largest element: [1, features].
    const rms = dx.div(scale).square().mean(0, { keepDims: true }).sqrt().mul(scale);
    return { outputs: { inputGradient: { x: rms } } };
  },
  read(outputs, { features }) {
    if (features === undefined) return undefined;
    const rms = outputs.row("inputGradient", "x", features.length);
    const size = (at: number): number => (Number.isNaN(rms[at]!) ? Number.POSITIVE_INFINITY : rms[at]!);
    const order = features.map((_, at) => at).sort((a, b) => size(b) - size(a) || a - b);
    return order.slice(0, mostShown).map((at): InputProbe => ({ name: features[at]!, gradientRms: rms[at]! }));
  },
};
