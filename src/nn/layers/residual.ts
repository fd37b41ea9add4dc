// Residual: x + f(x) (He et al. 2016).
import { ChainruleError } from "../../ir/errors.ts";
import { nested } from "../../ir/fields.ts";
import { formatShape, sameShape } from "../../ir/shape.ts";
import { childPath, type Layer, type LayerRecord, type TensorTree } from "../layer.ts";
import { requireLayers, sequential } from "./sequential.ts";

export interface Residual {
  readonly kind: "residual";
  readonly layer: Layer;
}

const partOf = (tree: TensorTree): TensorTree => (tree.layer ?? {}) as TensorTree;

export const residualRecord: LayerRecord<Residual> = {
  kind: "residual",
  fields: { layer: nested("a layer") },
  apply({ layer }, { parameters, buffers }, x, pass) {
    const inner = { parameters: partOf(parameters), buffers: partOf(buffers) };
    // A value of its own, so that its gradient is that of the inner layers alone, without the identity's.
    const entering = pass.tap ? pass.tap(childPath(pass.path, "input"), x.copy()) : x;
    const applied = pass.applyNested(layer, inner, entering, "layer");
    if (!sameShape(x.shape, applied.y.shape)) {
      throw new ChainruleError(
        "SHAPE_MISMATCH",
        `residual: its layers must keep the shape of their input, ${formatShape(x.shape)}; they give ${formatShape(applied.y.shape)}.`,
        { x: x.shape, y: applied.y.shape },
      );
    }
    return { y: x.add(applied.y), buffers: { layer: applied.buffers } };
  },
  output({ layer }, x, fail, of) {
    const y = of(layer, x);
    const inner = y.shape.length === 2 && x.shape.length === 2 ? y.shape[1] : formatShape(y.shape);
    const added = y.shape.length === 2 && x.shape.length === 2 ? x.shape[1] : formatShape(x.shape);
    if (!sameShape(x.shape, y.shape))
      throw fail(`a residual layer gives ${inner} outputs where its ${added} inputs are added`);
    return x;
  },
  addsInput: true,
};

/** x + layer(x) (He et al. 2016). Throws INVALID_ARGUMENT for what is no layer. */
export function residual(...layers: readonly Layer[]): Residual {
  requireLayers("residual", layers);
  return { kind: "residual", layer: layers.length === 1 ? layers[0]! : sequential(...layers) };
}
