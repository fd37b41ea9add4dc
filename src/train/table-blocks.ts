// The rest of a table that is streamed, as blocks of rows for training.
import { type Preprocessing, type TableStream, transform } from "../data/index.ts";
import { origin } from "../data/table.ts";
import type { LossName } from "../nn/losses/index.ts";
import { checkRange } from "./check-table.ts";
import type { RowBlock, RowBlocks } from "./options.ts";

/**
 * Rows after the head, encoded by `preprocessing`, in blocks of at most `rowsPerBlock`; rows without a target are left out. Throws
 * INVALID_ARGUMENT at a target that `loss` cannot take.
 */
export function tableBlocks(
  stream: TableStream,
  preprocessing: Preprocessing,
  rowsPerBlock: number,
  loss: () => LossName,
): RowBlocks {
  const { features, targets } = preprocessing;
  const [width, perRow] = [features.length, targets.length];
  async function* open(): AsyncGenerator<RowBlock> {
    for await (const table of stream.rest()) {
      const { x, y, rows, rowNumbers } = transform(preprocessing, table, { target: "required" });
      checkRange(loss(), targets, { y: y!, rowNumbers }, (row) => origin(table, row));
      for (let from = 0; from < rows; from += rowsPerBlock) {
        const to = Math.min(rows, from + rowsPerBlock);
        const [xs, ys] = [x.subarray(from * width, to * width), y!.subarray(from * perRow, to * perRow)];
        yield { x: xs, y: ys, rows: to - from };
      }
    }
  }
  return { rows: stream.rows - stream.head.rows, open };
}
