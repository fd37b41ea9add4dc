// GATHER, SCATTER_ADD: rows picked and rows added to, by indices that are checked.
import { Gather, ScatterAdd } from "./instructions.generated";
import { KIND_INT } from "./opcodes";
import { indexOutOfRange, shareStart } from "./share";

/** y[i, :] = x[index[i], :]. */
export function gather(p: Gather, thread: i32, threads: i32): void {
  const x = p.x;
  const indices = p.indices;
  const y = p.y;
  const count = p.count;
  const rows = p.rows;
  const width = p.width;
  const rowBytes = (<usize>width) << 2;
  const end = shareStart(count, thread + 1, threads);
  for (let i = shareStart(count, thread, threads); i < end; i++) {
    const index = load<i32>(indices + (i << 2));
    if (<u32>index >= <u32>rows) {
      indexOutOfRange(changetype<usize>(p), index, rows);
      return;
    }
    let from = x + index * rowBytes;
    let to = y + i * rowBytes;
    if (width >= 32) {
      memory.copy(to, from, rowBytes);
    } else {
      for (const stop = to + rowBytes; to < stop; to += 4, from += 4) store<i32>(to, load<i32>(from));
    }
  }
}

/** y = 0, then y[index[i], :] += updates[i, :] in the order of i. A thread owns rows of y and passes over all indices. */
export function scatterAdd(p: ScatterAdd, thread: i32, threads: i32): void {
  const indices = p.indices;
  const updates = p.updates;
  const y = p.y;
  const count = p.count;
  const rows = p.rows;
  const rowBytes = (<usize>p.width) << 2;
  const isInt = p.element == KIND_INT;
  const first = shareStart(rows, thread, threads);
  const end = shareStart(rows, thread + 1, threads);
  memory.fill(y + first * rowBytes, 0, (end - first) * rowBytes);
  for (let i = 0; i < count; i++) {
    const index = load<i32>(indices + (i << 2));
    if (<u32>index >= <u32>rows) {
      indexOutOfRange(changetype<usize>(p), index, rows);
      return;
    }
    if (index < first || index >= end) continue;
    let from = updates + i * rowBytes;
    let to = y + index * rowBytes;
    const stop = to + rowBytes;
    if (isInt) {
      for (; to < stop; to += 4, from += 4) store<i32>(to, load<i32>(to) + load<i32>(from));
      continue;
    }
    for (; to + 16 <= stop; to += 16, from += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
    for (; to < stop; to += 4, from += 4) store<f32>(to, load<f32>(to) + load<f32>(from));
  }
}
