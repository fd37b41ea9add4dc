// From a module to a plan: each program through its passes, then a place in one arena for every buffer.
import type { DType } from "../ir/dtype.ts";
import { sizeOf, type TensorType } from "../ir/shape.ts";
import type { Module } from "./module.ts";
import { place } from "./place.ts";
import type { Buffer, BufferId, Kernel, Plan, PlannedProgram, View } from "./plan.ts";
import { type AddBuffer, planProgram } from "./plan-program.ts";
import { finish } from "./stages.ts";
import { verifyPlaces } from "./verify-passes.ts";

/** What the planner needs to know of a backend. */
export interface Target {
  readonly bytesPerElement: Readonly<Record<DType, number>>;
}

/** A buffer while the plan is being made: scratch has no place yet. */
type Draft = { -readonly [K in keyof Buffer]: Buffer[K] };

/** The plan of all programs of a module, for one kind of memory layout. */
export const makePlan = (module: Module, target: Target): Plan => finish(planning(module, target));

/** The same in stages, which take long for a deep network. */
export function* planning(module: Module, target: Target): Generator<void, Plan> {
  const buffers: Draft[] = [];
  const bytesOf = (type: TensorType) => Math.ceil((sizeOf(type.shape) * target.bytesPerElement[type.dtype]) / 16) * 16;
  const addBuffer: AddBuffer = (role, type, name, data) => {
    const id = buffers.length;
    const { shape, dtype } = type;
    buffers.push({
      id,
      role,
      shape,
      dtype,
      offset: 0,
      bytes: bytesOf(type),
      ...(name === undefined ? {} : { name }),
      ...(data === undefined ? {} : { data }),
    });
    return { buffer: id, shape, dtype };
  };

  const states: Record<string, View> = {};
  for (const [name, type] of Object.entries(module.state)) states[name] = addBuffer("state", type, name);

  const setup: Kernel[] = [];
  const programs: Record<string, PlannedProgram> = {};
  let scratchBytes = 0;
  let largestProgram = 0;
  const placements: { buffers: BufferId[]; offsets: readonly number[] }[] = [];

  for (const [name, program] of Object.entries(module.programs)) {
    const planned = yield* planProgram(name, program, states, addBuffer, setup);
    programs[name] = planned.program;
    yield;
    const own = planned.scratch.map(({ buffer, first, last }) => ({ bytes: buffers[buffer]!.bytes, first, last }));
    const placement = verifyPlaces(place(own), own);
    yield;
    placements.push({ buffers: planned.scratch.map(({ buffer }) => buffer), offsets: placement.offsets });
    largestProgram = Math.max(largestProgram, placement.bytes);
    scratchBytes += planned.values.reduce((sum, type) => sum + bytesOf(type), 0);
  }

  let offset = 0;
  for (const buffer of buffers) {
    if (buffer.role === "scratch") continue;
    buffer.offset = offset;
    offset += buffer.bytes;
  }
  for (const placement of placements) {
    placement.buffers.forEach((id, i) => {
      buffers[id]!.offset = offset + placement.offsets[i]!;
    });
  }
  return {
    buffers,
    states,
    setup,
    programs,
    arena: { bytes: offset + largestProgram, bytesWithoutReuse: offset + scratchBytes },
  };
}
