// COPY, TRANSPOSE, FILL: words moved between strided places; the element type does not matter.
import { transpose4 } from "./panels";
import { shareStart } from "./share";

/** Start of row `index`: `axes` holds (size, from, to bytes apart) of each outer axis, innermost last. */
class Place {
  @inline static of(axes: usize, count: i32, index: i32, strides: usize): usize {
    let at: usize = 0;
    for (let axis = axes + (count - 1) * 12; axis >= axes; axis -= 12) {
      const size = load<i32>(axis);
      const next = index / size;
      at += (index - next * size) * load<i32>(axis + strides);
      index = next;
    }
    return at;
  }
}

/** [COPY, bytes, from, to, rows, outer axes, n, from step, to step (bytes), (size, from, to bytes apart) …] */
export function copy(p: usize, thread: i32, threads: i32): void {
  const from = load<usize>(p, 8);
  const to = load<usize>(p, 12);
  const rows = load<i32>(p, 16);
  const count = load<i32>(p, 20);
  const n = load<i32>(p, 24);
  const fromStep = load<usize>(p, 28);
  const toStep = load<usize>(p, 32);
  const axes = p + 36;
  if (count == 0) {
    // One row: its elements are shared.
    const start = shareStart(n, thread, threads);
    copyRow(from + start * fromStep, to + start * toStep, shareStart(n, thread + 1, threads) - start, fromStep, toStep);
    return;
  }
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; row++) {
    copyRow(from + Place.of(axes, count, row, 4), to + Place.of(axes, count, row, 8), n, fromStep, toStep);
  }
}

function copyRow(from: usize, to: usize, n: i32, fromStep: usize, toStep: usize): void {
  if (toStep == 4 && fromStep == 4) {
    if (n >= 32) {
      memory.copy(to, from, n << 2);
      return;
    }
    for (; n >= 4; n -= 4, from += 16, to += 16) v128.store(to, v128.load(from));
  } else if (toStep == 4 && fromStep == 0) {
    const x = v128.load32_splat(from);
    for (; n >= 4; n -= 4, to += 16) v128.store(to, x);
  }
  for (; n > 0; n--, from += fromStep, to += toStep) store<i32>(to, load<i32>(from));
}

/**
 * to[r, c] = from[c, r] over outer axes, in 4 × 4 tiles; a unit is four rows of `to`.
 * [TRANSPOSE, bytes, from, to, planes, outer axes, rows, columns, from row, to row (bytes), (size, from, to) …]
 */
export function transpose(p: usize, thread: i32, threads: i32): void {
  const count = load<i32>(p, 20);
  const rows = load<i32>(p, 24);
  const columns = load<i32>(p, 28);
  const fromBytes = load<usize>(p, 32);
  const toBytes = load<usize>(p, 36);
  const axes = p + 40;
  const groups = (rows + 3) >>> 2;
  const total = load<i32>(p, 16) * groups;
  const end = shareStart(total, thread + 1, threads);
  for (let unit = shareStart(total, thread, threads); unit < end; unit++) {
    const plane = unit / groups;
    const row = (unit - plane * groups) << 2;
    let from = load<usize>(p, 8) + Place.of(axes, count, plane, 4) + (row << 2);
    let to = load<usize>(p, 12) + Place.of(axes, count, plane, 8) + row * toBytes;
    const height = min(4, rows - row);
    let left = columns;
    if (height == 4) {
      for (; left >= 4; left -= 4) {
        transpose4(from, fromBytes, to, toBytes);
        from += fromBytes << 2;
        to += 16;
      }
    }
    for (; left > 0; left--) {
      let z = to;
      for (let r = 0; r < height; r++) {
        store<i32>(z, load<i32>(from + (r << 2)));
        z += toBytes;
      }
      from += fromBytes;
      to += 4;
    }
  }
}

/** [FILL, bytes, to, n, bits] */
export function fill(p: usize, thread: i32, threads: i32): void {
  const vectors = (load<i32>(p, 12) + 3) >>> 2;
  const to = load<usize>(p, 8);
  const x = v128.load32_splat(p, 16);
  const end = to + ((<usize>shareStart(vectors, thread + 1, threads)) << 4);
  for (let z = to + ((<usize>shareStart(vectors, thread, threads)) << 4); z < end; z += 16) v128.store(z, x);
}
