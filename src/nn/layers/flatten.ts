// Flatten: a row's elements side by side.
import { sizeOf } from "../../ir/shape.ts";
import type { LayerRecord } from "../layer.ts";

export interface Flatten {
  readonly kind: "flatten";
}

export const flattenRecord: LayerRecord<Flatten> = {
  kind: "flatten",
  fields: {},
  apply: (_, { buffers }, x) => ({ y: x.reshape([x.shape[0] ?? 1, -1]), buffers }),
  output: (_, x) => ({ ...x, shape: [x.shape[0] ?? 1, sizeOf(x.shape.slice(1))] }),
  keepsValues: true,
};

/** [batch, ...] → [batch, all the rest]. */
export const flatten = (): Flatten => ({ kind: "flatten" });
