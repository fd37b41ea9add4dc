// The schedule that falls in steps.
import { positive } from "../../ir/fields.ts";
import { power } from "./exponential.ts";
import type { ScheduleRecord } from "./record.ts";

/** base · gamma^⌊step / every⌋ */
export interface Step {
  readonly kind: "step";
  readonly every: number;
  readonly gamma: number;
}

export const stepRecord: ScheduleRecord<Step> = {
  kind: "step",
  fields: { every: positive(), gamma: positive() },
  at: ({ every, gamma }, base, { t }) => power(gamma, t.div(every).floor()).mul(base),
  fitted: ({ steps }) => ({ kind: "step", every: Math.max(1, Math.ceil(steps / 3)), gamma: 0.1 }),
};
