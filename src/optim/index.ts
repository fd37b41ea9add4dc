// Optimizers, clipping and learning-rate schedules.
export * from "./optimizers.ts";
export * from "./schedules.ts";
