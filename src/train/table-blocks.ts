// The rows of a table that is larger than memory, as blocks for training.
import type { Buckets, Preprocessing } from "../data/index.ts";
import type { LossName } from "../nn/losses/index.ts";
import { checkRange } from "./check-table.ts";
import type { RowBlocks } from "./options.ts";

/** Throws INVALID_ARGUMENT where a block is read in which `loss` cannot take a target. */
export const tableBlocks = (
  { sizes, source, read }: Buckets,
  { targets }: Preprocessing,
  loss: () => LossName,
): RowBlocks => ({
  sizes,
  async read(index) {
    const { x, y, rows, numbers } = await read(index);
    checkRange(loss(), targets, { y, rowNumbers: numbers }, (row) => ({ source, row }));
    return { x, y, rows };
  },
});
