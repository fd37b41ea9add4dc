// The register tile of the matrix product. Each element is summed in the order of k, alone in its lane.
import { Float4 } from "./functions";
import { TILE_M, TILE_N } from "./opcodes";

// 4 × 8: eight sums, two vectors of y, one of x and a product fit the registers that engines give out; 6 × 8 spills.
/** 4 × 8 tile over packed panels: xs [k][4], ys [k][8]; z += the tile where `add`. */
function tile4(xs: usize, ys: usize, k: i32, z: usize, rowBytes: usize, add: bool): void {
  let z00 = f32x4.splat(0);
  let z01 = f32x4.splat(0);
  let z10 = f32x4.splat(0);
  let z11 = f32x4.splat(0);
  let z20 = f32x4.splat(0);
  let z21 = f32x4.splat(0);
  let z30 = f32x4.splat(0);
  let z31 = f32x4.splat(0);
  if (add) {
    z00 = v128.load(z);
    z01 = v128.load(z, 16);
    z10 = v128.load(z + rowBytes);
    z11 = v128.load(z + rowBytes, 16);
    z20 = v128.load(z + rowBytes * 2);
    z21 = v128.load(z + rowBytes * 2, 16);
    z30 = v128.load(z + rowBytes * 3);
    z31 = v128.load(z + rowBytes * 3, 16);
  }
  const end = xs + ((<usize>k) << 4);
  while (xs < end) {
    const y0 = v128.load(ys);
    const y1 = v128.load(ys, 16);
    let x = v128.load32_splat(xs);
    z00 = Float4.mulAdd(x, y0, z00);
    z01 = Float4.mulAdd(x, y1, z01);
    x = v128.load32_splat(xs, 4);
    z10 = Float4.mulAdd(x, y0, z10);
    z11 = Float4.mulAdd(x, y1, z11);
    x = v128.load32_splat(xs, 8);
    z20 = Float4.mulAdd(x, y0, z20);
    z21 = Float4.mulAdd(x, y1, z21);
    x = v128.load32_splat(xs, 12);
    z30 = Float4.mulAdd(x, y0, z30);
    z31 = Float4.mulAdd(x, y1, z31);
    xs += 16;
    ys += 32;
  }
  v128.store(z, z00);
  v128.store(z, z01, 16);
  v128.store(z + rowBytes, z10);
  v128.store(z + rowBytes, z11, 16);
  v128.store(z + rowBytes * 2, z20);
  v128.store(z + rowBytes * 2, z21, 16);
  v128.store(z + rowBytes * 3, z30);
  v128.store(z + rowBytes * 3, z31, 16);
}

/** 2 × 8 tile over packed panels: xs [k][4], ys [k][8]; z += the tile where `add`. */
function tile2(xs: usize, ys: usize, k: i32, z: usize, rowBytes: usize, add: bool): void {
  let z00 = f32x4.splat(0);
  let z01 = f32x4.splat(0);
  let z10 = f32x4.splat(0);
  let z11 = f32x4.splat(0);
  if (add) {
    z00 = v128.load(z);
    z01 = v128.load(z, 16);
    z10 = v128.load(z + rowBytes);
    z11 = v128.load(z + rowBytes, 16);
  }
  const end = xs + ((<usize>k) << 4);
  while (xs < end) {
    const y0 = v128.load(ys);
    const y1 = v128.load(ys, 16);
    let x = v128.load32_splat(xs);
    z00 = Float4.mulAdd(x, y0, z00);
    z01 = Float4.mulAdd(x, y1, z01);
    x = v128.load32_splat(xs, 4);
    z10 = Float4.mulAdd(x, y0, z10);
    z11 = Float4.mulAdd(x, y1, z11);
    xs += 16;
    ys += 32;
  }
  v128.store(z, z00);
  v128.store(z, z01, 16);
  v128.store(z + rowBytes, z10);
  v128.store(z + rowBytes, z11, 16);
}

/** 1 × 8 tile over packed panels: xs [k][4], ys [k][8]; z += the tile where `add`. */
function tile1(xs: usize, ys: usize, k: i32, z: usize, rowBytes: usize, add: bool): void {
  let z00 = f32x4.splat(0);
  let z01 = f32x4.splat(0);
  if (add) {
    z00 = v128.load(z);
    z01 = v128.load(z, 16);
  }
  const end = xs + ((<usize>k) << 4);
  while (xs < end) {
    const y0 = v128.load(ys);
    const y1 = v128.load(ys, 16);
    const x = v128.load32_splat(xs);
    z00 = Float4.mulAdd(x, y0, z00);
    z01 = Float4.mulAdd(x, y1, z01);
    xs += 16;
    ys += 32;
  }
  v128.store(z, z00);
  v128.store(z, z01, 16);
}

/** A tile of `count` ≤ 4 rows, of which `columns` ≤ 8 are wanted. `edge` has space for a whole tile. */
export function tile(
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
    tile4(xs, ys, k, z, rowBytes, add);
    return;
  }
  if (count & 2) {
    tile2(xs, ys, k, z, rowBytes, add);
    xs += 8;
    z += rowBytes << 1;
  }
  if (count & 1) tile1(xs, ys, k, z, rowBytes, add);
}
