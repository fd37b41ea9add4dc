// Learning-rate schedules: functions of the step, as plain data.
import { where } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";

/** Steps are counted from 0; `base` is the optimizer's learning rate. */
export type Schedule =
  /** base */
  | { readonly kind: "constant" }
  /** base · gamma^⌊step / every⌋ */
  | { readonly kind: "step"; readonly every: number; readonly gamma: number }
  /** base · gamma^(step / every), which grows where gamma > 1; every: 1 unless given */
  | { readonly kind: "exponential"; readonly gamma: number; readonly every?: number }
  /** min + (base − min) (1 + cos(π step / steps)) / 2, then min (Loshchilov and Hutter 2017, without restarts) */
  | { readonly kind: "cosine"; readonly steps: number; readonly min?: number }
  /** Rises linearly to base over `steps` steps, then follows `after`, whose steps begin there */
  | { readonly kind: "warmup"; readonly steps: number; readonly after?: Schedule }
  /** Rises by a cosine from base / 25 to base over the first `rise` (0.3) of the steps, falls to base / 250000 (Smith 2018) */
  | { readonly kind: "oneCycle"; readonly steps: number; readonly rise?: number }
  /** Multiplied by `factor` after `patience` epochs without a better validation loss; the training loop does it */
  | { readonly kind: "plateau"; readonly factor?: number; readonly patience?: number };

export type ScheduleKind = Schedule["kind"];
export const scheduleKinds: readonly ScheduleKind[] = Object.keys({
  constant: 0,
  step: 0,
  exponential: 0,
  cosine: 0,
  warmup: 0,
  oneCycle: 0,
  plateau: 0,
} satisfies Record<ScheduleKind, 0>) as ScheduleKind[];

/**
 * The learning rate of a step: a float scalar. `step` is an int32 scalar, counted from 0, traced or not.
 *
 * ```ts
 * learningRate({ kind: "step", every: 4, gamma: 0.5 }, 0.1, tensor(Int32Array.of(4)).reshape([])) // 0.05
 * ```
 */
export function learningRate(schedule: Schedule, base: number, step: Tensor): Tensor {
  const t = step.div(1);
  switch (schedule.kind) {
    case "constant":
    case "plateau":
      return t.mul(0).add(base);
    case "step":
      return power(schedule.gamma, t.div(schedule.every).floor()).mul(base);
    case "exponential":
      return power(schedule.gamma, t.div(schedule.every ?? 1)).mul(base);
    case "cosine":
      return cosine(t.div(schedule.steps).minimum(1), base, schedule.min ?? 0);
    case "warmup": {
      const { steps, after = { kind: "constant" } } = schedule;
      const rising = t.add(1).mul(base / steps);
      return where(t.less(steps), rising, learningRate(after, base, step.sub(steps).maximum(0)));
    }
    case "oneCycle": {
      const { steps, rise = 0.3 } = schedule;
      const peak = Math.max(1, rise * steps - 1);
      const up = cosine(t.div(peak).minimum(1), base / 25, base);
      const down = cosine(
        t
          .sub(peak)
          .div(Math.max(1, steps - 1 - peak))
          .maximum(0)
          .minimum(1),
        base,
        base / 250_000,
      );
      return where(t.lessEqual(peak), up, down);
    }
  }
}

/** gamma^x, gamma > 0 */
const power = (gamma: number, x: Tensor): Tensor => x.mul(Math.log(gamma)).exp();

/** From `from` at u = 0 to `to` at u = 1 along half a cosine. */
const cosine = (u: Tensor, from: number, to: number): Tensor =>
  u
    .mul(Math.PI)
    .cos()
    .add(1)
    .mul((from - to) / 2)
    .add(to);
