// For tests of run folders: a training, what is told of its epochs and saved after them.
import type { EpochEvent } from "../train/events.ts";
import { runState } from "../train/run-state.ts";
import type { Snapshot } from "../train/snapshot.ts";
import type { RunDescription } from "./manifest.ts";

export const description = {
  name: "titanic",
  seed: 7,
  backend: "reference",
  data: { file: "titanic.csv", sha256: "0".repeat(64) },
  settings: { hidden: [64, 32], learningRate: 0.01 },
} satisfies RunDescription;
/** After the n-th epoch, of ten steps. */
export const snapshot = (n: number): Snapshot => {
  const values = new Map([["parameters.w", Float32Array.of(n)]]);
  return {
    ...{ format: 1, seed: 7, backend: "reference", seconds: n },
    machine: values,
    state: { ...runState(values), step: n * 10, epoch: n },
  };
};
/** Of the n-th epoch. */
export const epoch = (n: number): EpochEvent => ({
  type: "epoch",
  epoch: n,
  step: n * 10,
  loss: 1 / n,
  learningRate: 0.01,
  validation: { loss: 0.5, accuracy: 0.75 },
  best: true,
  layers: [{ name: "layers.0", gradientRms: 0.01, updateRatio: 0.001 }],
});
