// The constant schedule.
import type { ScheduleRecord } from "./record.ts";

/** base */
export interface Constant {
  readonly kind: "constant";
}

export const constantRecord: ScheduleRecord<Constant> = {
  kind: "constant",
  fields: {},
  at: (_, base, { t }) => t.mul(0).add(base),
  fitted: () => ({ kind: "constant" }),
};
