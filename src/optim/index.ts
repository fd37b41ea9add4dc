// Optimizers, clipping and learning-rate schedules.
import "../run/engine.ts";

export * from "./clip.ts";
export * from "./learning-rate.ts";
export {
  type Adagrad,
  type Adam,
  type AdamW,
  adagrad,
  adam,
  adamw,
  type Optimizer,
  type OptimizerKind,
  optimizerKinds,
  optimizers,
  type Rmsprop,
  rmsprop,
  type Sgd,
  sgd,
} from "./optimizers/index.ts";
export { type Schedule, type ScheduleKind, scheduleKinds } from "./schedules/index.ts";
export * from "./update.ts";
