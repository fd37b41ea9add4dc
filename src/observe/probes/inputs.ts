// Probe: the gradients at the features, by column of the rows.
import type { InputProbe } from "../observation.ts";
import type { Probe } from "./probe.ts";
import { largest } from "./sums.ts";

/** So many features are told at most, so that an event stays small beside a wide table. */
const mostShown = 20;
/** Gradients that are looked at, of the batch's first rows, but so many rows at least: all of them are a product as large as the first layer's. */
const mostGradients = 8192;
const leastRows = 16;

/** Rows of the batch whose gradients are told of. */
export const rowsSeen = (batch: number, features: number): number =>
  Math.min(batch, Math.max(leastRows, Math.ceil(mostGradients / Math.max(1, features))));

export const inputsProbe: Probe<"inputs"> = {
  name: "inputs",
  trace({ plan, gradients, sketch }) {
    if (plan.features === undefined) return { outputs: {} };
    const { seen, features } = plan;
    const dx = gradients.x!.slice([0, 0], [rowsSeen(seen, features.length), features.length]);
    const scale = largest(sketch(dx));
    // √ mean over rows of dx², of dx by its largest element: [1, features].
    const rms = dx.div(scale).square().mean(0, { keepDims: true }).sqrt().mul(scale);
    return { outputs: { inputGradient: { x: rms } } };
  },
  read(outputs, { features }) {
    if (features === undefined) return undefined;
    const rms = outputs.row("inputGradient", "x", features.length);
    return largestOf(rms, mostShown).map((at): InputProbe => ({ name: features[at]!, gradientRms: rms[at]! }));
  },
};

/** Where the `count` largest sizes are, the largest first and NaN before all; of equal ones the first. In one pass: sorting 784 sizes takes a quarter of a millisecond. */
export function largestOf(sizes: ArrayLike<number>, count: number): number[] {
  const places: number[] = [];
  const found: number[] = [];
  for (let at = 0; at < sizes.length; at++) {
    const given = sizes[at]!;
    const size = Number.isNaN(given) ? Number.POSITIVE_INFINITY : given;
    if (found.length === count && !(size > found[count - 1]!)) continue;
    let to = Math.min(found.length, count - 1);
    for (; to > 0 && size > found[to - 1]!; to--) {
      found[to] = found[to - 1]!;
      places[to] = places[to - 1]!;
    }
    found[to] = size;
    places[to] = at;
  }
  return places;
}
