// Adagrad: steps divided by the root of all squares so far (Duchi et al. 2011).
import { make, nonNegative, type Options } from "../../ir/fields.ts";
import type { OptimizerRecord, OptimizerSettings } from "../record.ts";

export interface Adagrad extends OptimizerSettings {
  readonly kind: "adagrad";
  readonly epsilon: number;
}

export const adagradRecord: OptimizerRecord<Adagrad> = {
  kind: "adagrad",
  fields: { learningRate: nonNegative(0.01), epsilon: nonNegative(1e-10), weightDecay: nonNegative(0) },
  forTables: { learningRate: 0.03 },
  rangeTest: { minimum: 3, divergence: 10 },
  slots: () => ({ square: 0 }),
  move({ epsilon }, g, slots) {
    const square = slots.square!.add(g.square());
    return { direction: g.div(square.sqrt().add(epsilon)), slots: { square } };
  },
};

/** s ← s + g²; θ ← θ − η g / (√s + ε) (Duchi et al. 2011). Default: η 0.01. */
export const adagrad = (options: Options<Adagrad> = {}): Adagrad => make(adagradRecord, options);
