// From which size files are read in blocks, and how large these are.

/** Bytes of files from which they are read in blocks: for a training, and where rows are needed once. */
export const largeFiles = { training: 256 * 2 ** 20, once: 32 * 2 ** 20 } as const;

/** Of rows that are needed once: features, answers and text of a block stand in memory beside its cells. */
export const blocksOfOnce = { blockRows: 8192, blockBytes: 2 ** 22 } as const;
