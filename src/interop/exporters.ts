// The list of exporters, by the names of their formats. It loads none of what writes them.
import { namesOf } from "../ir/record-list.ts";
import { chainrule } from "./chainrule.ts";
import type { ExporterRecord } from "./exporter.ts";
import { onnx } from "./onnx.ts";
import { parquet } from "./parquet.ts";
import { pytorch } from "./pytorch.ts";
import { tensorboard } from "./tensorboard.ts";
import { typescript } from "./typescript.ts";

export const exporters = {
  chainrule,
  typescript,
  onnx,
  pytorch,
  parquet,
  tensorboard,
} satisfies Record<string, ExporterRecord>;

export type ExportFormat = keyof typeof exporters;
export const exportFormats = namesOf(exporters);

/** What is known of a format. */
export const exporterOf = (format: ExportFormat): ExporterRecord => exporters[format];
