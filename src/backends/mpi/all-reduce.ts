// MPI_Allreduce on the machine's memory, by addresses, without a copy: what an instruction of the machine calls.
import { addressOf, loadKoffi } from "../koffi.ts";
import type { AllReduce, MpiLibrary } from "./communicator.ts";
import { loadFunctions } from "./functions.ts";

/**
 * For the thread that calls it; MPI must have been begun in this process (`mpi`). The memory may not grow afterwards.
 * Never call it by koffi's asynchronous calls: their stack of 128 KiB is too small for MPICH.
 */
export function loadAllReduce(library: MpiLibrary, memory: WebAssembly.Memory): AllReduce {
  const { constants, reduceAt } = loadFunctions(library);
  // By code: reducedTypes and reductions.
  const types = [constants.float32, constants.float64, constants.int32];
  const operations = [constants.sum, constants.max];
  const base = addressOf(loadKoffi(library.koffi), memory.buffer);
  return (address, count, type, reduction) => reduceAt(base + address, count, types[type]!, operations[reduction]!);
}
