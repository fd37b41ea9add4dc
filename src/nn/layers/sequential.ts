// Sequential: one layer after the other.
import { ChainruleError } from "../../ir/errors.ts";
import { nestedList } from "../../ir/fields.ts";
import { isRecord } from "../../ir/json.ts";
import { came } from "../../ir/option-words.ts";
import { activationNames } from "../activation.ts";
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

/** One layer after the other. Throws INVALID_ARGUMENT for what is no layer. */
export function sequential(...layers: readonly Layer[]): Sequential {
  requireLayers("sequential", layers);
  return { kind: "sequential", layers };
}

/** Throws INVALID_ARGUMENT unless all arguments of `kind` are layers. */
export function requireLayers(kind: string, layers: readonly unknown[]): void {
  const at = layers.findIndex((layer) => !isRecord(layer) || typeof layer.kind !== "string");
  if (at < 0) return;
  const layer = layers[at];
  const mend = Array.isArray(layer)
    ? ` Give the layers one by one: ${kind}(...layers).`
    : typeof layer === "function"
      ? ` Call it: ${layer.name}(…).`
      : activationNames.some((name) => name === layer)
        ? ` Write activation("${layer}").`
        : "";
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `${kind}: argument ${at + 1} must be a layer, such as dense(2, 1); got ${came(layer)}.${mend}`,
    { kind, layer },
  );
}
