// The list of schedules. It loads no engine, so that names are at hand everywhere.
import type { Fail } from "../../ir/fields.ts";
import { namesOf, parseKindOf, recordNamed } from "../../ir/record-list.ts";
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
export const scheduleKinds = namesOf(scheduleRecords);

type ScheduleOf<R> = R extends ScheduleRecord<infer S> ? S : never;
/** Plain data: JSON, to be saved and read as it is. Steps are counted from 0; `base` is the optimizer's learning rate. */
export type Schedule = ScheduleOf<(typeof scheduleRecords)[ScheduleKind]>;

const list = scheduleRecords as Readonly<Record<string, ScheduleRecord<Schedule>>>;

/** Throws INVALID_ARGUMENT for a kind that there is not. */
export const scheduleRecord = (kind: ScheduleKind): ScheduleRecord<Schedule> => recordNamed("schedule", list, kind);

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
  return parseKindOf("a schedule", list, json, at, fail, (inner, place) =>
    parseSchedule(inner, place, fail, depth + 1),
  );
}
