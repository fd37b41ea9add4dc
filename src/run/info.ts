// What this place has to compute with: the processor, the builds of the machine, threads, and a BLAS.
import { fastestBuild } from "../backends/wasm/module.ts";
import { availableThreads } from "../backends/wasm/worker.ts";
import { blasFrom } from "./backends.ts";
import { blasOf } from "./blas.ts";

export interface ComputeInfo {
  /** Model of the processor; undefined where JavaScript cannot know it. */
  readonly processor: string | undefined;
  readonly threads: number;
  /** Whether the machine multiplies and adds in one rounding here. */
  readonly fusedMultiplyAdd: boolean;
  readonly blas:
    | {
        readonly name: string;
        readonly file: string;
        /** The package that it came in; absent where the machine has it. */
        readonly package?: string;
        /** Multiply-adds of the smallest product it computes. */
        readonly from: number;
      }
    | { readonly reason: string };
}

/** Throws BLAS_NOT_FOUND as findBlas does. */
export function computeInfo(): ComputeInfo {
  const blas = blasOf();
  const { library } = blas;
  const os = globalThis.process?.getBuiltinModule?.("node:os");
  return {
    processor: os?.cpus()[0]?.model.trim(),
    threads: availableThreads(),
    fusedMultiplyAdd: fastestBuild() === "relaxed",
    blas: library
      ? { name: library.name, file: library.file, ...(library.package && { package: library.package }), from: blasFrom }
      : { reason: blas.reason },
  };
}
