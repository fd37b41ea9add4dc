// Packing for the matrix product: strips of 4 rows of x and of 8 columns of y, in the order of k, zeros past the edge.
import { TILE_M, TILE_N } from "./opcodes";

class Four {
  /** Low halves: a0 b0 a1 b1 */
  @inline static low(a: v128, b: v128): v128 {
    return i32x4.shuffle(a, b, 0, 4, 1, 5);
  }
  /** High halves: a2 b2 a3 b3 */
  @inline static high(a: v128, b: v128): v128 {
    return i32x4.shuffle(a, b, 2, 6, 3, 7);
  }
  @inline static lowPairs(a: v128, b: v128): v128 {
    return i64x2.shuffle(a, b, 0, 2);
  }
  @inline static highPairs(a: v128, b: v128): v128 {
    return i64x2.shuffle(a, b, 1, 3);
  }
}

/** 4 × 4 words at `from` (rows `fromBytes` apart) written transposed at `to` (rows `toBytes` apart). */
export function transpose4(from: usize, fromBytes: usize, to: usize, toBytes: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + fromBytes);
  const c = v128.load(from + fromBytes * 2);
  const d = v128.load(from + fromBytes * 3);
  const ab0 = Four.low(a, b);
  const ab1 = Four.high(a, b);
  const cd0 = Four.low(c, d);
  const cd1 = Four.high(c, d);
  v128.store(to, Four.lowPairs(ab0, cd0));
  v128.store(to + toBytes, Four.highPairs(ab0, cd0));
  v128.store(to + toBytes * 2, Four.lowPairs(ab1, cd1));
  v128.store(to + toBytes * 3, Four.highPairs(ab1, cd1));
}

/** One strip: to[k][width] = from[row · rowBytes + k · kBytes] for row < rows ≤ width. */
function packStrip(to: usize, from: usize, rowBytes: usize, kBytes: usize, rows: i32, k: i32, width: i32): void {
  const toBytes = (<usize>width) << 2;
  if (rows < width) {
    for (let i = 0; i < k; i++) {
      let source = from + i * kBytes;
      let z = to + i * toBytes;
      for (let row = 0; row < width; row++) {
        store<f32>(z, row < rows ? load<f32>(source) : 0);
        source += rowBytes;
        z += 4;
      }
    }
    return;
  }
  if (rowBytes == 4) {
    if (width == TILE_N) {
      for (let i = 0; i < k; i++) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
        to += toBytes;
        from += kBytes;
      }
    } else {
      for (let i = 0; i < k; i++) {
        v128.store(to, v128.load(from));
        to += toBytes;
        from += kBytes;
      }
    }
    return;
  }
  let i = 0;
  if (kBytes == 4) {
    for (; i + 4 <= k; i += 4) {
      transpose4(from, rowBytes, to, toBytes);
      if (width == TILE_N) transpose4(from + (rowBytes << 2), rowBytes, to + 16, toBytes);
      to += toBytes << 2;
      from += 16;
    }
  }
  for (; i < k; i++) {
    let source = from;
    for (let z = to; z < to + toBytes; z += 4) {
      store<f32>(z, load<f32>(source));
      source += rowBytes;
    }
    to += toBytes;
    from += kBytes;
  }
}

export function packRows(to: usize, x: usize, rowBytes: usize, kBytes: usize, rows: i32, k: i32): void {
  packStrip(to, x, rowBytes, kBytes, rows, k, TILE_M);
}

/** All strips of `columns` columns, one after another. */
export function packColumns(to: usize, y: usize, kBytes: usize, columnBytes: usize, k: i32, columns: i32): void {
  for (let j = 0; j < columns; j += TILE_N) {
    packStrip(to, y + j * columnBytes, columnBytes, kBytes, min(TILE_N, columns - j), k, TILE_N);
    to += (<usize>(k * TILE_N)) << 2;
  }
}
