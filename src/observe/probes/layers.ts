// Figures of layers, from those of their parameters.
import { parentPath } from "../../nn/layer.ts";
import type { LayerStatistics, ParameterProbe } from "../observation.ts";

/** Parameters that share a path up to their own name: "layers.0.weight" and "layers.0.bias" are layer "layers.0". */
export function layersOf(parameters: readonly ParameterProbe[]): LayerStatistics[] {
  const groups = new Map<string, ParameterProbe[]>();
  for (const parameter of parameters) {
    const name = parentPath(parameter.name);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [parameter]);
    else group.push(parameter);
  }
  return [...groups].map(([name, group]) => {
    const size = group.reduce((sum, parameter) => sum + parameter.size, 0);
    const length = norm(group);
    return {
      name,
      gradientRms: size === 0 ? 0 : norm(group.map(({ gradient }) => gradient)) / Math.sqrt(size),
      updateRatio: length === 0 ? 0 : norm(group.map(({ update }) => update)) / length,
    };
  });
}

/** √ Σ x² over tensors. */
const norm = (all: readonly { readonly rms: number; readonly size: number }[]): number =>
  Math.sqrt(all.reduce((sum, { rms, size }) => sum + rms ** 2 * size, 0));
