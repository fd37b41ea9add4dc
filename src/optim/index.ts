// Optimizers, clipping and learning-rate schedules.
import "../run/engine.ts";

export * from "./clip.ts";
export * from "./learning-rate.ts";
export * from "./optimizers/index.ts";
export { type Schedule, type ScheduleKind, scheduleKinds } from "./schedules/index.ts";
export * from "./update.ts";
