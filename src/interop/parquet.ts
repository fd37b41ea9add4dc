// The course of a training as a table in Parquet: a row an epoch.
import type { EpochEvent } from "../train/events.ts";
import type { EventsExporter } from "./exporter.ts";

export const parquet: EventsExporter = {
  holds: "loss, learning rate and validation metrics, a row an epoch, as a table in Parquet",
  extension: "parquet",
  from: "events",
  async write(events) {
    const { parquetWriteBuffer } = await import("hyparquet-writer");
    const epochs = events.filter((event): event is EpochEvent => event.type === "epoch");
    const rows = epochs.map(rowOf);
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const columnData = (names.length === 0 ? ["epoch"] : names).map((name) => ({
      name,
      data: rows.map((row) => row[name] ?? null),
      ...{ type: name === "epoch" || name === "step" ? ("INT32" as const) : ("DOUBLE" as const), nullable: true },
    }));
    return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: Math.max(1, rows.length) }));
  },
};

/** "validation_loss"; of several targets each also "validation_loss_NAME". */
function rowOf({ epoch, step, loss, learningRate, validation, targets }: EpochEvent): Readonly<Record<string, number>> {
  const row: Record<string, number> = Object.assign(Object.create(null), {
    epoch,
    step,
    loss,
    learning_rate: learningRate,
  });
  for (const [metric, value] of Object.entries(validation ?? {})) row[`validation_${metric}`] = value;
  for (const { name, validation: own } of targets ?? [])
    for (const [metric, value] of Object.entries(own)) row[`validation_${metric}_${name}`] = value;
  return row;
}
