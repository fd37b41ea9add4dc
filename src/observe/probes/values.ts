// Probe: the values on the way through the model, and their gradients.
import type { Probe } from "./probe.ts";
import { deviation } from "./sums.ts";

export const valuesProbe: Probe<"values"> = {
  name: "values",
  trace({ plan, values, gradients, sketch }) {
    const points = plan.chain.map(({ name }) => ({
      name,
      value: sketch(values[name]!),
      gradient: sketch(gradients[name]!),
    }));
    return {
      outputs: {
        value: Object.fromEntries(points.map(({ name, value }) => [name, value])),
        gradient: Object.fromEntries(points.map(({ name, gradient }) => [name, gradient])),
        spread: Object.fromEntries(plan.chain.map(({ name }) => [name, deviation(values[name]!)])),
      },
    };
  },
  read: (outputs, { chain }) =>
    chain.map(({ name, made, size }) => {
      const value = outputs.sketch("value", name, size);
      const deviation = Math.sqrt(outputs.figure("spread", name));
      return {
        name,
        made,
        value,
        gradient: outputs.sketch("gradient", name, size),
        spread: value.rms === 0 ? 0 : deviation / value.rms,
      };
    }),
};
