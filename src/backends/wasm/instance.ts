// The machine on a memory, with the functions that fused kernels were made into: the same for the host and for threads.
import type { Gemm } from "../blas/gemm.ts";

export interface MachineExports {
  /** Functions that instructions call: generated ones are added to it. */
  readonly table: WebAssembly.Table;
  memoryBase(): number;
  /** Address of the control words: see opcodes.ts. */
  controlAddress(): number;
  run(program: number, times: number, thread: number, threads: number, all: number, scratch: number): void;
  runOne(instruction: number, thread: number, threads: number, scratch: number): void;
}

const noBlas: Gemm = () => {
  throw new Error("bug: no BLAS");
};

export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  gemm: Gemm = noBlas,
  generated?: WebAssembly.Module,
): MachineExports {
  const machine = new WebAssembly.Instance(module, { env: { memory }, blas: { gemm } }).exports as WebAssembly.Exports &
    MachineExports;
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
