// The functions of an MPI library, declared once for all ABIs: handles and addresses are 64-bit integers, which a C int of a register is part of.
import type { LibraryHandle } from "koffi";
import { ChainruleError } from "../../ir/errors.ts";
import { loadKoffi } from "../koffi.ts";
import { type Constants, constantsOf } from "./abi.ts";
import type { MpiLibrary } from "./communicator.ts";

/** `void *` takes a typed array, where it lies; addresses of the machine's memory are numbers. */
const declarations = {
  MPI_Init_thread: "int64_t argc, int64_t argv, int required, void *provided",
  MPI_Initialized: "void *flag",
  MPI_Finalize: "",
  MPI_Abort: "int64_t comm, int code",
  MPI_Error_string: "int code, void *text, void *length",
  MPI_Comm_set_errhandler: "int64_t comm, int64_t handler",
  MPI_Comm_rank: "int64_t comm, void *rank",
  MPI_Comm_size: "int64_t comm, void *size",
  MPI_Comm_split_type: "int64_t comm, int type, int key, int64_t info, void *newComm",
  MPI_Comm_free: "void *comm",
  MPI_Barrier: "int64_t comm",
  MPI_Bcast: "void *data, int count, int64_t type, int root, int64_t comm",
  MPI_Gather:
    "void *send, int sendCount, int64_t sendType, void *receive, int receiveCount, int64_t receiveType, int root, int64_t comm",
  MPI_Gatherv:
    "void *send, int sendCount, int64_t sendType, void *receive, void *counts, void *places, int64_t receiveType, int root, int64_t comm",
} as const;

type KoffiFunction = ReturnType<LibraryHandle["func"]>;

type Name = keyof typeof declarations;

export interface MpiFunctions {
  readonly constants: Constants;
  /** Calls a function by name; throws MPI_FAILED with what the library says where it returns no success. */
  readonly call: (name: Name, ...operands: readonly unknown[]) => void;
  /** MPI_Allreduce in place; `data` is a typed array, or an address. */
  readonly reduceArray: (data: ArrayBufferView, count: number, type: number, operation: number) => void;
  readonly reduceAt: (address: number, count: number, type: number, operation: number) => void;
}

/** Throws what the loader says where there is no such library, or a function of MPI is not in it. */
export function loadFunctions({ file, koffi: path, abi, name: library }: MpiLibrary): MpiFunctions {
  const koffi = loadKoffi(path);
  const handle = koffi.load(file, { global: abi === "openmpi" });
  const constants = constantsOf(abi, koffi, handle);
  const functions = Object.fromEntries(
    Object.entries(declarations).map(([name, parameters]) => [name, handle.func(`int ${name}(${parameters})`)]),
  ) as Record<Name, KoffiFunction>;
  const require = (name: string, code: number): void => {
    if (code !== 0) throw failure(name, code, functions.MPI_Error_string, library);
  };
  const allReduce = (buffer: string): KoffiFunction =>
    handle.func(`int MPI_Allreduce(int64_t send, ${buffer}, int count, int64_t type, int64_t operation, int64_t comm)`);
  const { inPlace, world } = constants;
  const [array, at] = [allReduce("void *receive"), allReduce("int64_t receive")];
  return {
    constants,
    call: (name, ...operands) => require(name, functions[name](...operands)),
    reduceArray: (data, count, type, operation) =>
      require("MPI_Allreduce", array(inPlace, data, count, type, operation, world)),
    reduceAt: (address, count, type, operation) =>
      require("MPI_Allreduce", at(inPlace, address, count, type, operation, world)),
  };
}

function failure(name: string, code: number, errorString: KoffiFunction, library: string): ChainruleError {
  const [text, length] = [new Uint8Array(8192), new Int32Array(1)];
  errorString(code, text, length);
  const said = new TextDecoder().decode(text.subarray(0, length[0])).trim().replace(/\s+/g, " ");
  return new ChainruleError("MPI_FAILED", `${name} of ${library} must succeed; it gave error ${code}: ${said}.`, {
    function: name,
    code,
    library,
  });
}
