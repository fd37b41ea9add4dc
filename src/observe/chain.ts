// The values that a gradient passes on its way back through a model, in the order of the forward pass.
import type { Layer, LayerKind, LayerOf } from "../nn/layer.ts";
import { childPath } from "../nn/model.ts";

type Made = Exclude<LayerKind, "sequential" | "residual">;

export interface ChainPoint {
  /** As the pass names the value to its tap. */
  readonly name: string;
  /** What made the value of the one before it: a layer, or the fork or the sum of a residual. */
  readonly made: Made | "fork" | "sum";
}

/** A point with the layer that made it, where one did. */
export interface LayerPoint extends ChainPoint {
  readonly layer?: LayerOf<Made>;
}

/** Layers with weights: what lies between two of them is the step of one ledger row to the next. */
const weighted: ReadonlySet<ChainPoint["made"]> = new Set(["dense", "conv2d", "embedding"]);

export const isWeighted = ({ made }: ChainPoint): boolean => weighted.has(made);

/**
 * Points of a model: the output of every layer, and for x + f(x) the copy of x that enters f (its gradient is that of f
 * alone), the layers of f, and the sum. What enters a point's layer is the value of the point before it.
 */
export function chainOf(layer: Layer, path = ""): LayerPoint[] {
  switch (layer.kind) {
    case "sequential":
      return layer.layers.flatMap((inner, i) => chainOf(inner, childPath(path, `layers.${i}`)));
    case "residual":
      return [
        { name: childPath(path, "input"), made: "fork" },
        ...chainOf(layer.layer, childPath(path, "layer")),
        { name: path, made: "sum" },
      ];
    default:
      return [{ name: path, made: layer.kind, layer }];
  }
}
