// Begins MPI in this process: which rank it is, and what it says to the others.
import { ChainruleError } from "../../ir/errors.ts";
import { type Communicator, type MpiLibrary, type Reduction, reductions } from "./communicator.ts";
import { findMpi } from "./find.ts";
import { loadFunctions, type MpiFunctions } from "./functions.ts";
import { launcherOf } from "./launcher.ts";

let begun: Communicator | undefined;

/**
 * The ranks that this process is one of, as its launcher (mpiexec, srun) started them; a process that none started is one
 * rank alone. MPI is begun at the first call, and later ones give the same. Call it on the main thread of Node, and
 * `endTogether` (ends.ts) right after it.
 *
 * Throws MPI_NOT_FOUND where no library can be used, MPI_RANKS where the library does not know its launcher, so that every
 * rank would train alone, MPI_FAILED where MPI cannot begin.
 */
export function mpi(): Communicator {
  begun ??= begin(findMpi());
  return begun;
}

function begin(library: MpiLibrary): Communicator {
  const functions = loadFunctions(library);
  const { call, constants } = functions;
  const number = (name: "MPI_Comm_rank" | "MPI_Comm_size" | "MPI_Init_thread", ...operands: number[]): number => {
    const value = new Int32Array(1);
    call(name, ...operands, value);
    return value[0]!;
  };
  // The thread of a machine that leads calls too, while this one waits.
  const provided = number("MPI_Init_thread", 0, 0, constants.serialized);
  const { world } = constants;
  call("MPI_Comm_set_errhandler", world, constants.errorsReturn);
  const [rank, size] = [number("MPI_Comm_rank", world), number("MPI_Comm_size", world)];
  const launcher = launcherOf();
  if (launcher?.ranks !== undefined && launcher.ranks > size) {
    call("MPI_Finalize");
    throw strange(library, launcher.name, launcher.ranks, size);
  }
  if (provided < constants.serialized) {
    throw new ChainruleError(
      "MPI_FAILED",
      `${library.name} must let threads call it one at a time (MPI_THREAD_SERIALIZED, ${constants.serialized}); it offers ${provided}. Set CHAINRULE_MPI to a library that was built with threads.`,
      { library: library.name, provided },
    );
  }
  const node = new BigInt64Array(1);
  call("MPI_Comm_split_type", world, constants.shared, 0, constants.noInfo, node);
  const local = number("MPI_Comm_size", Number(node[0]));
  call("MPI_Comm_free", node);
  return { rank, size, local, library, ...callsOf(functions, rank, size) };
}

const strange = (library: MpiLibrary, launcher: string, ranks: number, size: number): ChainruleError =>
  new ChainruleError(
    "MPI_RANKS",
    `The MPI library must know the launcher of this process: ${launcher} started ${ranks} ranks, ${library.name} knows of ${size}, and each rank would train alone. ${launcher === "srun" ? "Choose what the library speaks by srun's option mpi: pmix or pmi2" : "Start it with the library's own mpiexec"}, or set CHAINRULE_MPI to the file of the launcher's library.`,
    { launcher, ranks, size, library: library.name },
  );

type Calls = Omit<Communicator, "rank" | "size" | "local" | "library">;

/** `atOnce`: bytes that go into one call, whose counts are C ints. */
export function callsOf(
  { call, reduceArray, constants }: MpiFunctions,
  rank: number,
  size: number,
  atOnce: number = 2 ** 30,
): Calls {
  const { world, byte } = constants;
  let isOver = false;
  const allReduce = (values: Float32Array | Float64Array | Int32Array, reduction: Reduction): void => {
    const type =
      values instanceof Int32Array
        ? constants.int32
        : values instanceof Float64Array
          ? constants.float64
          : constants.float32;
    reduceArray(values, values.length, type, reductions[reduction] === 0 ? constants.sum : constants.max);
  };
  return {
    allReduce,
    broadcast(bytes, root) {
      for (let from = 0; from < bytes.length; from += atOnce) {
        const part = bytes.subarray(from, from + atOnce);
        call("MPI_Bcast", part, part.length, byte, root, world);
      }
    },
    gather: (bytes) => gather(bytes),
    barrier: () => call("MPI_Barrier", world),
    abort(code) {
      call("MPI_Abort", world, code);
      throw new Error("bug: MPI_Abort returned");
    },
    finalize() {
      if (isOver) return;
      isOver = true;
      call("MPI_Finalize");
    },
  };

  function gather(bytes: Uint8Array): Uint8Array[] {
    const lengths = new Float64Array(rank === 0 ? size : 0);
    const own = Float64Array.of(bytes.length);
    call("MPI_Gather", own, 1, constants.float64, lengths, 1, constants.float64, 0, world);
    // All ranks make as many rounds as the longest needs; places in what rank 0 receives are C ints.
    const longest = Float64Array.of(bytes.length);
    allReduce(longest, "max");
    const atMost = Math.floor(atOnce / size);
    const all = Array.from(lengths, (length) => new Uint8Array(length));
    for (let from = 0; from < longest[0]!; from += atMost) {
      const counts = Int32Array.from(lengths, (length) => Math.max(0, Math.min(length - from, atMost)));
      let total = 0;
      const places = counts.map((count) => (total += count) - count);
      const part = bytes.subarray(from, from + atMost);
      const received = new Uint8Array(total);
      call("MPI_Gatherv", part, part.length, byte, received, counts, places, byte, 0, world);
      all.forEach((to, i) => {
        if (counts[i]! > 0) to.set(received.subarray(places[i], places[i]! + counts[i]!), from);
      });
    }
    return all;
  }
}
