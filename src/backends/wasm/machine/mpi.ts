// The host's ranks.

/** `count` elements at `address` become their sums over all ranks: codes of type and reduction as of mpi/communicator.ts. */
export declare function allReduce(address: usize, count: i32, type: i32, reduction: i32): void;
