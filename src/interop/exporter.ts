// What an exporter is: the record of a format in which a trained network, or what happened in a training, leaves Chainrule.
import type { TrainEvent } from "../train/events.ts";
import type { TableModel } from "../train/tabular.ts";

interface Format {
  /** What a file of the format holds, as the rest of a sentence: "the network with …". */
  readonly holds: string;
  /** Of the file's name, without a dot. */
  readonly extension: string;
}

/** Of the trained network. What writes it is loaded when it is asked for. */
export interface ModelExporter extends Format {
  readonly from: "model";
  /** `name` of what is exported, for a comment in the file. Throws UNSUPPORTED_EXPORT for what the format cannot say. */
  write(trained: TableModel, name: string): Promise<string | Uint8Array>;
}

/** Of the events of a training. */
export interface EventsExporter extends Format {
  readonly from: "events";
  write(events: readonly TrainEvent[], name: string): Promise<string | Uint8Array>;
}

export type ExporterRecord = ModelExporter | EventsExporter;
