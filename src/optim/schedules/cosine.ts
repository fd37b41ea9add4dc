// The cosine schedule (Loshchilov and Hutter 2017, without restarts).
import { nonNegative, optional, positive } from "../../ir/fields.ts";
import type { Tensor } from "../../trace/tensor.ts";
import type { ScheduleRecord } from "./record.ts";

/** min + (base − min) (1 + cos(π step / steps)) / 2, then min */
export interface Cosine {
  readonly kind: "cosine";
  readonly steps: number;
  /** Default 0. */
  readonly min?: number;
}

/** From `from` at u = 0 to `to` at u = 1 along half a cosine. */
export const halfCosine = (u: Tensor, from: number, to: number): Tensor =>
  u
    .mul(Math.PI)
    .cos()
    .add(1)
    .mul((from - to) / 2)
    .add(to);

export const cosineRecord: ScheduleRecord<Cosine> = {
  kind: "cosine",
  fields: { steps: positive(), min: optional(nonNegative()) },
  at: ({ steps, min = 0 }, base, { t }) => halfCosine(t.div(steps).minimum(1), base, min),
  fitted: ({ steps, learningRate }) => ({ kind: "cosine", steps, min: learningRate / 100 }),
};
