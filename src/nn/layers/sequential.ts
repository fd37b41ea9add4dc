// Sequential: one layer after the other.
import { nestedList } from "../../ir/fields.ts";
import type { Layer, LayerRecord, TensorTree } from "../layer.ts";

export interface Sequential {
  readonly kind: "sequential";
  readonly layers: readonly Layer[];
}

const partsOf = (tree: TensorTree): readonly TensorTree[] => (tree.layers ?? []) as readonly TensorTree[];

export const sequentialRecord: LayerRecord<Sequential> = {
  kind: "sequential",
  fields: { layers: nestedList("a list of layers") },
  apply({ layers }, variables, x, pass) {
    const parameters = partsOf(variables.parameters);
    const buffers = partsOf(variables.buffers);
    let y = x;
    const next = layers.map((layer, i) => {
      const own = { parameters: parameters[i] ?? {}, buffers: buffers[i] ?? {} };
      const applied = pass.applyNested(layer, own, y, `layers.${i}`);
      y = applied.y;
      return applied.buffers;
    });
    return { y, buffers: { layers: next } };
  },
  output: ({ layers }, x, _, of) => layers.reduce((y, layer) => of(layer, y), x),
};

/** One layer after the other. */
export const sequential = (...layers: readonly Layer[]): Sequential => ({ kind: "sequential", layers });
