// The exponential schedule.
import { optional, positive } from "../../ir/fields.ts";
import type { Tensor } from "../../trace/tensor.ts";
import type { ScheduleRecord } from "./record.ts";

/** base · gamma^(step / every), which grows where gamma > 1; every: 1 unless given */
export interface Exponential {
  readonly kind: "exponential";
  readonly gamma: number;
  readonly every?: number;
}

/** gamma^x, gamma > 0 */
export const power = (gamma: number, x: Tensor): Tensor => x.mul(Math.log(gamma)).exp();

export const exponentialRecord: ScheduleRecord<Exponential> = {
  kind: "exponential",
  fields: { gamma: positive(), every: optional(positive()) },
  at: ({ gamma, every = 1 }, base, { t }) => power(gamma, t.div(every)).mul(base),
  fitted: ({ steps }) => ({ kind: "exponential", gamma: 0.01, every: steps }),
};
