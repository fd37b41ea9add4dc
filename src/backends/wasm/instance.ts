// The machine on a memory, with the functions that fused kernels were made into: the same for the host and for threads.
import type { Gemm } from "../blas/gemm.ts";
import type { AllReduce } from "../mpi/communicator.ts";
import { CONTROL_WAITED } from "./machine/opcodes.ts";

export interface MachineExports {
  /** Functions that instructions call: generated ones are added to it. */
  readonly table: WebAssembly.Table;
  memoryBase(): number;
  /** Address of the control words: see opcodes.ts. */
  controlAddress(): number;
  run(program: number, times: number, thread: number, threads: number, all: number, scratch: number): void;
  runOne(instruction: number, thread: number, threads: number, scratch: number): void;
}

/** What instructions call outside of the machine, where there is any of it. */
export interface Outside {
  readonly gemm?: Gemm | undefined;
  readonly allReduce?: AllReduce | undefined;
  /** Functions of the fused kernels. */
  readonly generated?: WebAssembly.Module | undefined;
}

const missing = (): never => {
  throw new Error("bug: no BLAS, or no ranks");
};

export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  { gemm = missing, allReduce, generated }: Outside = {},
): MachineExports {
  const timed: AllReduce = allReduce
    ? (...call) => {
        const from = performance.now();
        allReduce(...call);
        words[CONTROL_WAITED]! += Math.round(1000 * (performance.now() - from));
      }
    : missing;
  const imports = { env: { memory }, blas: { gemm }, mpi: { allReduce: timed } };
  const machine = new WebAssembly.Instance(module, imports).exports as WebAssembly.Exports & MachineExports;
  const words = new Int32Array(memory.buffer, machine.controlAddress());
  if (generated) addFunctions(machine, generated, memory);
  return machine;
}

/** Puts the generated functions at the end of the machine's table. */
function addFunctions(machine: MachineExports, generated: WebAssembly.Module, memory: WebAssembly.Memory): void {
  const functions = Object.values(new WebAssembly.Instance(generated, { env: { memory } }).exports);
  const first = machine.table.grow(functions.length);
  functions.forEach((fn, i) => {
    machine.table.set(first + i, fn);
  });
}
