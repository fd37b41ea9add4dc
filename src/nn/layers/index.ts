// The list of layers.
import { ChainruleError } from "../../ir/errors.ts";
import { namesOf } from "../../ir/record-list.ts";
import type { Layer, LayerKind, LayerRecord } from "../layer.ts";
import { activationLayerRecord } from "./activation.ts";
import { avgPool2dRecord } from "./avg-pool2d.ts";
import { batchNormRecord } from "./batch-norm.ts";
import { conv2dRecord } from "./conv2d.ts";
import { denseRecord } from "./dense.ts";
import { dropoutRecord } from "./dropout.ts";
import { embeddingRecord } from "./embedding.ts";
import { flattenRecord } from "./flatten.ts";
import { layerNormRecord } from "./layer-norm.ts";
import { maxPool2dRecord } from "./max-pool2d.ts";
import { multiHeadAttentionRecord } from "./multi-head-attention.ts";
import { onnxRecord } from "./onnx.ts";
import { positionEmbeddingRecord } from "./position-embedding.ts";
import { residualRecord } from "./residual.ts";
import { sequentialRecord } from "./sequential.ts";

export { activation } from "./activation.ts";
export { avgPool2d } from "./avg-pool2d.ts";
export { batchNorm } from "./batch-norm.ts";
export { type Conv2dOptions, conv2d } from "./conv2d.ts";
export { type DenseOptions, dense } from "./dense.ts";
export { dropout } from "./dropout.ts";
export { embedding } from "./embedding.ts";
export { flatten } from "./flatten.ts";
export { layerNorm } from "./layer-norm.ts";
export { maxPool2d } from "./max-pool2d.ts";
export { type MultiHeadAttentionOptions, multiHeadAttention } from "./multi-head-attention.ts";
export type { OnnxLayer } from "./onnx.ts";
export type { Pool2dOptions } from "./pool2d.ts";
export { positionEmbedding } from "./position-embedding.ts";
export { residual } from "./residual.ts";
export { sequential } from "./sequential.ts";

export const layerRecords = {
  dense: denseRecord,
  activation: activationLayerRecord,
  dropout: dropoutRecord,
  embedding: embeddingRecord,
  positionEmbedding: positionEmbeddingRecord,
  multiHeadAttention: multiHeadAttentionRecord,
  layerNorm: layerNormRecord,
  batchNorm: batchNormRecord,
  conv2d: conv2dRecord,
  maxPool2d: maxPool2dRecord,
  avgPool2d: avgPool2dRecord,
  flatten: flattenRecord,
  residual: residualRecord,
  sequential: sequentialRecord,
  onnx: onnxRecord,
};

export const layerKinds = namesOf(layerRecords);

/** The record of a kind. Throws INVALID_ARGUMENT for one that there is not. */
export function layerRecord(kind: LayerKind): LayerRecord<Layer> {
  if (Object.hasOwn(layerRecords, kind)) return layerRecords[kind] as LayerRecord<Layer>;
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `There is no layer of kind ${JSON.stringify(kind)}; the kinds are ${layerKinds.join(", ")}.`,
    { kind },
  );
}
