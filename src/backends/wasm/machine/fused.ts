// FUSED: a chain of elementwise steps, run block by block so that intermediate values stay in the first-level cache.

import { STEP_BYTES } from "./map";
import { BLOCK, SLOT_BROADCAST, SLOT_BYTES, SLOT_NUMBER, SLOT_SCALAR } from "./opcodes";
import { shareStart } from "./share";
import { executeStep } from "./steps.generated";

/**
 * Elements [start, start + count) of a broadcast input, in the order of the iteration space, written to `to`.
 * `axes`: [rank, sizes …, strides in elements …], the last axis innermost, with stride 0 or not.
 */
function unroll(to: usize, from: usize, axes: usize, start: i32, count: i32): void {
  const rank = load<i32>(axes);
  const sizes = axes + 4;
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

/** [FUSED, bytes, elements, fixed slots, moving slots, steps, slots …, steps …] */
export function fused(p: usize, thread: i32, threads: i32, slots: usize): void {
  const vectors = (load<i32>(p, 8) + 3) >>> 2;
  const fixed = load<i32>(p, 12);
  const moving = load<i32>(p, 16);
  const steps = load<i32>(p, 20);
  let at = shareStart(vectors, thread, threads);
  const end = shareStart(vectors, thread + 1, threads);
  let slot = slots;
  let q = p + 24;
  for (let i = 0; i < fixed; i++) {
    const kind = load<i32>(q);
    if (kind <= SLOT_SCALAR) {
      v128.store(slot, v128.load32_splat(kind == SLOT_NUMBER ? q + 4 : load<usize>(q, 4)), 16);
      store<usize>(slot, slot + 16);
      store<i32>(slot, 0, 4);
    } else {
      store<usize>(slot, slots + load<usize>(q, 4));
      store<i32>(slot, 16, 4);
    }
    q += 8;
    slot += SLOT_BYTES;
  }
  while (at < end) {
    const count = min(end - at, BLOCK >> 2);
    let s = slot;
    let r = q;
    for (let i = 0; i < moving; i++) {
      store<i32>(s, 16, 4);
      if (load<i32>(r) == SLOT_BROADCAST) {
        const register = slots + load<usize>(r, 4);
        store<usize>(s, register);
        unroll(register, load<usize>(r, 8), r + 12, at << 2, count << 2);
        r += 16 + (load<i32>(r, 12) << 3);
      } else {
        store<usize>(s, load<usize>(r, 4) + (at << 4));
        r += 8;
      }
      s += SLOT_BYTES;
    }
    for (let i = 0; i < steps; i++) {
      executeStep(r, slots, count);
      r += STEP_BYTES;
    }
    at += count;
  }
}
