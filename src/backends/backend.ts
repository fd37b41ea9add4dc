// What every backend offers: it loads a plan and runs its programs.
import type { DType, FloatDType, TypedArray } from "../ir/dtype.ts";
import type { Plan, View } from "../plan/plan.ts";

export const backendNames = ["auto", "wasm", "reference"] as const;
export type BackendName = (typeof backendNames)[number];

/** How values lie in a backend's arena; the planner needs no more of it. */
export interface Layout {
  /** Element type that float values have on this backend. */
  readonly float: FloatDType;
  readonly bytesPerElement: Readonly<Record<DType, number>>;
}

export interface Backend extends Layout {
  readonly name: Exclude<BackendName, "auto">;
  /** Allocates the arena, writes the constants, runs the setup. Throws UNSUPPORTED_BY_BACKEND naming op and types. */
  load(plan: Plan): Machine;
  /** The same in stages, where it takes long for a deep network. */
  loading?(plan: Plan): Generator<void, Machine>;
}

/** A loaded plan. */
export interface Machine {
  /** Threads that share its larger programs. */
  readonly threads: number;
  /** Name of the BLAS that computes its large matrix products, if one does. */
  readonly blas: string | undefined;
  /** Copies `data` (as many elements as the view has, in the host type of its dtype) into the arena. */
  write(view: View, data: TypedArray): void;
  /** A copy of the elements in the host type of the view's dtype. */
  read(view: View): TypedArray;
  /** Runs a program `times` times without returning to the caller in between. */
  run(program: string, times: number): void;
  /**
   * The same without blocking, where the machine has threads for this program; until it is done any other call but
   * `stop` and `dispose` throws BUSY. Gives how many runs were completed: fewer than `times` after `stop`.
   */
  start(program: string, times: number): number | Promise<number>;
  /** Asks the runs that are going on to end after the present one. */
  stop(): void;
  /** Milliseconds that programs have spent in calls to other ranks; begins anew after 71 minutes of it. */
  waited(): number;
  /** Gives memory and threads back; any later call throws DISPOSED. */
  dispose(): void;
}
