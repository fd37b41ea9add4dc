// What the ranks of one training say to each other: the interface that training needs of MPI.

/** What a reduction is over, by the code that the machine's import takes: its element type. */
export const reducedTypes = { float32: 0, float64: 1, int32: 2 } as const;
/** Likewise what is made of the elements of all ranks. */
export const reductions = { sum: 0, max: 1 } as const;

export type ReducedType = keyof typeof reducedTypes;
export type Reduction = keyof typeof reductions;

/** Which of the three binary interfaces a library has: that of the MPI 5 standard, MPICH's, or Open MPI's. */
export type Abi = "standard" | "mpich" | "openmpi";

/** An MPI library that was found. Plain data: threads load it again by it (loadAllReduce of all-reduce.ts). */
export interface MpiLibrary {
  /** For messages: "MPICH 4.0.2 (libmpich.so.12)". */
  readonly name: string;
  /** What the loader was asked for: "libmpi.so.40", or a path. */
  readonly file: string;
  /** Path of the koffi package. */
  readonly koffi: string;
  readonly abi: Abi;
}

/**
 * Reduces `count` elements at `address` of a memory over all ranks, in place. `type` and `reduction` are codes of
 * `reducedTypes` and `reductions`. The machine's import; loadAllReduce binds it to a memory. Throws MPI_FAILED.
 */
export type AllReduce = (address: number, count: number, type: number, reduction: number) => void;

/**
 * The ranks of one training. All calls but `abort` are collective: every rank makes the same ones in the same order,
 * from one thread at a time. A call returns when this rank has its result, and blocks its thread until then.
 * Throws MPI_FAILED, with what the library says, where one fails.
 */
export interface Communicator {
  /** From 0 to size - 1. Rank 0 is the one that writes files and the terminal. */
  readonly rank: number;
  readonly size: number;
  /** Ranks on this machine (that share its memory), this one among them. */
  readonly local: number;
  readonly library: MpiLibrary;
  /** Each element becomes the sum, or the largest, of that element on all ranks, in place; the same bits on all of them. */
  allReduce(values: Float32Array | Float64Array | Int32Array, reduction: Reduction): void;
  /** `bytes` becomes what it is on rank `root`, in place; as many on every rank. */
  broadcast(bytes: Uint8Array, root: number): void;
  /** What each rank gives, in order of ranks, on rank 0; elsewhere an empty list. Ranks may give different lengths. */
  gather(bytes: Uint8Array): Uint8Array[];
  /** Returns when all ranks have called it. */
  barrier(): void;
  /** Ends the processes of all ranks, this one with `code`; not collective. */
  abort(code: number): never;
  /** The normal end: nothing else may be called afterwards. A second call does nothing. */
  finalize(): void;
}
