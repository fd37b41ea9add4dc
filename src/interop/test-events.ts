// For tests: the events of a small training of a table.
import { prepare, tableFromRows } from "../data/index.ts";
import type { TrainEvent } from "../train/events.ts";
import { type TableSettings, trainTable } from "../train/index.ts";

const rows = Array.from({ length: 80 }, (_, r) => ({ a: (r * 7) % 40, b: r % 3, y: r % 40 < 20 ? "low" : "high" }));

export async function tableTraining(options: TableSettings): Promise<readonly TrainEvent[]> {
  const prepared = prepare(tableFromRows(rows, { source: "rows" }), { target: "y" });
  const events: TrainEvent[] = [];
  for await (const event of trainTable(prepared, { seed: 1, batchSize: 16, hidden: [8, 8], ...options }))
    events.push(event);
  return events;
}
