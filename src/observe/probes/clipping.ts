// Probe: what clipping left of the gradient.
import type { Probe } from "./probe.ts";

export const clippingProbe: Probe<"clipping"> = {
  name: "clipping",
  trace: ({ plan, slopes, clipped, sketch }) => ({
    outputs: {
      clippedGradient: Object.fromEntries(
        plan.parameters.flatMap(({ name }) =>
          clipped[name] === slopes[name] ? [] : [[name, sketch(clipped[name]!)] as const],
        ),
      ),
    },
  }),
  read(outputs, { parameters }) {
    const gradient = outputs.norm("parameterGradient", parameters);
    if (gradient === 0 || !outputs.has("clippedGradient")) return 1;
    return outputs.norm("clippedGradient", parameters) / gradient;
  },
};
