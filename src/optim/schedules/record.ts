// What a learning-rate schedule is: the fields of its plain data, its rate at a step, and how it fits a training.
import type { Kind } from "../../ir/fields.ts";
import type { where } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import type { Schedule } from "./index.ts";

/** A step, and what a rate is computed with. */
export interface Moment {
  /** int32 scalar, counted from 0. */
  readonly step: Tensor;
  /** The same as a float. */
  readonly t: Tensor;
  readonly where: typeof where;
  /** The rate of another schedule at another step. */
  follow(schedule: Schedule, step: Tensor): Tensor;
}

/** A training that a schedule is fitted to. */
export interface Course {
  readonly steps: number;
  readonly learningRate: number;
  /** Epochs without progress after which it stops. */
  readonly patience: number;
}

/** What is known of the epochs so far by a schedule that watches the loss: plain data. */
export interface Watched {
  /** What the rate is multiplied by. */
  readonly scale: number;
  readonly best: number;
  /** Epochs since the best one. */
  readonly waited: number;
}

/** Imports no engine but by type, so that names are listed without it. */
export interface ScheduleRecord<S extends { readonly kind: string }> extends Kind<S> {
  /** The rate at a step: a float scalar. `base` is the optimizer's learning rate. */
  at(schedule: S, base: number, moment: Moment): Tensor;
  fitted(course: Course): S;
  /** Set where the rate follows the validation loss too: what is known after an epoch of that loss. */
  watch?(schedule: S, watched: Watched, loss: number): Watched;
}
