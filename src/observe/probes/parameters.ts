// Probe: every parameter with its gradient and its update.
import type { Probe } from "./probe.ts";
import { dot } from "./sums.ts";

export const parametersProbe: Probe<"parameters"> = {
  name: "parameters",
  trace({ plan, parameters, slopes, sketch, update }) {
    const sketched = plan.parameters.map(({ name }) => ({
      name,
      gradient: sketch(slopes[name]!),
      update: sketch(update(name)),
    }));
    return {
      outputs: {
        parameterGradient: Object.fromEntries(sketched.map(({ name, gradient }) => [name, gradient])),
        parameterUpdate: Object.fromEntries(sketched.map(({ name, update }) => [name, update])),
        parameterSquare: Object.fromEntries(
          plan.parameters.map(({ name }) => [name, dot(parameters[name]!, parameters[name]!)]),
        ),
      },
    };
  },
  read: (outputs, plan) =>
    plan.parameters.map(({ name, size }) => ({
      name,
      size,
      rms: size === 0 ? 0 : Math.sqrt(outputs.figure("parameterSquare", name) / size),
      gradient: outputs.sketch("parameterGradient", name, size),
      update: outputs.sketch("parameterUpdate", name, size),
    })),
};
