// Optimizers, clipping and learning-rate schedules.
import "../run/engine.ts";

export * from "./optimizers.ts";
export * from "./schedules.ts";
