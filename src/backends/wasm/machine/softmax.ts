// SOFTMAX: softmax and logSoftmax of x [outer, n, inner] along n.

import { Float4, log } from "./functions";
import { Softmax } from "./instructions.generated";
import { Add, fold, foldColumns, gatherLanes, keepLanes, Max, storeLanes } from "./reduce";
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

/** Element 0 of four rows. */
function scatter(to: usize, rowBytes: usize, v: v128): void {
  v128.store_lane<f32>(to, v, 0);
  v128.store_lane<f32>(to + rowBytes, v, 1);
  v128.store_lane<f32>(to + 2 * rowBytes, v, 2);
  v128.store_lane<f32>(to + 3 * rowBytes, v, 3);
}

/** From this many columns on, `fold` sums in another order. */
const SHORT: i32 = 16;

/** Four contiguous rows of n < SHORT columns at once, with the bits of `row`: the same partial sums, in the same order. */
function shortRows(x: usize, y: usize, n: i32, logarithm: bool): void {
  const rowBytes = (<usize>n) << 2;
  const larger = changetype<Max>(0);
  let m = f32x4.splat(-Infinity);
  for (let q: usize = 0; q < rowBytes; q += 4) m = larger.at(m, gatherLanes(x + q, rowBytes, 4));
  let t0 = f32x4.splat(0);
  let t1 = f32x4.splat(0);
  let t2 = f32x4.splat(0);
  let t3 = f32x4.splat(0);
  for (let q: usize = 0; q < rowBytes; q += 4) {
    const e = Float4.exp(f32x4.sub(gatherLanes(x + q, rowBytes, 4), m));
    if (!logarithm) scatter(y + q, rowBytes, e);
    const part = (q >> 2) & 3;
    if (part == 0) t0 = f32x4.add(t0, e);
    else if (part == 1) t1 = f32x4.add(t1, e);
    else if (part == 2) t2 = f32x4.add(t2, e);
    else t3 = f32x4.add(t3, e);
  }
  if (logarithm) {
    const shift = log(f32x4.add(f32x4.add(t0, t1), f32x4.add(t2, t3)));
    for (let q: usize = 0; q < rowBytes; q += 4) {
      scatter(y + q, rowBytes, f32x4.sub(f32x4.sub(gatherLanes(x + q, rowBytes, 4), m), shift));
    }
    return;
  }
  const sum = f32x4.add(f32x4.add(t0, t2), f32x4.add(t1, t3));
  for (let q: usize = 0; q < rowBytes; q += 4) {
    scatter(y + q, rowBytes, f32x4.div(gatherLanes(y + q, rowBytes, 4), sum));
  }
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
  let unit = shareStart(outer * groups, thread, threads);
  if (inner == 1 && n < SHORT) {
    for (; unit + 4 <= end; unit += 4) shortRows(x + ((unit * n) << 2), y + ((unit * n) << 2), n, logarithm);
  }
  for (; unit < end; unit++) {
    const i = unit / groups;
    const column = (unit - i * groups) << 2;
    const offset = (i * n * inner + column) << 2;
    if (inner == 1) row(x + offset, y + offset, n, logarithm);
    else columns(x + offset, y + offset, n, (<usize>inner) << 2, min(4, inner - column), logarithm);
  }
}
