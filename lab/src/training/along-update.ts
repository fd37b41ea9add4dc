// The loss along an update: of its own batch, at θ + t d, where d is what the update added to the parameters.
import { type Tensor, tensor } from "chainrule";
import type { HeldTraining } from "chainrule/train";

/** Parameters by their names, as they were. */
export type Parameters = ReadonlyMap<string, Tensor>;

/** θ before the update at t = 0, after it at t = 1. */
export interface LossAlong {
  /** The step whose update it is. */
  readonly step: number;
  readonly t: Float64Array;
  readonly loss: Float64Array;
  /** ‖d‖ */
  readonly length: number;
}

/** From one update back to one more on. */
const places = Float64Array.from({ length: 31 }, (_, i) => Number((i / 10 - 1).toFixed(1)));

export const parametersOf = (training: HeldTraining): Parameters =>
  new Map(training.names.filter((name) => name.startsWith("parameters.")).map((name) => [name, training.read(name)]));

/** Leaves other parameters behind: who asks restores a snapshot. */
export function lossAlong(
  training: HeldTraining,
  before: Parameters,
  after: Parameters,
  rows: readonly number[],
): LossAlong {
  let squares = 0;
  for (const [name, { data }] of before)
    for (let i = 0; i < data.length; i++) squares += (after.get(name)!.data[i]! - data[i]!) ** 2;
  const loss = places.map((t) => {
    for (const [name, { data, shape }] of before) {
      const end = after.get(name)!.data;
      training.write(name, tensor(Float32Array.from(data, (value, i) => value + t * (end[i]! - value))).reshape(shape));
    }
    return training.look(rows).loss.item();
  });
  return { step: training.step, t: places, loss, length: Math.sqrt(squares) };
}
