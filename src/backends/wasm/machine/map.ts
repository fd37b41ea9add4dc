// A step of a fused kernel: one expression on four elements, looped over a block by a generic function.
import { Step } from "./instructions.generated";

/** Where a value of the chain lies: in the table of slots, SLOT_BYTES each. A number lies in the slot itself. */
@unmanaged
export class Slot {
  pointer: usize;
  /** Bytes from one vector to the next. */
  stride: usize;
}

/** Of a number, in bytes from the beginning of its slot. */
export const SLOT_SPLAT: usize = 16;

// F has no fields: a null reference is enough to call its method, which is inlined.
export function map1<F>(step: Step, slots: usize, vectors: i32): void {
  const f = changetype<F>(0);
  let z = changetype<Slot>(slots + step.result).pointer;
  const sx = changetype<Slot>(slots + step.x);
  let x = sx.pointer;
  const dx = sx.stride;
  const end = z + (vectors << 4);
  do {
    v128.store(z, f.at(v128.load(x)));
    x += dx;
    z += 16;
  } while (z < end);
}

export function map2<F>(step: Step, slots: usize, vectors: i32): void {
  const f = changetype<F>(0);
  let z = changetype<Slot>(slots + step.result).pointer;
  const sx = changetype<Slot>(slots + step.x);
  const sy = changetype<Slot>(slots + step.y);
  let x = sx.pointer;
  let y = sy.pointer;
  const dx = sx.stride;
  const dy = sy.stride;
  const end = z + (vectors << 4);
  do {
    v128.store(z, f.at(v128.load(x), v128.load(y)));
    x += dx;
    y += dy;
    z += 16;
  } while (z < end);
}

export function map3<F>(step: Step, slots: usize, vectors: i32): void {
  const f = changetype<F>(0);
  let out = changetype<Slot>(slots + step.result).pointer;
  const sx = changetype<Slot>(slots + step.x);
  const sy = changetype<Slot>(slots + step.y);
  const sz = changetype<Slot>(slots + step.z);
  let x = sx.pointer;
  let y = sy.pointer;
  let z = sz.pointer;
  const dx = sx.stride;
  const dy = sy.stride;
  const dz = sz.stride;
  const end = out + (vectors << 4);
  do {
    v128.store(out, f.at(v128.load(x), v128.load(y), v128.load(z)));
    x += dx;
    y += dy;
    z += dz;
    out += 16;
  } while (out < end);
}
