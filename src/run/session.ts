// A module loaded on a backend: state to write and read, programs to run.
import type { Backend, Machine } from "../backends/backend.ts";
import { convert, type TypedArray } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import { formatShape, sizeOf } from "../ir/shape.ts";
import { makePlan, planning } from "../plan/make-plan.ts";
import type { Module } from "../plan/module.ts";
import type { Plan, PlannedProgram, View } from "../plan/plan.ts";

export class Session {
  readonly plan: Plan;
  readonly backend: Backend;
  readonly #machine: Machine;

  /** `plan` and `machine` are the module's where they are made already. */
  constructor(module: Module, backend: Backend, plan = makePlan(module, backend), machine = backend.load(plan)) {
    this.backend = backend;
    this.plan = plan;
    this.#machine = machine;
  }

  /** Sets a state's elements, row-major. Throws SHAPE_MISMATCH for another number of elements. */
  write(state: string, data: TypedArray): void {
    this.#write(this.#state(state), data, state);
  }

  /** A copy of a state's elements, row-major. */
  read(state: string): TypedArray {
    return this.#machine.read(this.#state(state));
  }

  /** Runs a program `times` times on the given inputs. State is updated by each. */
  run(program: string, times = 1, inputs: Readonly<Record<string, TypedArray>> = {}): void {
    this.#writeInputs(program, inputs);
    this.#machine.run(program, times);
  }

  /**
   * The same without blocking where the machine has threads for the program: then a promise. Gives how many runs were
   * completed, fewer than `times` after `stop`. Until then any other call but `stop` and `dispose` throws BUSY.
   */
  start(program: string, times = 1, inputs: Readonly<Record<string, TypedArray>> = {}): number | Promise<number> {
    this.#writeInputs(program, inputs);
    return this.#machine.start(program, times);
  }

  /** Asks the runs that are going on to end after the present one. */
  stop(): void {
    this.#machine.stop();
  }

  /** Milliseconds that programs have spent in calls to other ranks; begins anew after 71 minutes of it. */
  waited(): number {
    return this.#machine.waited();
  }

  /** Threads that share the larger programs. */
  get threads(): number {
    return this.#machine.threads;
  }

  /** Name of the BLAS that computes the large matrix products, if one does. */
  get blas(): string | undefined {
    return this.#machine.blas;
  }

  #writeInputs(program: string, inputs: Readonly<Record<string, TypedArray>>): void {
    const planned = this.#program(program);
    for (const [name, view] of Object.entries(planned.inputs)) {
      const data = inputs[name];
      if (data === undefined)
        throw new ChainruleError("INVALID_ARGUMENT", `Program ${program} needs the input "${name}".`);
      this.#write(view, data, name);
    }
  }

  /** A copy of an output of the program's last run. */
  output(program: string, name: string): TypedArray {
    const view = this.#program(program).outputs[name];
    if (view === undefined) throw new ChainruleError("INVALID_ARGUMENT", `Program ${program} has no output "${name}".`);
    return this.#machine.read(view);
  }

  dispose(): void {
    this.#machine.dispose();
  }

  #program(name: string): PlannedProgram {
    const program = this.plan.programs[name];
    if (program === undefined) throw new ChainruleError("INVALID_ARGUMENT", `There is no program "${name}".`);
    return program;
  }

  #state(name: string): View {
    const view = this.plan.states[name];
    if (view === undefined) throw new ChainruleError("INVALID_ARGUMENT", `There is no state "${name}".`);
    return view;
  }

  #write(view: View, data: TypedArray, name: string): void {
    if (data.length !== sizeOf(view.shape)) {
      throw new ChainruleError(
        "SHAPE_MISMATCH",
        `"${name}" has shape ${formatShape(view.shape)}, ${sizeOf(view.shape)} elements; got ${data.length}.`,
        { name, shape: view.shape, elements: data.length },
      );
    }
    this.#machine.write(view, convert(data, view.dtype));
  }
}

/** A session; `giveWay` is awaited between the stages of planning and loading, which take long for a deep network. */
export async function createSession(module: Module, backend: Backend, giveWay: () => Promise<void>): Promise<Session> {
  const plan = await givingWay(planning(module, backend), giveWay);
  const machine = backend.loading && (await givingWay(backend.loading(plan), giveWay));
  return new Session(module, backend, plan, machine);
}

async function givingWay<T>(stages: Generator<void, T>, giveWay: () => Promise<void>): Promise<T> {
  for (;;) {
    const stage = stages.next();
    await giveWay();
    if (stage.done) return stage.value;
  }
}
