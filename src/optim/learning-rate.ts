// The learning rate of a step by a schedule.
import { where } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import { type Schedule, scheduleRecord } from "./schedules/index.ts";

/**
 * The learning rate of a step: a float scalar. `step` is an int32 scalar, counted from 0, traced or not.
 *
 * ```ts
 * learningRate({ kind: "step", every: 4, gamma: 0.5 }, 0.1, tensor(Int32Array.of(4)).reshape([])) // 0.05
 * ```
 */
export const learningRate = (schedule: Schedule, base: number, step: Tensor): Tensor =>
  scheduleRecord(schedule.kind).at(schedule, base, {
    step,
    t: step.div(1),
    where,
    follow: (other, at) => learningRate(other, base, at),
  });
