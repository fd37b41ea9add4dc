// The list of schedules. It loads no engine, so that names are at hand everywhere.
import { excerpt, type Fail, noSuch, parse } from "../../ir/fields.ts";
import { isRecord } from "../../ir/json.ts";
import { constantRecord } from "./constant.ts";
import { cosineRecord } from "./cosine.ts";
import { exponentialRecord } from "./exponential.ts";
import { oneCycleRecord } from "./one-cycle.ts";
import { plateauRecord } from "./plateau.ts";
import type { Course, ScheduleRecord, Watched } from "./record.ts";
import { stepRecord } from "./step.ts";
import { warmupRecord } from "./warmup.ts";

/** The first one is the default for tables. */
export const scheduleRecords = {
  cosine: cosineRecord,
  constant: constantRecord,
  oneCycle: oneCycleRecord,
  warmup: warmupRecord,
  step: stepRecord,
  exponential: exponentialRecord,
  plateau: plateauRecord,
};

export type ScheduleKind = keyof typeof scheduleRecords;
export const scheduleKinds = Object.keys(scheduleRecords) as ScheduleKind[];

type ScheduleOf<R> = R extends ScheduleRecord<infer S> ? S : never;
/** Plain data: JSON, to be saved and read as it is. Steps are counted from 0; `base` is the optimizer's learning rate. */
export type Schedule = ScheduleOf<(typeof scheduleRecords)[ScheduleKind]>;

/** Throws INVALID_ARGUMENT for a kind that there is not. */
export function scheduleRecord(kind: ScheduleKind): ScheduleRecord<Schedule> {
  if (Object.hasOwn(scheduleRecords, kind)) return scheduleRecords[kind] as ScheduleRecord<Schedule>;
  throw noSuch("schedule", kind, scheduleKinds);
}

/** A schedule for a training of so many steps. */
export const fittedSchedule = (kind: ScheduleKind, course: Course): Schedule => scheduleRecord(kind).fitted(course);

/** Before the first epoch. */
const unwatched: Watched = { scale: 1, best: Number.POSITIVE_INFINITY, waited: 0 };

/**
 * What a schedule that watches the loss knows after an epoch of that loss, and what the rate is multiplied by from then on; undefined for
 * schedules that follow the steps alone.
 */
export const watchLoss = (schedule: Schedule, loss: number, before: Watched = unwatched): Watched | undefined =>
  scheduleRecord(schedule.kind).watch?.(schedule, before, loss);

/** Schedules within schedules, at most. */
const deepest = 10;

/** A schedule from JSON, every field checked. */
export function parseSchedule(json: unknown, at: string, fail: Fail, depth = 0): Schedule {
  if (depth > deepest) throw fail(`${at} is nested more than ${deepest} deep`);
  const kind = isRecord(json) ? scheduleKinds.find((known) => known === json.kind) : undefined;
  if (isRecord(json) && kind !== undefined)
    return parse(scheduleRecord(kind), json, at, fail, (inner, place) => parseSchedule(inner, place, fail, depth + 1));
  throw fail(`${at} must be a schedule, of a kind from ${scheduleKinds.join(", ")}; it is ${excerpt(json)}`);
}
