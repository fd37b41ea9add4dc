// Models from JSON, every field checked, and whether their layers fit together.
import { excerpt, type Fail, parse } from "../ir/fields.ts";
import { isRecord } from "../ir/json.ts";
import type { TensorType } from "../ir/shape.ts";
import type { Layer } from "./layer.ts";
import { layerKinds, layerRecord } from "./layers/index.ts";
import { deepest } from "./structure.ts";

/** A layer, or a whole model, from JSON. `at` is its place in the file: "architecture". */
export function parseLayer(json: unknown, at: string, fail: Fail, depth = 0): Layer {
  if (depth > deepest) throw fail(`a layer is nested more than ${deepest} deep`);
  const kind = isRecord(json) ? layerKinds.find((known) => known === json.kind) : undefined;
  if (isRecord(json) && kind !== undefined)
    return parse(layerRecord(kind), json, at, fail, (inner, place) => parseLayer(inner, place, fail, depth + 1));
  throw fail(`${at} must be a layer, of a kind from ${layerKinds.join(", ")}; it is ${excerpt(json)}`);
}

/** The type of what a model gives for an x of that type. Throws where a layer cannot take what the one before it gives. */
export function outputType(model: Layer, x: TensorType, fail: Fail): TensorType {
  return layerRecord(model.kind).output(model, x, fail, (nested, at) => outputType(nested, at, fail));
}
