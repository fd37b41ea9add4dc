// The reference backend: runs plans in plain TypeScript, in float64 unless the plan says otherwise.
import type { DType, TypedArray } from "../../ir/dtype.ts";
import { ChainruleError } from "../../ir/errors.ts";
import { type Shape, sizeOf } from "../../ir/shape.ts";
import type { KernelOpName, Plan, Kernel as PlannedKernel, View } from "../../plan/plan.ts";
import type { Backend, Machine } from "../backend.ts";
import type { Communicator } from "../mpi/communicator.ts";
import { programOf, requireAlive, requireSize } from "../requirements.ts";
import { prepareFused } from "./fused.ts";
import type { Kernel, NdArray } from "./kernel.ts";
import { kernels } from "./kernels.ts";

/** `ranks`: those of a training that has several. */
export const referenceBackend = (ranks?: Communicator): Backend => ({
  name: "reference",
  float: "float64",
  bytesPerElement: { float64: 8, float32: 4, int32: 4, bool: 1 },
  load: (plan) => new ReferenceMachine(plan, ranks),
});

export const reference: Backend = referenceBackend();

type Step = () => void;

/** Everything that a run needs is built by the constructor: running allocates nothing. */
class ReferenceMachine implements Machine {
  readonly threads = 1;
  readonly blas = undefined;
  #arena: ArrayBuffer | undefined;
  readonly #plan: Plan;
  readonly #sumOverRanks: ((values: TypedArray) => void) | undefined;
  #waited = 0;
  readonly #programs = new Map<string, readonly Step[]>();
  #arrays = new WeakMap<View, TypedArray>();

  constructor(plan: Plan, ranks: Communicator | undefined) {
    this.#plan = plan;
    this.#sumOverRanks =
      ranks &&
      ((values) => {
        // Of numbers: bool, in bytes, has no sums.
        if (values instanceof Uint8Array) return;
        const from = performance.now();
        ranks.allReduce(values, "sum");
        this.#waited += performance.now() - from;
      });
    this.#arena = allocateArena(plan.arena.bytes);
    for (const { id, shape, dtype, data } of plan.buffers) {
      if (data === undefined) continue;
      const array = this.#array({ buffer: id, shape, dtype });
      if (data.length === 1) array.fill(data[0]!);
      else array.set(data);
    }
    for (const kernel of plan.setup) this.#prepare(kernel)();
    for (const [name, program] of Object.entries(plan.programs)) {
      this.#programs.set(
        name,
        program.kernels.map((kernel) => this.#prepare(kernel)),
      );
    }
  }

  write(view: View, data: TypedArray): void {
    requireSize(view, data);
    this.#array(view).set(data);
  }

  read(view: View): TypedArray {
    return this.#array(view).slice();
  }

  run(program: string, times: number): void {
    requireAlive(this.#arena);
    const steps = programOf(this.#programs, program);
    for (let time = 0; time < times; time++) {
      for (let i = 0; i < steps.length; i++) steps[i]!();
    }
  }

  start(program: string, times: number): number {
    this.run(program, times);
    return times;
  }

  stop(): void {}

  waited(): number {
    return this.#waited;
  }

  dispose(): void {
    this.#arena = undefined;
    this.#arrays = new WeakMap();
    this.#programs.clear();
  }

  /** The view's elements, in place in the arena. */
  #array(view: View): TypedArray {
    const arena = requireAlive(this.#arena);
    let array = this.#arrays.get(view);
    if (array === undefined) {
      array = arrayIn(arena, this.#plan.buffers[view.buffer]!.offset, view.shape, view.dtype);
      this.#arrays.set(view, array);
    }
    return array;
  }

  #prepare(kernel: PlannedKernel): Step {
    const arrayAt = (view: View): NdArray => ({ data: this.#array(view), shape: view.shape, dtype: view.dtype });
    if (kernel.kind === "fused") return prepareFused(kernel, arrayAt);
    const prepare = kernels[kernel.op] as Kernel<KernelOpName>;
    return prepare(kernel.inputs.map(arrayAt), kernel.attributes as never, arrayAt(kernel.output), this.#sumOverRanks);
  }
}

function allocateArena(bytes: number): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes);
  } catch (cause) {
    throw new ChainruleError(
      "OUT_OF_MEMORY",
      `The plan needs ${bytes} bytes in one piece, which this machine does not give. Use smaller batches or a smaller network.`,
      { bytes },
      { cause },
    );
  }
}

function arrayIn(arena: ArrayBuffer, offset: number, shape: Shape, dtype: DType): TypedArray {
  const length = sizeOf(shape);
  switch (dtype) {
    case "float32":
      return new Float32Array(arena, offset, length);
    case "float64":
      return new Float64Array(arena, offset, length);
    case "int32":
      return new Int32Array(arena, offset, length);
    case "bool":
      return new Uint8Array(arena, offset, length);
  }
}
