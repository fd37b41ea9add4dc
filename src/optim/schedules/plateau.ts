// The schedule that waits for the loss to fall.
import { optional, positive, whole } from "../../ir/fields.ts";
import type { ScheduleRecord } from "./record.ts";

/** Multiplied by `factor` (0.1) after `patience` (10) epochs without a better validation loss; the training loop does it */
export interface Plateau {
  readonly kind: "plateau";
  readonly factor?: number;
  readonly patience?: number;
}

export const plateauRecord: ScheduleRecord<Plateau> = {
  kind: "plateau",
  fields: { factor: optional(positive()), patience: optional(whole(0)) },
  at: (_, base, { t }) => t.mul(0).add(base),
  fitted: ({ patience }) => ({ kind: "plateau", factor: 0.3, patience: Math.ceil(patience / 3) }),
  watch({ factor = 0.1, patience = 10 }, { scale, best, waited }, loss) {
    if (loss < best) return { scale, best: loss, waited: 0 };
    if (waited < patience) return { scale, best, waited: waited + 1 };
    return { scale: scale * factor, best, waited: 0 };
  },
};
