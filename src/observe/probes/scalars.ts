// Probes: the step's loss and its learning rate.
import type { Probe } from "./probe.ts";

export const lossProbe: Probe<"loss"> = {
  name: "loss",
  trace: ({ loss }) => ({ outputs: { loss: { "": loss } } }),
  read: (outputs) => outputs.figure("loss"),
};

export const learningRateProbe: Probe<"learningRate"> = {
  name: "learningRate",
  trace: ({ rate }) => ({ outputs: { learningRate: { "": rate } } }),
  // 0.01, where float32 has 0.009999999776.
  read: (outputs) => Number(outputs.figure("learningRate").toPrecision(7)),
};
