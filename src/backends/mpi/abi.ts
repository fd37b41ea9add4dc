// The constants of the three binary interfaces (ABIs) of MPI, each as a 64-bit integer: one table, so that all else is written once.
import type { LibraryHandle } from "koffi";
import type { Koffi } from "../koffi.ts";
import type { Abi } from "./communicator.ts";

/** Handles of MPI's objects, and its integers that the ABIs number differently. */
export interface Constants {
  readonly world: number;
  readonly float32: number;
  readonly float64: number;
  readonly int32: number;
  readonly byte: number;
  readonly sum: number;
  readonly max: number;
  readonly noInfo: number;
  readonly errorsReturn: number;
  /** Given as the address of what is sent: the result takes the place of the operand. */
  readonly inPlace: number;
  /** MPI_THREAD_SERIALIZED: several threads call, one at a time. */
  readonly serialized: number;
  /** MPI_COMM_TYPE_SHARED: ranks that share memory. */
  readonly shared: number;
}

/** MPI 5.0, appendix A.1, "Defined Constants". */
const standard: Constants = {
  world: 0x101,
  float32: 0x210,
  float64: 0x214,
  int32: 0x250,
  byte: 0x247,
  sum: 0x21,
  max: 0x23,
  noInfo: 0x130,
  errorsReturn: 0x143,
  inPlace: 1,
  serialized: 2048,
  shared: 221,
};

/** mpi.h of MPICH, whose ABI Intel MPI and MVAPICH have too (the MPICH ABI Compatibility Initiative). Handles are C ints. */
const mpich: Constants = {
  world: 0x44000000,
  float32: 0x4c00040a,
  float64: 0x4c00080b,
  int32: 0x4c000405,
  byte: 0x4c00010d,
  sum: 0x58000003,
  max: 0x58000001,
  noInfo: 0x1c000000,
  errorsReturn: 0x54000001,
  inPlace: -1,
  serialized: 2,
  shared: 1,
};

/** mpi.h of Open MPI: handles are the addresses of variables of the library. */
function openMpi(koffi: Koffi, library: LibraryHandle): Constants {
  const of = (name: string): number => Number(koffi.address(library.symbol(`ompi_mpi_${name}`)));
  return {
    world: of("comm_world"),
    float32: of("float"),
    float64: of("double"),
    int32: of("int"),
    byte: of("byte"),
    sum: of("op_sum"),
    max: of("op_max"),
    noInfo: of("info_null"),
    errorsReturn: of("errors_return"),
    inPlace: 1,
    serialized: 2,
    shared: 0,
  };
}

export function constantsOf(abi: Abi, koffi: Koffi, library: LibraryHandle): Constants {
  if (abi === "openmpi") return openMpi(koffi, library);
  return abi === "standard" ? standard : mpich;
}

/**
 * Which ABI a library has, by what is in it. MPI_Abi_get_version comes first: Open MPI's library of the standard ABI is
 * loaded together with the one that holds Open MPI's own variables.
 */
export function abiOf(library: LibraryHandle): Abi {
  try {
    const [major, minor] = [new Int32Array(1), new Int32Array(1)];
    library.func("int MPI_Abi_get_version(void *major, void *minor)")(major, minor);
    // -1: a library that knows the function, but has not that ABI.
    if (major[0] === 1) return "standard";
  } catch {
    // Older than MPI 5.
  }
  try {
    library.symbol("ompi_mpi_comm_world");
    return "openmpi";
  } catch {
    return "mpich";
  }
}
