// The backends by name, with what the caller says about threads and repeatability.
import { type Backend, type BackendName, backendNames } from "../backends/backend.ts";
import type { Communicator } from "../backends/mpi/communicator.ts";
import { reference, referenceBackend } from "../backends/reference/reference.ts";
import { fastestBuild } from "../backends/wasm/module.ts";
import { wasmBackend } from "../backends/wasm/wasm.ts";
import { availableThreads } from "../backends/wasm/worker.ts";
import { ChainruleError } from "../ir/errors.ts";
import { blasOf } from "./blas.ts";

export interface BackendOptions {
  /**
   * "auto" (default): float32 on the WebAssembly machine, with a BLAS for large matrix products where one is installed.
   * "wasm": the machine alone. "reference": float64, plain loops.
   */
  readonly backend?: BackendName | undefined;
  /** Most threads that a step may use. Default: as many as the processor runs at once, shared by the ranks on this machine. */
  readonly threads?: number | undefined;
  /** The same bits on every machine and with any number of threads: no BLAS, no fused multiply-add. Default: false. */
  readonly deterministic?: boolean | undefined;
  /** The ranks that compute together what says so, as `mpi()` gives them. Default: this process alone. */
  readonly ranks?: Communicator | undefined;
}

/**
 * Multiply-adds of the smallest product that a BLAS computes: about those of 40 × 40 × 40, from where it wins on the processors that were tried
 * (docs/decisions/0011-blas.md). A constant, since a size that is timed would give a training other bits from one day to the next.
 */
export const blasFrom = 2 ** 16;

export { backendNames };

/** Throws INVALID_ARGUMENT for an unknown name or a number of threads that is not a whole number of at least 1. */
export function backendOf({ backend = "auto", threads, deterministic = false, ranks }: BackendOptions = {}): Backend {
  if (!backendNames.includes(backend)) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `There is no backend ${JSON.stringify(backend)}; choose one of ${backendNames.join(", ")}.`,
      { backend },
    );
  }
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1)) {
    throw new ChainruleError("INVALID_ARGUMENT", `threads must be a whole number of at least 1; got ${threads}.`, {
      threads,
    });
  }
  if (backend === "reference") return ranks === undefined ? reference : referenceBackend(ranks);
  const build = deterministic ? "plain" : fastestBuild();
  const blas = (largest: number) => {
    if (largest < blasFrom) return undefined;
    const { library } = blasOf();
    return library && { library, from: blasFrom };
  };
  // Ranks on one machine share its processor.
  const most = threads ?? (ranks && Math.max(1, Math.floor(availableThreads() / ranks.local)));
  return wasmBackend({ threads: most, build, ranks, ...(backend === "auto" && !deterministic && { blas }) });
}
