// Stochastic gradient descent, with momentum (Polyak 1964, Nesterov 1983).
import { boolean, make, nonNegative, type Options, share } from "../../ir/fields.ts";
import type { OptimizerRecord, OptimizerSettings } from "../record.ts";

export interface Sgd extends OptimizerSettings {
  readonly kind: "sgd";
  readonly momentum: number;
  readonly nesterov: boolean;
}

export const sgdRecord: OptimizerRecord<Sgd> = {
  kind: "sgd",
  fields: {
    learningRate: nonNegative(0.01),
    momentum: share(0),
    nesterov: boolean(false),
    weightDecay: nonNegative(0),
  },
  forTables: { learningRate: 0.05 },
  rangeTest: { minimum: 3, divergence: 5 },
  slots: ({ momentum }) => (momentum === 0 ? {} : { momentum: 0 }),
  move({ momentum, nesterov }, g, slots) {
    if (momentum === 0) return { direction: g, slots };
    const v = slots.momentum!.mul(momentum).add(g);
    return { direction: nesterov ? g.add(v.mul(momentum)) : v, slots: { momentum: v } };
  },
};

/** θ ← θ − η v, v ← momentum · v + g; with nesterov θ ← θ − η (g + momentum · v). Defaults: η 0.01, no momentum. */
export const sgd = (options: Options<Sgd> = {}): Sgd => make(sgdRecord, options);
