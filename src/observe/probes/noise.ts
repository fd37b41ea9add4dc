// Probe: how far the gradients of the batch's rows disagree, over the dense layers.
import type { Tensor } from "../../trace/tensor.ts";
import type { Probe } from "./probe.ts";
import { largest, rowDots } from "./sums.ts";

export const noiseProbe: Probe<"noise"> = {
  name: "noise",
  trace({ plan, x, values, gradients, sketch }) {
    const scales: Record<string, Tensor> = {};
    const squares: Record<string, Tensor> = {};
    for (const { name, rowNorm, input } of plan.dense) {
      const delta = gradients[name]!;
      const scale = largest(sketch(delta));
      const inputs = input === undefined ? x : values[input]!;
      const scaled = delta.div(scale);
      scales[name] = scale;
      // Σ over rows of ‖δ‖² (‖a‖² + rowNorm), of δ by its largest element.
      squares[name] = rowDots(scaled, scaled).mul(rowDots(inputs, inputs).add(rowNorm)).sum();
    }
    return { outputs: { noiseScale: scales, noiseSquare: squares } };
  },
  read(outputs, { dense, parameters, batch, seen }) {
    if (dense.length === 0 || batch < 2) return undefined;
    const gradient =
      outputs.norm(
        "parameterGradient",
        parameters.filter(({ isDense }) => isDense),
      ) ** 2;
    if (gradient === 0) return undefined;
    // Of the rows' shares in the batch's gradient: of those that are seen, for all.
    const shares =
      (batch / seen) *
      dense
        .map(({ name }) => outputs.figure("noiseScale", name) ** 2 * outputs.figure("noiseSquare", name))
        .reduce((a, b) => a + b, 0);
    // A row's gradient is batch × its share: Σ ‖gₙ − g‖² = batch² Σ ‖shareₙ‖² − batch ‖g‖².
    const ratio = ((batch * shares) / gradient - 1) / (batch - 1);
    return { batch, examples: batch * shares, gradient, ratio: Math.max(0, ratio) };
  },
};
