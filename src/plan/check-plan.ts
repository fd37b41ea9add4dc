// Tells whether a plan is sound, without asking how it was made: places, lifetimes, in-place writes.
import { sizeOf } from "../ir/shape.ts";
import type { Buffer, FusedKernel, Kernel, Plan, View } from "./plan.ts";

const outputsOf = (kernel: Kernel): readonly View[] =>
  kernel.kind === "op" ? [kernel.output] : kernel.outputs.map(({ view }) => view);

const overlaps = (a: Buffer, b: Buffer): boolean =>
  a.bytes > 0 && b.bytes > 0 && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;

/** Every way in which the plan breaks its promises, in words; none where it is sound. */
export function checkPlan(plan: Plan, bytesPerElement: Readonly<Record<string, number>>): string[] {
  const faults: string[] = [];
  const fixed = plan.buffers.filter(({ role }) => role !== "scratch");
  for (const buffer of plan.buffers) {
    const { id, offset, bytes, shape, dtype } = buffer;
    if (offset % 16 !== 0 || bytes % 16 !== 0) faults.push(`b${id} is not aligned`);
    if (offset + bytes > plan.arena.bytes) faults.push(`b${id} ends beyond the arena`);
    if (bytes < sizeOf(shape) * bytesPerElement[dtype]!) faults.push(`b${id} is too small`);
    for (const other of fixed) {
      if (other.id !== id && overlaps(buffer, other)) faults.push(`b${id} overlaps b${other.id}, which is kept`);
    }
  }
  checkKernels(plan, "setup", plan.setup, faults);
  for (const [name, { kernels, outputs }] of Object.entries(plan.programs)) {
    checkKernels(plan, name, kernels, faults);
    for (const [output, view] of Object.entries(outputs)) {
      if (plan.buffers[view.buffer]!.role === "scratch") faults.push(`${name}: output ${output} is scratch`);
    }
  }
  return faults;
}

function checkKernels(plan: Plan, name: string, kernels: readonly Kernel[], faults: string[]): void {
  const lives = new Map<number, { first: number; last: number }>();
  kernels.forEach((kernel, at) => {
    const where = `${name}, kernel ${at}`;
    for (const { buffer, shape } of [...kernel.inputs, ...outputsOf(kernel)]) {
      if (sizeOf(shape) !== sizeOf(plan.buffers[buffer]!.shape)) faults.push(`${where}: b${buffer} has another size`);
    }
    for (const { buffer } of kernel.inputs) {
      if (plan.buffers[buffer]!.role !== "scratch") continue;
      const life = lives.get(buffer);
      if (life === undefined) faults.push(`${where}: b${buffer} is read before it is written`);
      else life.last = at;
    }
    const written = new Set<number>();
    for (const { buffer } of outputsOf(kernel)) {
      const { role } = plan.buffers[buffer]!;
      if (role === "input" || (role === "constant" && name !== "setup")) faults.push(`${where}: b${buffer} is written`);
      if (written.has(buffer)) faults.push(`${where}: b${buffer} is written twice`);
      written.add(buffer);
      if (role !== "scratch") continue;
      const life = lives.get(buffer);
      if (life === undefined) lives.set(buffer, { first: at, last: at });
      else life.last = at;
    }
    if (kernel.kind === "fused") checkInPlace(kernel, where, faults);
    else if (kernel.inputs.some(({ buffer }) => written.has(buffer)))
      faults.push(`${where}: not elementwise, in place`);
  });
  const list = [...lives];
  for (const [i, [a, lifeA]] of list.entries()) {
    for (const [b, lifeB] of list.slice(i + 1)) {
      const together = lifeA.first <= lifeB.last && lifeB.first <= lifeA.last;
      if (together && overlaps(plan.buffers[a]!, plan.buffers[b]!)) {
        faults.push(`${name}: b${a} and b${b} overlap while both are alive`);
      }
    }
  }
}

/** Where an output lies on an input: all of it, and no later step reads what was there. */
function checkInPlace(kernel: FusedKernel, where: string, faults: string[]): void {
  for (const { step, view } of kernel.outputs) {
    kernel.inputs.forEach((input, index) => {
      if (input.buffer !== view.buffer) return;
      if (sizeOf(input.shape) !== sizeOf(kernel.shape)) faults.push(`${where}: b${view.buffer} is repeated, in place`);
      const late = kernel.steps.findLastIndex((s) => s.arguments.some((a) => a.kind === "input" && a.index === index));
      if (late > step) faults.push(`${where}: step ${late} reads b${view.buffer} after step ${step} wrote it`);
    });
  }
}
