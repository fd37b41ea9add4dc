// RMSprop: steps divided by a running root mean square of the gradient (Hinton 2012).
import { make, nonNegative, type Options, share } from "../../ir/fields.ts";
import type { OptimizerRecord, OptimizerSettings } from "../record.ts";

export interface Rmsprop extends OptimizerSettings {
  readonly kind: "rmsprop";
  readonly alpha: number;
  readonly epsilon: number;
  readonly momentum: number;
}

export const rmspropRecord: OptimizerRecord<Rmsprop> = {
  kind: "rmsprop",
  fields: {
    learningRate: nonNegative(0.01),
    alpha: share(0.99),
    epsilon: nonNegative(1e-8),
    momentum: share(0),
    weightDecay: nonNegative(0),
  },
  forTables: { learningRate: 0.003 },
  rangeTest: { minimum: 3, divergence: 10 },
  slots: ({ momentum }) => (momentum === 0 ? { square: 0 } : { square: 0, momentum: 0 }),
  move({ alpha, epsilon, momentum }, g, slots) {
    const square = slots.square!.mul(alpha).add(g.square().mul(1 - alpha));
    const scaled = g.div(square.sqrt().add(epsilon));
    if (momentum === 0) return { direction: scaled, slots: { square } };
    const v = slots.momentum!.mul(momentum).add(scaled);
    return { direction: v, slots: { square, momentum: v } };
  },
};

/** s ← α s + (1 − α) g²; v ← momentum · v + g / (√s + ε); θ ← θ − η v (Hinton 2012). Defaults: η 0.01, α 0.99. */
export const rmsprop = (options: Options<Rmsprop> = {}): Rmsprop => make(rmspropRecord, options);
