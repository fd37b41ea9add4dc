// The numbers of the machine's language: read by the AssemblyScript kernels and by encode.ts, so plain literals only.

// Instructions: [opcode, flags and pieces; bytes; fields …], 4-byte words: see instructions.ts. The opcode is the first byte,
// the flags are the second, the third is into how many pieces the work may be cut.
// SOLO: the first thread does it alone. MEET: all threads wait for each other after it. CUT: its bits depend on how it is cut (a BLAS rounds as
// it likes), so that one thread computes all parts as if there were all threads.
export const SOLO = 1;
export const MEET = 2;
export const CUT = 4;
/** Most pieces for each thread. Cores differ, and others use them too: who is done with a piece takes the next. */
export const PIECES = 4;
export const END = 0;

// Element kinds in the machine: bool is stored as float 0 or 1.
export const KIND_FLOAT = 0;
export const KIND_INT = 1;

// FUSED: floats in a block, bytes of a slot-table entry, kinds of slots.
export const BLOCK = 512;
export const SLOT_BYTES = 32;
export const SLOT_NUMBER = 0;
export const SLOT_SCALAR = 1;
export const SLOT_REGISTER = 2;
export const SLOT_DIRECT = 3;
export const SLOT_BROADCAST = 4;

// MATMUL: the way through.
export const PATH_DOTS = 0;
export const PATH_ROWS = 1;
export const PATH_PANELS = 2;
export const PATH_BLAS = 3;

// MATMUL, panels: rows and columns of a register tile; block lengths along m, k and n.
export const TILE_M = 4;
export const TILE_N = 8;
export const BLOCK_M = 128;
export const BLOCK_K = 256;
export const BLOCK_N = 512;

// REDUCE: what is computed.
export const REDUCE_SUM = 0;
export const REDUCE_MAX = 1;
export const REDUCE_MIN = 2;
export const REDUCE_VAR = 3;
export const REDUCE_LOGSUMEXP = 4;
export const REDUCE_ARGMAX = 5;

// ATTENTION: what is computed.
export const ATTENTION_WEIGHTS = 0;
export const ATTENTION_GRADIENT = 1;
export const ATTENTION_PRODUCT = 2;
export const ATTENTION_TRANSPOSED = 3;

// SKETCH: floats in a piece, bytes of its result, buckets of the histogram and the biased exponent of the first.
export const SKETCH_PIECE = 2048;
/** As sketchSample of ops/sketch.ts, which a test compares: the histogram of more elements counts a fourth of their pieces. */
export const SKETCH_EXACT = 65536;
export const SKETCH_EVERY = 4;
export const SKETCH_PARTIAL = 304;
export const SKETCH_BUCKETS = 64;
export const SKETCH_LOWEST = 80;

// RANDOM: the distribution.
export const UNIFORM = 0;
export const NORMAL = 1;

// ALL_REDUCE: as reducedTypes and reductions of mpi/communicator.ts.
export const MPI_FLOAT32 = 0;
export const MPI_INT32 = 2;
export const MPI_SUM = 0;

// Status word after a run.
export const STATUS_OK = 0;
export const STATUS_INDEX = 1;
/** A thread ended before its work was done. */
export const STATUS_LOST = 2;

// Control words, from the control address: what threads and host tell each other.
/** Status, then the instruction, index and bound that it is about. */
export const CONTROL_STATUS = 0;
export const CONTROL_INSTRUCTION = 1;
export const CONTROL_INDEX = 2;
export const CONTROL_BOUND = 3;
/** Not 0: end after the step that is going on. */
export const CONTROL_STOP = 4;
/** Steps that were completed. */
export const CONTROL_COMPLETED = 5;
/** Threads that have come to the meeting. */
export const CONTROL_ARRIVED = 6;
/** Number of the meeting, times two; odd where threads must go no further. */
export const CONTROL_MEETING = 7;
/** Threads that wait for the meeting asleep. */
export const CONTROL_ASLEEP = 8;
/** Number of the job: the first thread sleeps until it changes. Then what the job is. */
export const CONTROL_JOB = 16;
export const CONTROL_PROGRAM = 17;
export const CONTROL_TIMES = 18;
/** The job that ended last. */
export const CONTROL_DONE = 20;
/** Not 0: the first thread says in a message that the job has ended. */
export const CONTROL_ANNOUNCE = 21;
/** Not 0: the first thread chooses how many threads run how many of the steps; 0: all run all. */
export const CONTROL_CHOOSE = 22;
/** Number of the slice: the other threads sleep until it changes. Then its steps, and how many of those threads have not ended it. */
export const CONTROL_SLICE = 19;
export const CONTROL_STEPS = 23;
export const CONTROL_RUNNING = 25;
/** Pieces of the instruction at hand that threads have taken. */
export const CONTROL_TAKEN = 24;
/** Microseconds in calls to other ranks, modulo 2³². */
export const CONTROL_WAITED = 26;
export const CONTROL_WORDS = 32;
