// TensorBoard: the course of a training as an event file.
import type { EventsExporter } from "./exporter.ts";

export const tensorboard: EventsExporter = {
  holds:
    "loss, rates, metrics and ledger factors as scalars, gradients, updates and values as histograms, as an event file of TensorBoard",
  extension: "tfevents",
  from: "events",
  async write(events) {
    const { writeEventFile } = await import("./tensorboard/event-file.ts");
    return writeEventFile(events);
  },
};
