// MATMUL: z[m, n] = Σ_k x[m, k] y[k, n] over batches; transposition is a matter of strides.

import { gemm } from "./blas";
import { Float4 } from "./functions";
import { BatchAxis, Matmul } from "./instructions.generated";
import { BLOCK_K, BLOCK_M, BLOCK_N, PATH_BLAS, PATH_DOTS, PATH_ROWS, TILE_M, TILE_N } from "./opcodes";
import { packColumns, packRows } from "./panels";
import { gatherLanes, storeLanes } from "./reduce";
import { shareStart } from "./share";
import { tile } from "./tiles";

class Lanes {
  @inline static sum(x: v128): f32 {
    return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
  }
}

/** Both operands contiguous along k < 4: four columns at once. */
function shortDots(
  x: usize,
  xRow: usize,
  y: usize,
  yColumn: usize,
  z: usize,
  zRow: usize,
  m: i32,
  n: i32,
  k: i32,
): void {
  const zero = f32x4.splat(0);
  for (let j = 0; j < n; j += 4) {
    const count = min(4, n - j);
    const b = y + j * yColumn;
    const y0 = gatherLanes(b, yColumn, count);
    const y1 = k > 1 ? gatherLanes(b + 4, yColumn, count) : zero;
    const y2 = k > 2 ? gatherLanes(b + 8, yColumn, count) : zero;
    let a = x;
    let out = z + ((<usize>j) << 2);
    for (let i = 0; i < m; i++) {
      let s = Float4.mulAdd(v128.load32_splat(a), y0, zero);
      if (k > 1) s = Float4.mulAdd(v128.load32_splat(a, 4), y1, s);
      if (k > 2) s = Float4.mulAdd(v128.load32_splat(a, 8), y2, s);
      storeLanes(out, s, count);
      a += xRow;
      out += zRow;
    }
  }
}

/** Both operands contiguous along k: every element is one dot product. */
function dots(x: usize, xRow: usize, y: usize, yColumn: usize, z: usize, zRow: usize, m: i32, n: i32, k: i32): void {
  if (k < 4) return shortDots(x, xRow, y, yColumn, z, zRow, m, n, k);
  const whole = (<usize>(k & ~3)) << 2;
  const all = (<usize>k) << 2;
  for (let i = 0; i < m; i++) {
    const a = x + i * xRow;
    let out = z + i * zRow;
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
          s0 = Float4.mulAdd(v128.load(a + q), v128.load(b + q), s0);
          s1 = Float4.mulAdd(v128.load(a + q, 16), v128.load(b + q, 16), s1);
          s2 = Float4.mulAdd(v128.load(a + q, 32), v128.load(b + q, 32), s2);
          s3 = Float4.mulAdd(v128.load(a + q, 48), v128.load(b + q, 48), s3);
        }
        for (; q < whole; q += 16) s0 = Float4.mulAdd(v128.load(a + q), v128.load(b + q), s0);
        sum = Lanes.sum(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
      }
      for (; q < all; q += 4) sum += load<f32>(a + q) * load<f32>(b + q);
      store<f32>(out, sum);
      out += 4;
    }
  }
}

/** Σ x[k] y[k, 4 columns], `count` of them stored. */
function narrowRow(x: usize, xK: usize, y: usize, yK: usize, k: i32, to: usize, count: i32): void {
  const end = x + k * xK;
  let s = f32x4.splat(0);
  for (; x < end; x += xK, y += yK) s = Float4.mulAdd(v128.load32_splat(x), v128.load(y), s);
  // Lane by lane where it is narrower: what follows may belong to another thread.
  storeLanes(to, s, count);
}

/** Four columns, or `count` of them, of all rows: four rows at a time, as each sum waits for itself. */
function narrow(
  x: usize,
  xRow: usize,
  xK: usize,
  y: usize,
  yK: usize,
  z: usize,
  zRow: usize,
  m: i32,
  k: i32,
  count: i32,
): void {
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    let a = x;
    const end = x + k * xK;
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    for (let b = y; a < end; a += xK, b += yK) {
      const v = v128.load(b);
      s0 = Float4.mulAdd(v128.load32_splat(a), v, s0);
      s1 = Float4.mulAdd(v128.load32_splat(a + xRow), v, s1);
      s2 = Float4.mulAdd(v128.load32_splat(a + 2 * xRow), v, s2);
      s3 = Float4.mulAdd(v128.load32_splat(a + 3 * xRow), v, s3);
    }
    storeLanes(z, s0, count);
    storeLanes(z + zRow, s1, count);
    storeLanes(z + 2 * zRow, s2, count);
    storeLanes(z + 3 * zRow, s3, count);
    x += 4 * xRow;
    z += 4 * zRow;
  }
  for (; i < m; i++, x += xRow, z += zRow) narrowRow(x, xK, y, yK, k, z, count);
}

