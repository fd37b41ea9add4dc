// Public API of exchange with other programs: formats that a trained network is written in.
import "../run/engine.ts";

export type { EventsExporter, ExporterRecord, ModelExporter } from "./exporter.ts";
export { type ExportFormat, exporterOf, exporters, exportFormats } from "./exporters.ts";
