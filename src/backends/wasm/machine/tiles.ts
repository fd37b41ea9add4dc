// The register tiles of the matrix product. Each element is summed in the order of k, alone in its lane.

/** 6 × 8 tile over packed panels: xs [k][6], ys [k][8]; z += the tile where `add`. */
export function tile6(xs: usize, ys: usize, k: i32, z: usize, rowBytes: usize, add: bool): void {
  let z00 = f32x4.splat(0);
  let z01 = f32x4.splat(0);
  let z10 = f32x4.splat(0);
  let z11 = f32x4.splat(0);
  let z20 = f32x4.splat(0);
  let z21 = f32x4.splat(0);
  let z30 = f32x4.splat(0);
  let z31 = f32x4.splat(0);
  let z40 = f32x4.splat(0);
  let z41 = f32x4.splat(0);
  let z50 = f32x4.splat(0);
  let z51 = f32x4.splat(0);
  if (add) {
    z00 = v128.load(z);
    z01 = v128.load(z, 16);
    z10 = v128.load(z + rowBytes);
    z11 = v128.load(z + rowBytes, 16);
    z20 = v128.load(z + rowBytes * 2);
    z21 = v128.load(z + rowBytes * 2, 16);
    z30 = v128.load(z + rowBytes * 3);
    z31 = v128.load(z + rowBytes * 3, 16);
    z40 = v128.load(z + rowBytes * 4);
    z41 = v128.load(z + rowBytes * 4, 16);
    z50 = v128.load(z + rowBytes * 5);
    z51 = v128.load(z + rowBytes * 5, 16);
  }
  const end = xs + <usize>k * 24;
  while (xs < end) {
    const y0 = v128.load(ys);
    const y1 = v128.load(ys, 16);
    let x = v128.load32_splat(xs, 0);
    z00 = f32x4.add(z00, f32x4.mul(x, y0));
    z01 = f32x4.add(z01, f32x4.mul(x, y1));
    x = v128.load32_splat(xs, 4);
    z10 = f32x4.add(z10, f32x4.mul(x, y0));
    z11 = f32x4.add(z11, f32x4.mul(x, y1));
    x = v128.load32_splat(xs, 8);
    z20 = f32x4.add(z20, f32x4.mul(x, y0));
    z21 = f32x4.add(z21, f32x4.mul(x, y1));
    x = v128.load32_splat(xs, 12);
    z30 = f32x4.add(z30, f32x4.mul(x, y0));
    z31 = f32x4.add(z31, f32x4.mul(x, y1));
    x = v128.load32_splat(xs, 16);
    z40 = f32x4.add(z40, f32x4.mul(x, y0));
    z41 = f32x4.add(z41, f32x4.mul(x, y1));
    x = v128.load32_splat(xs, 20);
    z50 = f32x4.add(z50, f32x4.mul(x, y0));
    z51 = f32x4.add(z51, f32x4.mul(x, y1));
    xs += 24;
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
  v128.store(z + rowBytes * 4, z40);
  v128.store(z + rowBytes * 4, z41, 16);
  v128.store(z + rowBytes * 5, z50);
  v128.store(z + rowBytes * 5, z51, 16);
}

/** 4 × 8 tile over packed panels: xs [k][6], ys [k][8]; z += the tile where `add`. */
export function tile4(xs: usize, ys: usize, k: i32, z: usize, rowBytes: usize, add: bool): void {
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
  const end = xs + <usize>k * 24;
  while (xs < end) {
    const y0 = v128.load(ys);
    const y1 = v128.load(ys, 16);
    let x = v128.load32_splat(xs, 0);
    z00 = f32x4.add(z00, f32x4.mul(x, y0));
    z01 = f32x4.add(z01, f32x4.mul(x, y1));
    x = v128.load32_splat(xs, 4);
    z10 = f32x4.add(z10, f32x4.mul(x, y0));
    z11 = f32x4.add(z11, f32x4.mul(x, y1));
    x = v128.load32_splat(xs, 8);
    z20 = f32x4.add(z20, f32x4.mul(x, y0));
    z21 = f32x4.add(z21, f32x4.mul(x, y1));
    x = v128.load32_splat(xs, 12);
    z30 = f32x4.add(z30, f32x4.mul(x, y0));
    z31 = f32x4.add(z31, f32x4.mul(x, y1));
    xs += 24;
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

/** 2 × 8 tile over packed panels: xs [k][6], ys [k][8]; z += the tile where `add`. */
export function tile2(xs: usize, ys: usize, k: i32, z: usize, rowBytes: usize, add: bool): void {
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
  const end = xs + <usize>k * 24;
  while (xs < end) {
    const y0 = v128.load(ys);
    const y1 = v128.load(ys, 16);
    let x = v128.load32_splat(xs, 0);
    z00 = f32x4.add(z00, f32x4.mul(x, y0));
    z01 = f32x4.add(z01, f32x4.mul(x, y1));
    x = v128.load32_splat(xs, 4);
    z10 = f32x4.add(z10, f32x4.mul(x, y0));
    z11 = f32x4.add(z11, f32x4.mul(x, y1));
    xs += 24;
    ys += 32;
  }
  v128.store(z, z00);
  v128.store(z, z01, 16);
  v128.store(z + rowBytes, z10);
  v128.store(z + rowBytes, z11, 16);
}

/** 1 × 8 tile over packed panels: xs [k][6], ys [k][8]; z += the tile where `add`. */
export function tile1(xs: usize, ys: usize, k: i32, z: usize, rowBytes: usize, add: bool): void {
  let z00 = f32x4.splat(0);
  let z01 = f32x4.splat(0);
  if (add) {
    z00 = v128.load(z);
    z01 = v128.load(z, 16);
  }
  const end = xs + <usize>k * 24;
  while (xs < end) {
    const y0 = v128.load(ys);
    const y1 = v128.load(ys, 16);
    let x = v128.load32_splat(xs, 0);
    z00 = f32x4.add(z00, f32x4.mul(x, y0));
    z01 = f32x4.add(z01, f32x4.mul(x, y1));
    xs += 24;
    ys += 32;
  }
  v128.store(z, z00);
  v128.store(z, z01, 16);
}
