// The values that a gradient passes on its way back through a model, in the order of the forward pass.
import { childPath, type Layer, type LayerKind, type LayerRecord } from "../nn/layer.ts";
import { layerRecord, layerRecords } from "../nn/layers/index.ts";
import { nestedLayers } from "../nn/structure.ts";

export interface ChainPoint {
  /** As the pass names the value to its tap. */
  readonly name: string;
  /** What made the value of the one before it: a layer, or the fork or the sum of a residual. */
  readonly made: LayerKind | "fork" | "sum";
}

/** A point with the layer that made it, where one did. */
export interface LayerPoint extends ChainPoint {
  readonly layer?: Layer;
}

/** The record of the layer that made a point's value; undefined for forks, sums and what a file may say else. */
export const madeBy = (made: ChainPoint["made"] | undefined): LayerRecord<Layer> | undefined =>
  made === undefined || made === "fork" || made === "sum" || !Object.hasOwn(layerRecords, made)
    ? undefined
    : layerRecord(made);

/** Made by a layer with weights: what lies between two of them is the step of one ledger row to the next. */
export const isWeighted = ({ made }: ChainPoint): boolean => madeBy(made)?.isWeighted === true;

/**
 * Points of a model: the output of every layer, and for x + f(x) the copy of x that enters f (its gradient is that of f
 * alone), the layers of f, and the sum. What enters a point's layer is the value of the point before it.
 */
export function chainOf(layer: Layer, path = ""): LayerPoint[] {
  const nested = nestedLayers(layer);
  if (nested === undefined) return [{ name: path, made: layer.kind, layer }];
  const inner = nested.flatMap((one) => chainOf(one.layer, childPath(path, one.name)));
  if (!layerRecord(layer.kind).addsInput) return inner;
  return [{ name: childPath(path, "input"), made: "fork" }, ...inner, { name: path, made: "sum" }];
}
