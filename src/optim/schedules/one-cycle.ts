// The one-cycle schedule (Smith 2018).
import { optional, positive, share } from "../../ir/fields.ts";
import { halfCosine } from "./cosine.ts";
import type { ScheduleRecord } from "./record.ts";

/** Rises by a cosine from base / 25 to base over the first `rise` (0.3) of the steps, falls to base / 250000 */
export interface OneCycle {
  readonly kind: "oneCycle";
  readonly steps: number;
  readonly rise?: number;
}

export const oneCycleRecord: ScheduleRecord<OneCycle> = {
  kind: "oneCycle",
  fields: { steps: positive(), rise: optional(share()) },
  at({ steps, rise = 0.3 }, base, { t, where }) {
    const peak = Math.max(1, rise * steps - 1);
    const up = halfCosine(t.div(peak).minimum(1), base / 25, base);
    const rest = Math.max(1, steps - 1 - peak);
    const down = halfCosine(t.sub(peak).div(rest).maximum(0).minimum(1), base, base / 250_000);
    return where(t.lessEqual(peak), up, down);
  },
  fitted: ({ steps }) => ({ kind: "oneCycle", steps }),
};
