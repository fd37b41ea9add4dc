// Models from JSON, every field checked, and whether their layers fit together.
import type { Fail, Kind } from "../ir/fields.ts";
import { parseKindOf } from "../ir/record-list.ts";
import type { TensorType } from "../ir/shape.ts";
import type { Layer } from "./layer.ts";
import { layerRecord, layerRecords } from "./layers/index.ts";
import { deepest } from "./structure.ts";

const list = layerRecords as Readonly<Record<string, Kind<Layer>>>;

/** A layer, or a whole model, from JSON. `at` is its place in the file: "architecture". */
export function parseLayer(json: unknown, at: string, fail: Fail, depth = 0): Layer {
  if (depth > deepest) throw fail(`a layer is nested more than ${deepest} deep`);
  return parseKindOf("a layer", list, json, at, fail, (inner, place) => parseLayer(inner, place, fail, depth + 1));
}

/** The type of what a model gives for an x of that type. Throws where a layer cannot take what the one before it gives. */
export function outputType(model: Layer, x: TensorType, fail: Fail): TensorType {
  return layerRecord(model.kind).output(model, x, fail, (nested, at) => outputType(nested, at, fail));
}
