// Training progress where there is no terminal: a plain line now and then.
import type { EpochEvent } from "../../train/events.ts";
import { duration, magnitude } from "./format.ts";
import { figures, type LiveState } from "./live-view.ts";
import { padEnd } from "./text.ts";

/** About twenty lines per training: the first epoch, the last, and every twentieth part between. */
export function isReported({ epoch }: EpochEvent, epochs: number): boolean {
  return epoch === 1 || epoch === epochs || epoch % Math.ceil(epochs / 20) === 0;
}

/** "epoch  5/50  loss 0.3412   validation 0.3561   accuracy 87.31%   12.3k rows/s  1m 20s left" */
export function plainLine(state: LiveState): string {
  const epoch = `epoch ${String(state.epoch).padStart(String(state.epochs).length)}/${state.epochs}`;
  const parts = figures(state).map(([, label, value]) => (label ? `${label} ${padEnd(value, 7)}` : value));
  if (state.secondsLeft !== undefined && state.epoch < state.epochs) parts.push(`${duration(state.secondsLeft)} left`);
  return [epoch, ...parts].join("  ").trimEnd();
}

/** "             gradients 2.1e-3  9.8e-3  4.0e-2", from the input to the output; a deep network's innermost are left out. */
export function plainGradients(state: LiveState): string {
  const indent = " ".repeat(`epoch ${state.epochs}/${state.epochs}  `.length);
  const sizes = state.layers.map((layer) => magnitude(layer.gradientRms));
  const shown = sizes.length <= 6 ? sizes : [...sizes.slice(0, 3), "…", ...sizes.slice(-3)];
  return `${indent}gradients ${shown.join("  ")}`;
}
