// FUSED: a chain of elementwise steps, run block by block so that intermediate values stay in the first-level cache.

import { BroadcastOperand, Fused, Operand, Step } from "./instructions.generated";
import { BLOCK, SLOT_BROADCAST, SLOT_BYTES, SLOT_NUMBER, SLOT_SCALAR } from "./opcodes";
import { shareStart } from "./share";
import { SLOT_SPLAT, Slot } from "./slot";
import { executeStep } from "./steps.generated";

/**
 * Elements [start, start + count) of a broadcast input, in the order of the iteration space, written to `to`.
 * `sizes`: of `rank` axes, then their strides in elements; the last axis is innermost, with stride 0 or not.
 */
function unroll(to: usize, from: usize, rank: i32, sizes: usize, start: i32, count: i32): void {
  const strides = sizes + (rank << 2);
  const last = (rank - 1) << 2;
  const inner = load<i32>(sizes + last);
  const innerStride = load<i32>(strides + last);
  let row = start / inner;
  let column = start - row * inner;
  const end = to + (count << 2);

  // [n] on [m, n]: one period, then copies of what is there.
  if (rank == 2 && innerStride == 1 && load<i32>(strides) == 0 && inner < count) {
    memory.copy(to, from + (column << 2), (inner - column) << 2);
    memory.copy(to + ((inner - column) << 2), from, column << 2);
    let done = inner;
    while (done < count) {
      const piece = min(done, count - done);
      memory.copy(to + (done << 2), to, piece << 2);
      done += piece;
    }
    return;
  }
  while (to < end) {
    let at = from;
    let rest = row;
    for (let axis = last - 4; axis >= 0; axis -= 4) {
      const size = load<i32>(sizes + axis);
      const next = rest / size;
      at += ((rest - next * size) * load<i32>(strides + axis)) << 2;
      rest = next;
    }
    const stop = min(end, to + ((inner - column) << 2));
    if (innerStride == 0) {
      const x = v128.load32_splat(at);
      // Whole vectors: what is written past the run is overwritten by the next one, or is the register's margin.
      for (let z = to; z < stop; z += 16) v128.store(z, x);
    } else {
      at += (column * innerStride) << 2;
      if (innerStride == 1) {
        for (let z = to; z < stop; z += 16, at += 16) v128.store(z, v128.load(at));
      } else {
        for (let z = to; z < stop; z += 4, at += innerStride << 2) store<i32>(z, load<i32>(at));
      }
    }
    to = stop;
    column = 0;
    row++;
  }
}

export function fused(p: Fused, thread: i32, threads: i32, slots: usize): void {
  const vectors = (p.elements + 3) >>> 2;
  let at = shareStart(vectors, thread, threads);
  const end = shareStart(vectors, thread + 1, threads);
  let slot = slots;
  let q = changetype<usize>(p) + offsetof<Fused>();
  for (let i = 0; i < p.fixed; i++) {
    const operand = changetype<Operand>(q);
    const s = changetype<Slot>(slot);
    if (operand.kind <= SLOT_SCALAR) {
      const from = operand.kind == SLOT_NUMBER ? q + offsetof<Operand>("value") : operand.value;
      v128.store(slot + SLOT_SPLAT, v128.load32_splat(from));
      s.pointer = slot + SLOT_SPLAT;
      s.stride = 0;
    } else {
      s.pointer = slots + operand.value;
      s.stride = 16;
    }
    q += offsetof<Operand>();
    slot += SLOT_BYTES;
  }
  while (at < end) {
    const count = min(end - at, BLOCK >> 2);
    let moving = slot;
    let r = q;
    for (let i = 0; i < p.moving; i++) {
      const s = changetype<Slot>(moving);
      s.stride = 16;
      const operand = changetype<Operand>(r);
      if (operand.kind == SLOT_BROADCAST) {
        const input = changetype<BroadcastOperand>(r);
        const axes = r + offsetof<BroadcastOperand>();
        s.pointer = slots + input.register;
        unroll(s.pointer, input.address, input.rank, axes, at << 2, count << 2);
        r = axes + (input.rank << 3);
      } else {
        s.pointer = operand.value + (at << 4);
        r += offsetof<Operand>();
      }
      moving += SLOT_BYTES;
    }
    for (let i = 0; i < p.steps; i++) {
      executeStep(changetype<Step>(r), slots, count);
      r += offsetof<Step>();
    }
    at += count;
  }
}