/** y contiguous along n, nothing packed: sixteen, then four columns of a row at a time. */
function rows(
  x: usize,
  xRow: usize,
  xK: usize,
  y: usize,
  yK: usize,
  z: usize,
  zRow: usize,
  m: i32,
  n: i32,
  k: i32,
): void {
  const wide = n & ~15;
  for (let i = 0; i < m; i++) {
    const xStart = x + i * xRow;
    const xEnd = xStart + k * xK;
    let out = z + i * zRow;
    for (let j = 0; j < wide; j += 16) {
      let s0 = f32x4.splat(0);
      let s1 = f32x4.splat(0);
      let s2 = f32x4.splat(0);
      let s3 = f32x4.splat(0);
      let b = y + ((<usize>j) << 2);
      for (let a = xStart; a < xEnd; a += xK) {
        const xi = v128.load32_splat(a);
        s0 = Float4.mulAdd(xi, v128.load(b), s0);
        s1 = Float4.mulAdd(xi, v128.load(b, 16), s1);
        s2 = Float4.mulAdd(xi, v128.load(b, 32), s2);
        s3 = Float4.mulAdd(xi, v128.load(b, 48), s3);
        b += yK;
      }
      v128.store(out, s0);
      v128.store(out, s1, 16);
      v128.store(out, s2, 32);
      v128.store(out, s3, 48);
      out += 64;
    }
  }
  for (let j = wide; j < n; j += 4) {
    const first = (<usize>j) << 2;
    narrow(x, xRow, xK, y + first, yK, z + first, zRow, m, k, min(4, n - j));
  }
}

/**
 * Blocks of y and of x packed, and the register tile on both: a panel of y stays in the first-level cache for all strips
 * of x. `edge`, `xs` and `ys` have space for a tile, a block of x and a block of y.
 */
export function panels(
  x: usize,
  xRow: usize,
  xK: usize,
  y: usize,
  yK: usize,
  yColumn: usize,
  z: usize,
  zRow: usize,
  m: i32,
  n: i32,
  k: i32,
  edge: usize,
  xs: usize,
  ys: usize,
): void {
  for (let j = 0; j < n; j += BLOCK_N) {
    const columns = min(BLOCK_N, n - j);
    for (let l = 0; l < k; l += BLOCK_K) {
      const depth = min(BLOCK_K, k - l);
      packColumns(ys, y + l * yK + j * yColumn, yK, yColumn, depth, columns);
      for (let i = 0; i < m; i += BLOCK_M) {
        const height = min(BLOCK_M, m - i);
        for (let strip = 0; strip < height; strip += TILE_M) {
          const from = x + (i + strip) * xRow + l * xK;
          packRows(xs + ((<usize>(strip * depth)) << 2), from, xRow, xK, min(TILE_M, height - strip), depth);
        }
        let b = ys;
        let out = z + i * zRow + (j << 2);
        for (let left = columns; left > 0; left -= TILE_N) {
          let a = xs;
          let to = out;
          for (let rest = height; rest > 0; rest -= TILE_M) {
            tile(a, b, depth, to, zRow, min(TILE_M, rest), min(left, TILE_N), l > 0, edge);
            a += (<usize>depth) << 4;
            to += zRow * TILE_M;
          }
          b += (<usize>(depth * TILE_N)) << 2;
          out += TILE_N << 2;
        }
      }
    }
  }
}

/**
 * Threads share the columns of one wide product, or else the rows of all; an element's sum is the same either way.
 */
export function matmul(p: Matmul, thread: i32, threads: i32, scratch: usize): void {
  const edge = scratch + p.edge;
  const xs = scratch + p.xBlock;
  const ys = scratch + p.yBlock;
  const path = p.path;
  const m = p.m;
  const n = p.n;
  const k = p.k;
  const xRow = p.xRow;
  const xK = p.xK;
  const yK = p.yK;
  const yColumn = p.yColumn;
  const batches = p.batches;
  const axes = changetype<usize>(p) + offsetof<Matmul>();
  const zRow = (<usize>n) << 2;
  // What is not shared out is packed by every thread: let it be the smaller.
  const byColumns = batches == 1 && n > m;
  const unitRows = path == PATH_DOTS || path == PATH_ROWS ? 1 : TILE_M;
  const unitColumns = 2 * TILE_N;
  const units = byColumns ? (n + unitColumns - 1) / unitColumns : (m + unitRows - 1) / unitRows;
  const total = batches * units;
  let unit = shareStart(total, thread, threads);
  const end = shareStart(total, thread + 1, threads);
  while (unit < end) {
    const batch = unit / units;
    const from = unit - batch * units;
    const to = min(units, from + end - unit);
    unit += to - from;
    let x = p.x;
    let y = p.y;
    let z = p.z + batch * m * zRow;
    let rest = batch;
    for (let a = axes + (p.axes - 1) * offsetof<BatchAxis>(); a >= axes; a -= offsetof<BatchAxis>()) {
      const axis = changetype<BatchAxis>(a);
      const next = rest / axis.size;
      x += (rest - next * axis.size) * axis.x;
      y += (rest - next * axis.size) * axis.y;
      rest = next;
    }
    let height = m;
    let width = n;
    if (byColumns) {
      const first = from * unitColumns;
      y += first * yColumn;
      z += first << 2;
      width = min(n, to * unitColumns) - first;
    } else {
      const first = from * unitRows;
      x += first * xRow;
      z += first * zRow;
      height = min(m, to * unitRows) - first;
    }
    if (path == PATH_BLAS) gemm(x, xRow, xK, y, yK, yColumn, z, zRow, height, width, k, 0);
    else if (path == PATH_DOTS) dots(x, xRow, y, yColumn, z, zRow, height, width, k);
    else if (path == PATH_ROWS) rows(x, xRow, xK, y, yK, z, zRow, height, width, k);
    else panels(x, xRow, xK, y, yK, yColumn, z, zRow, height, width, k, edge, xs, ys);
  }
}
