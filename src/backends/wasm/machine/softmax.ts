// SOFTMAX: softmax and logSoftmax of x [outer, n, inner] along n.

import { Float4, log } from "./functions";
import { Softmax } from "./instructions.generated";
import { Add, fold, foldColumns, keepLanes, Max, storeLanes } from "./reduce";
import { shareStart } from "./share";

/** A contiguous row: y = e^(x − m) / Σ, or x − m − ln Σ. */
function row(x: usize, y: usize, n: i32, logarithm: bool): void {
  const m = fold<Max>(x, n, f32x4.splat(-Infinity));
  const end = x + ((<usize>n) << 2);
  if (logarithm) {
    let total = f32x4.splat(0);
    let left = n;
    for (let a = x; a < end; a += 16, left -= 4) {
      total = f32x4.add(total, keepLanes(Float4.exp(f32x4.sub(v128.load(a), m)), left, f32x4.splat(0)));
    }
    const sum =
      f32x4.extract_lane(total, 0) +
      f32x4.extract_lane(total, 1) +
      (f32x4.extract_lane(total, 2) + f32x4.extract_lane(total, 3));
    const shift = log(f32x4.splat(sum));
    for (left = n; left > 0; left -= 4, x += 16, y += 16) {
      storeLanes(y, f32x4.sub(f32x4.sub(v128.load(x), m), shift), left);
    }
    return;
  }
  let out = y;
  for (let left = n; left > 0; left -= 4, x += 16, out += 16) {
    storeLanes(out, Float4.exp(f32x4.sub(v128.load(x), m)), left);
  }
  const sum = fold<Add>(y, n, f32x4.splat(0));
  out = y;
  for (let left = n; left > 0; left -= 4, out += 16) storeLanes(out, f32x4.div(v128.load(out), sum), left);
}

/** `count` ≤ 4 neighbouring columns. */
function columns(x: usize, y: usize, n: i32, rowBytes: usize, count: i32, logarithm: bool): void {
  const m = foldColumns<Max>(x, n, rowBytes, f32x4.splat(-Infinity));
  const end = x + n * rowBytes;
  let total = f32x4.splat(0);
  for (let a = x; a < end; a += rowBytes) total = f32x4.add(total, Float4.exp(f32x4.sub(v128.load(a), m)));
  if (logarithm) {
    const shift = log(total);
    for (; x < end; x += rowBytes, y += rowBytes) {
      storeLanes(y, f32x4.sub(f32x4.sub(v128.load(x), m), shift), count);
    }
    return;
  }
  for (; x < end; x += rowBytes, y += rowBytes) {
    storeLanes(y, f32x4.div(Float4.exp(f32x4.sub(v128.load(x), m)), total), count);
  }
}

export function softmax(p: Softmax, thread: i32, threads: i32): void {
  const logarithm = p.isLogarithm != 0;
  const x = p.x;
  const y = p.y;
  const outer = p.outer;
  const n = p.n;
  const inner = p.inner;
  const groups = (inner + 3) >>> 2;
  const end = shareStart(outer * groups, thread + 1, threads);
  for (let unit = shareStart(outer * groups, thread, threads); unit < end; unit++) {
    const i = unit / groups;
    const column = (unit - i * groups) << 2;
    const offset = (i * n * inner + column) << 2;
    if (inner == 1) row(x + offset, y + offset, n, logarithm);
    else columns(x + offset, y + offset, n, (<usize>inner) << 2, min(4, inner - column), logarithm);
  }
}
