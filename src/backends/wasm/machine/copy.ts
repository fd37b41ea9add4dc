// COPY, TRANSPOSE, FILL: words moved between strided places; the element type does not matter.
import { Copy, CopyAxis, Fill, Transpose } from "./instructions.generated";
import { transpose4 } from "./panels";
import { shareStart } from "./share";

class Outer {
  /** Bytes to element `index` of `count` axes, innermost last, where `stride` is the offset of a field of CopyAxis. */
  @inline static at(axes: usize, count: i32, index: i32, stride: usize): usize {
    let at: usize = 0;
    for (let a = axes + (count - 1) * offsetof<CopyAxis>(); a >= axes; a -= offsetof<CopyAxis>()) {
      const size = changetype<CopyAxis>(a).size;
      const next = index / size;
      at += (index - next * size) * load<i32>(a + stride);
      index = next;
    }
    return at;
  }
}

export function copy(p: Copy, thread: i32, threads: i32): void {
  const from = p.from;
  const to = p.to;
  const rows = p.rows;
  const count = p.axes;
  const n = p.n;
  const fromStep = p.fromStep;
  const toStep = p.toStep;
  const axes = changetype<usize>(p) + offsetof<Copy>();
  if (count == 0) {
    // One row: its elements are shared.
    const start = shareStart(n, thread, threads);
    copyRow(from + start * fromStep, to + start * toStep, shareStart(n, thread + 1, threads) - start, fromStep, toStep);
    return;
  }
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; row++) {
    copyRow(
      from + Outer.at(axes, count, row, offsetof<CopyAxis>("from")),
      to + Outer.at(axes, count, row, offsetof<CopyAxis>("to")),
      n,
      fromStep,
      toStep,
    );
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

/** to[r, c] = from[c, r] over outer axes, in 4 × 4 tiles; a unit is four rows of `to`. */
export function transpose(p: Transpose, thread: i32, threads: i32): void {
  const count = p.axes;
  const rows = p.rows;
  const columns = p.columns;
  const fromBytes = p.fromRow;
  const toBytes = p.toRow;
  const axes = changetype<usize>(p) + offsetof<Transpose>();
  const groups = (rows + 3) >>> 2;
  const total = p.planes * groups;
  const end = shareStart(total, thread + 1, threads);
  for (let unit = shareStart(total, thread, threads); unit < end; unit++) {
    const plane = unit / groups;
    const row = (unit - plane * groups) << 2;
    let from = p.from + Outer.at(axes, count, plane, offsetof<CopyAxis>("from")) + (row << 2);
    let to = p.to + Outer.at(axes, count, plane, offsetof<CopyAxis>("to")) + row * toBytes;
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

export function fill(p: Fill, thread: i32, threads: i32): void {
  const vectors = (p.n + 3) >>> 2;
  const to = p.to;
  const x = i32x4.splat(p.bits);
  const end = to + ((<usize>shareStart(vectors, thread + 1, threads)) << 4);
  for (let z = to + ((<usize>shareStart(vectors, thread, threads)) << 4); z < end; z += 16) v128.store(z, x);
}
