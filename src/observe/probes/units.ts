// Probe: how many units of each activation are saturated or dead.

import { where } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import type { Probe } from "./probe.ts";
import { slopes } from "./slopes.ts";

/** A unit is dead when it was so in this many observed batches, one after the other. */
const deadAfter = 6;

/** Observed batches, up to this one, in which a unit had no slope: [units]. */
const stateOf = (name: string): string => `probe.dead.${name}`;

export const unitsProbe: Probe<"units"> = {
  name: "units",
  states: ({ activations }, dtype) =>
    Object.fromEntries(activations.map(({ name, units }) => [stateOf(name), { shape: [units], dtype }])),
  trace({ plan, state, x, values }) {
    const next: Record<string, Tensor> = {};
    const saturated: Record<string, Tensor> = {};
    const dead: Record<string, Tensor> = {};
    for (const { name, activation, input } of plan.activations) {
      const seen = slopes(activation, input === undefined ? x : values[input]!);
      const batches = where(seen.alive.greater(0), 0, state[stateOf(name)]!.add(1));
      next[stateOf(name)] = batches;
      saturated[name] = seen.saturated;
      dead[name] = where(batches.greaterEqual(deadAfter), 1, 0).mean();
    }
    return { outputs: { saturated, dead }, state: next };
  },
  read: (outputs, { activations }) =>
    activations.map(({ name, activation, bounded, units }) => ({
      name,
      activation,
      bounded,
      units,
      saturated: outputs.figure("saturated", name),
      dead: outputs.figure("dead", name),
    })),
};
