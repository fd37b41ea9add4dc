// Drawing initial weights.
import { recordNamed } from "../ir/record-list.ts";
import type { Shape } from "../ir/shape.ts";
import { randomNormal, randomUniform } from "../trace/create.ts";
import { Tensor } from "../trace/tensor.ts";
import { type InitializerName, type InitializerRecord, initializers } from "./initializers.ts";

/** Draws a weight of `shape` in float64. `stream` tells apart the weights drawn with one key. */
export function initialWeight(
  name: InitializerName,
  key: Tensor,
  shape: Shape,
  stream: number,
  fanIn: number,
  fanOut: number,
): Tensor {
  const record = recordNamed<InitializerRecord>("initializer", initializers, name);
  const source = {
    uniform: (of: Shape) => randomUniform(key, of, stream),
    normal: (of: Shape) => randomNormal(key, of, stream),
    of: (data: Float64Array, of: Shape) => Tensor.concrete(data, of),
  };
  return record.draw(source, shape, { fanIn: Math.max(1, fanIn), fanOut: Math.max(1, fanOut) });
}
