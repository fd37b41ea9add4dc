// MATMUL: z[m, n] = Σ_k x[m, k] y[k, n] over batches; transposition is a matter of strides.
import { BLOCK_K, BLOCK_N, PATH_DOTS, PATH_ROWS, TILE_M, TILE_N } from "./opcodes";
import { packColumns, packRows } from "./panels";
import { shareStart } from "./share";
import { tile1, tile2, tile4, tile6 } from "./tiles";

class Lanes {
  @inline static sum(x: v128): f32 {
    return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
  }
}

/** Both operands contiguous along k: every element is one dot product. Rows [from, to) of x. */
function dots(x: usize, xRow: usize, y: usize, yColumn: usize, z: usize, from: i32, to: i32, n: i32, k: i32): void {
  const whole = (<usize>(k & ~3)) << 2;
  const all = (<usize>k) << 2;
  let out = z + ((<usize>(from * n)) << 2);
  for (let i = from; i < to; i++) {
    const a = x + i * xRow;
    for (let j = 0; j < n; j++) {
      const b = y + j * yColumn;
      let sum: f32 = 0;
      let q: usize = 0;
      if (whole != 0) {
        let s0 = f32x4.splat(0);
        let s1 = f32x4.splat(0);
        let s2 = f32x4.splat(0);
        let s3 = f32x4.splat(0);
        for (; q + 64 <= whole; q += 64) {
          s0 = f32x4.add(s0, f32x4.mul(v128.load(a + q), v128.load(b + q)));
          s1 = f32x4.add(s1, f32x4.mul(v128.load(a + q, 16), v128.load(b + q, 16)));
          s2 = f32x4.add(s2, f32x4.mul(v128.load(a + q, 32), v128.load(b + q, 32)));
          s3 = f32x4.add(s3, f32x4.mul(v128.load(a + q, 48), v128.load(b + q, 48)));
        }
        for (; q < whole; q += 16) s0 = f32x4.add(s0, f32x4.mul(v128.load(a + q), v128.load(b + q)));
        sum = Lanes.sum(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
      }
      for (; q < all; q += 4) sum += load<f32>(a + q) * load<f32>(b + q);
      store<f32>(out, sum);
      out += 4;
    }
  }
}

/** y contiguous along n, nothing packed: sixteen, then four columns of a row at a time. Rows [from, to) of x. */
function rows(
  x: usize,
  xRow: usize,
  xK: usize,
  y: usize,
  yK: usize,
  z: usize,
  from: i32,
  to: i32,
  n: i32,
  k: i32,
): void {
  for (let i = from; i < to; i++) {
    const xStart = x + i * xRow;
    const xEnd = xStart + k * xK;
    let out = z + ((<usize>(i * n)) << 2);
    let j = 0;
    for (; j + 16 <= n; j += 16) {
      let s0 = f32x4.splat(0);
      let s1 = f32x4.splat(0);
      let s2 = f32x4.splat(0);
      let s3 = f32x4.splat(0);
      let b = y + ((<usize>j) << 2);
      for (let a = xStart; a < xEnd; a += xK) {
        const xi = v128.load32_splat(a);
        s0 = f32x4.add(s0, f32x4.mul(xi, v128.load(b)));
        s1 = f32x4.add(s1, f32x4.mul(xi, v128.load(b, 16)));
        s2 = f32x4.add(s2, f32x4.mul(xi, v128.load(b, 32)));
        s3 = f32x4.add(s3, f32x4.mul(xi, v128.load(b, 48)));
        b += yK;
      }
      v128.store(out, s0);
      v128.store(out, s1, 16);
      v128.store(out, s2, 32);
      v128.store(out, s3, 48);
      out += 64;
    }
    for (; j < n; j += 4) {
      let s = f32x4.splat(0);
      let b = y + ((<usize>j) << 2);
      for (let a = xStart; a < xEnd; a += xK) {
        s = f32x4.add(s, f32x4.mul(v128.load32_splat(a), v128.load(b)));
        b += yK;
      }
      if (n - j >= 4) {
        v128.store(out, s);
        out += 16;
      } else {
        // Lane by lane: the next row may belong to another thread.
        store<f32>(out, f32x4.extract_lane(s, 0));
        if (n - j > 1) store<f32>(out, f32x4.extract_lane(s, 1), 4);
        if (n - j > 2) store<f32>(out, f32x4.extract_lane(s, 2), 8);
      }
    }
  }
}

/** A tile of any number of rows up to 6, of which `columns` ≤ 8 are wanted. `edge` is room for a whole tile. */
function tile(
  xs: usize,
  ys: usize,
  k: i32,
  z: usize,
  rowBytes: usize,
  count: i32,
  columns: i32,
  add: bool,
  edge: usize,
): void {
  if (columns < TILE_N) {
    if (add) {
      for (let i = 0; i < count; i++) memory.copy(edge + (i << 5), z + i * rowBytes, columns << 2);
    }
    tile(xs, ys, k, edge, 32, count, TILE_N, add, edge);
    for (let i = 0; i < count; i++) {
      for (let j: usize = 0; j < (<usize>columns) << 2; j += 4) {
        store<f32>(z + i * rowBytes + j, load<f32>(edge + (i << 5) + j));
      }
    }
    return;
  }
  if (count == TILE_M) {
    tile6(xs, ys, k, z, rowBytes, add);
    return;
  }
  if (count & 4) {
    tile4(xs, ys, k, z, rowBytes, add);
    xs += 16;
    z += rowBytes << 2;
  }
  if (count & 2) {
    tile2(xs, ys, k, z, rowBytes, add);
    xs += 8;
    z += rowBytes << 1;
  }
  if (count & 1) tile1(xs, ys, k, z, rowBytes, add);
}

/** Strips of rows [from, to), each of 6 rows. `room`: a tile, a strip of x, a block of y. */
function panels(
  x: usize,
  xRow: usize,
  xK: usize,
  y: usize,
  yK: usize,
  yColumn: usize,
  z: usize,
  from: i32,
  to: i32,
  m: i32,
  n: i32,
  k: i32,
  room: usize,
): void {
  const rowBytes = (<usize>n) << 2;
  const xs = room + 32 * TILE_M;
  const ys = xs + 4 * TILE_M * BLOCK_K;
  for (let j = 0; j < n; j += BLOCK_N) {
    const columns = min(BLOCK_N, n - j);
    for (let l = 0; l < k; l += BLOCK_K) {
      const depth = min(BLOCK_K, k - l);
      packColumns(ys, y + l * yK + j * yColumn, yK, yColumn, depth, columns);
      for (let strip = from; strip < to; strip++) {
        const i = strip * TILE_M;
        const count = min(TILE_M, m - i);
        packRows(xs, x + i * xRow + l * xK, xRow, xK, count, depth);
        let b = ys;
        let out = z + i * rowBytes + (j << 2);
        for (let left = columns; left > 0; left -= TILE_N) {
          tile(xs, b, depth, out, rowBytes, count, min(left, TILE_N), l > 0, room);
          b += (<usize>(depth * TILE_N)) << 2;
          out += TILE_N << 2;
        }
      }
    }
  }
}

/**
 * [MATMUL, bytes, path, x, y, z, m, n, k, x row, x k, y k, y column (bytes apart),
 *  batches, batch axes, (size, x, y bytes apart) of each, innermost last]
 */
export function matmul(p: usize, thread: i32, threads: i32, room: usize): void {
  const path = load<i32>(p, 8);
  const m = load<i32>(p, 24);
  const n = load<i32>(p, 28);
  const k = load<i32>(p, 32);
  const xRow = load<usize>(p, 36);
  const xK = load<usize>(p, 40);
  const yK = load<usize>(p, 44);
  const yColumn = load<usize>(p, 48);
  const batches = load<i32>(p, 52);
  const axes = load<i32>(p, 56);
  const strips = path == PATH_DOTS || path == PATH_ROWS ? m : (m + TILE_M - 1) / TILE_M;
  const total = batches * strips;
  let unit = shareStart(total, thread, threads);
  const end = shareStart(total, thread + 1, threads);
  while (unit < end) {
    const batch = unit / strips;
    const from = unit - batch * strips;
    const to = min(strips, from + end - unit);
    let x = load<usize>(p, 12);
    let y = load<usize>(p, 16);
    const z = load<usize>(p, 20) + ((batch * m * n) << 2);
    let rest = batch;
    for (let axis = p + 60 + (axes - 1) * 12; axis >= p + 60; axis -= 12) {
      const size = load<i32>(axis);
      const next = rest / size;
      x += (rest - next * size) * load<i32>(axis, 4);
      y += (rest - next * size) * load<i32>(axis, 8);
      rest = next;
    }
    if (path == PATH_DOTS) dots(x, xRow, y, yColumn, z, from, to, n, k);
    else if (path == PATH_ROWS) rows(x, xRow, xK, y, yK, z, from, to, n, k);
    else panels(x, xRow, xK, y, yK, yColumn, z, from, to, m, n, k, room);
    unit += to - from;
  }
}
