// Public API of exchange with other programs: formats that a trained network is written in, and networks of others.
import "../run/engine.ts";

export type { EventsExporter, ExporterRecord, ModelExporter } from "./exporter.ts";
export { type ExportFormat, exporterOf, exporters, exportFormats } from "./exporters.ts";
export { type ImportedNetwork, importOnnx, type OnnxOptions } from "./onnx/import-onnx.ts";
export { type ExportOnnxOptions, exportOnnx } from "./onnx-out/network.ts";
export { encodeStateDict } from "./pytorch/state-dict.ts";
