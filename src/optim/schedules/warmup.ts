// The schedule that rises before it follows another one.
import { nested, optional, positive } from "../../ir/fields.ts";
import { cosineRecord } from "./cosine.ts";
import type { Schedule } from "./index.ts";
import type { ScheduleRecord } from "./record.ts";

/** Rises linearly to base over `steps` steps, then follows `after`, whose steps begin there */
export interface Warmup {
  readonly kind: "warmup";
  readonly steps: number;
  /** Default: constant. */
  readonly after?: Schedule;
}

export const warmupRecord: ScheduleRecord<Warmup> = {
  kind: "warmup",
  fields: { steps: positive(), after: optional(nested("a schedule")) },
  at({ steps, after = { kind: "constant" } }, base, { step, t, where, follow }) {
    const rising = t.add(1).mul(base / steps);
    return where(t.less(steps), rising, follow(after, step.sub(steps).maximum(0)));
  },
  fitted(course) {
    const steps = Math.max(1, Math.round(course.steps / 20));
    return {
      kind: "warmup",
      steps,
      after: cosineRecord.fitted({ ...course, steps: Math.max(1, course.steps - steps) }),
    };
  },
};
