// AdamW: Adam whose weights decay by themselves, not by way of their gradients (Loshchilov and Hutter 2019).
import { make, nonNegative, type Options } from "../../ir/fields.ts";
import type { OptimizerRecord } from "../record.ts";
import { type AdamSettings, adamCorrections, adamFields, adamMove, adamSlots } from "./adam.ts";

export interface AdamW extends AdamSettings {
  readonly kind: "adamw";
}

export const adamwRecord: OptimizerRecord<AdamW> = {
  kind: "adamw",
  fields: { ...adamFields, weightDecay: nonNegative(0.01) },
  forTables: { learningRate: 0.01, weightDecay: 0.15 },
  rangeTest: { minimum: 10, divergence: 10 },
  isDecayDecoupled: true,
  slots: adamSlots,
  corrections: adamCorrections,
  move: adamMove,
};

/** Adam with decoupled weight decay, 0.01 unless given (Loshchilov and Hutter 2019). */
export const adamw = (options: Options<AdamW> = {}): AdamW => make(adamwRecord, options);
