// REDUCE: sum, max, min, var, logsumexp and argmax of x [outer, n, inner] along n.

import { Float4, log } from "./functions";
import { Reduce } from "./instructions.generated";
import { KIND_INT, REDUCE_ARGMAX, REDUCE_LOGSUMEXP, REDUCE_MAX, REDUCE_MIN, REDUCE_SUM } from "./opcodes";
import { shareStart } from "./share";

export class Add {
  @inline at(x: v128, y: v128): v128 {
    return f32x4.add(x, y);
  }
}
export class Max {
  @inline at(x: v128, y: v128): v128 {
    return f32x4.max(x, y);
  }
}
class Min {
  @inline at(x: v128, y: v128): v128 {
    return f32x4.min(x, y);
  }
}
class IntAdd {
  @inline at(x: v128, y: v128): v128 {
    return i32x4.add(x, y);
  }
}
class IntMax {
  @inline at(x: v128, y: v128): v128 {
    return i32x4.max_s(x, y);
  }
}
class IntMin {
  @inline at(x: v128, y: v128): v128 {
    return i32x4.min_s(x, y);
  }
}

// What is added up before a partial result is put away: bounds the growth of rounding errors in long sums.
const RUN: i32 = 1024;

/** Lanes at and past `count` of the last vector become `filler`. */
export function keepLanes(x: v128, count: i32, filler: v128): v128 {
  const lanes = i32x4.replace_lane(i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(0), 1, 1), 2, 2), 3, 3);
  return v128.bitselect(x, filler, i32x4.lt_s(lanes, i32x4.splat(count)));
}

/** The four lanes combined into all of them. */
export class Across<F> {
  @inline at(x: v128): v128 {
    const f = changetype<F>(0);
    x = f.at(x, i32x4.shuffle(x, x, 2, 3, 0, 1));
    return f.at(x, i32x4.shuffle(x, x, 1, 0, 3, 2));
  }
}

function foldRun<F>(x: usize, n: i32, neutral: v128): v128 {
  const f = changetype<F>(0);
  let s0 = neutral;
  let s1 = neutral;
  let s2 = neutral;
  let s3 = neutral;
  for (; n >= 16; n -= 16) {
    s0 = f.at(s0, v128.load(x));
    s1 = f.at(s1, v128.load(x, 16));
    s2 = f.at(s2, v128.load(x, 32));
    s3 = f.at(s3, v128.load(x, 48));
    x += 64;
  }
  for (; n >= 4; n -= 4) {
    s0 = f.at(s0, v128.load(x));
    x += 16;
  }
  if (n > 0) s1 = f.at(s1, keepLanes(v128.load(x), n, neutral));
  return f.at(f.at(s0, s1), f.at(s2, s3));
}

/** All n contiguous elements, in every lane. */
export function fold<F>(x: usize, n: i32, neutral: v128): v128 {
  const f = changetype<F>(0);
  const across = changetype<Across<F>>(0);
  let total = foldRun<F>(x, min(n, RUN), neutral);
  for (let done = RUN; done < n; done += RUN) {
    total = f.at(total, foldRun<F>(x + ((<usize>done) << 2), min(RUN, n - done), neutral));
  }
  return across.at(total);
}

/** Four neighbouring columns along n rows, `rowBytes` apart. */
export function foldColumns<F>(x: usize, n: i32, rowBytes: usize, neutral: v128): v128 {
  const f = changetype<F>(0);
  let total = neutral;
  while (n > 0) {
    const stop = x + <usize>min(n, RUN) * rowBytes;
    let run = neutral;
    for (; x < stop; x += rowBytes) run = f.at(run, v128.load(x));
    total = f.at(total, run);
    n -= RUN;
  }
  return total;
}

/** Element 0 of `count` ≤ 4 rows. */
export function gatherLanes(from: usize, rowBytes: usize, count: i32): v128 {
  let v = v128.load32_zero(from);
  if (count > 1) v = v128.load_lane<f32>(from + rowBytes, v, 1);
  if (count > 2) v = v128.load_lane<f32>(from + 2 * rowBytes, v, 2);
  if (count > 3) v = v128.load_lane<f32>(from + 3 * rowBytes, v, 3);
  return v;
}

/** The first `count` lanes. */
export function storeLanes(to: usize, x: v128, count: i32): void {
  if (count >= 4) {
    v128.store(to, x);
    return;
  }
  store<i32>(to, i32x4.extract_lane(x, 0));
  if (count > 1) store<i32>(to, i32x4.extract_lane(x, 1), 4);
  if (count > 2) store<i32>(to, i32x4.extract_lane(x, 2), 8);
}

/** Sixteen columns at once while they last: whole cache lines of each row. */
function wideColumns<F>(x: usize, n: i32, rowBytes: usize, neutral: v128, z: usize): void {
  const f = changetype<F>(0);
  let t0 = neutral;
  let t1 = neutral;
  let t2 = neutral;
  let t3 = neutral;
  while (n > 0) {
    const stop = x + <usize>min(n, RUN) * rowBytes;
    let s0 = neutral;
    let s1 = neutral;
    let s2 = neutral;
    let s3 = neutral;
    for (; x < stop; x += rowBytes) {
      s0 = f.at(s0, v128.load(x));
      s1 = f.at(s1, v128.load(x, 16));
      s2 = f.at(s2, v128.load(x, 32));
      s3 = f.at(s3, v128.load(x, 48));
    }
    t0 = f.at(t0, s0);
    t1 = f.at(t1, s1);
    t2 = f.at(t2, s2);
    t3 = f.at(t3, s3);
    n -= RUN;
  }
  v128.store(z, t0);
  v128.store(z, t1, 16);
  v128.store(z, t2, 32);
  v128.store(z, t3, 48);
}

/** z = scale · fold(x) */
function reduce<F>(p: Reduce, thread: i32, threads: i32, neutral: v128, scaled: bool): void {
  const across = changetype<Across<F>>(0);
  const x = p.x;
  const z = p.z;
  const outer = p.outer;
  const n = p.n;
  const inner = p.inner;
  const rowBytes = (<usize>inner) << 2;
  const scale = f32x4.splat(p.parameter);
  if (inner == 1) {
    const lastN = p.lastN;
    const end = shareStart(outer, thread + 1, threads);
    for (let i = shareStart(outer, thread, threads); i < end; i++) {
      const count = i == outer - 1 ? lastN : n;
      const from = x + ((i * n) << 2);
      let total = count <= 4 ? across.at(keepLanes(v128.load(from), count, neutral)) : fold<F>(from, count, neutral);
      if (scaled) total = f32x4.mul(total, scale);
      store<i32>(z + (i << 2), i32x4.extract_lane(total, 0));
    }
    return;
  }
  // A unit is up to sixteen columns of one outer index.
  const groups = (inner + 15) >>> 4;
  const end = shareStart(outer * groups, thread + 1, threads);
  for (let unit = shareStart(outer * groups, thread, threads); unit < end; unit++) {
    const i = unit / groups;
    const column = (unit - i * groups) << 4;
    let from = x + ((i * n * inner + column) << 2);
    let to = z + ((i * inner + column) << 2);
    let left = min(16, inner - column);
    if (left == 16) {
      wideColumns<F>(from, n, rowBytes, neutral, to);
      if (scaled) {
        for (let q: usize = to; q < to + 64; q += 16) v128.store(q, f32x4.mul(v128.load(q), scale));
      }
      continue;
    }
    for (; left > 0; left -= 4) {
      let total = foldColumns<F>(from, n, rowBytes, neutral);
      if (scaled) total = f32x4.mul(total, scale);
      storeLanes(to, total, left);
      from += 16;
      to += 16;
    }
  }
}

/** Σ (x − mean)² / (n − correction); four columns, or four interleaved parts of a contiguous row. */
function variance(x: usize, n: i32, inner: i32, correction: f32): v128 {
  const rowBytes = (<usize>inner) << 2;
  const count = f32x4.splat(<f32>n);
  const freedom = f32x4.splat(max<f32>(<f32>n - correction, 0));
  let total = f32x4.splat(0);
  if (inner > 1) {
    const mean = f32x4.div(foldColumns<Add>(x, n, rowBytes, total), count);
    while (n > 0) {
      const stop = x + <usize>min(n, RUN) * rowBytes;
      let run = f32x4.splat(0);
      for (; x < stop; x += rowBytes) {
        const d = f32x4.sub(v128.load(x), mean);
        run = f32x4.add(run, f32x4.mul(d, d));
      }
      total = f32x4.add(total, run);
      n -= RUN;
    }
    return f32x4.div(total, freedom);
  }
  const mean = f32x4.div(fold<Add>(x, n, total), count);
  while (n > 0) {
    let run = f32x4.splat(0);
    let left = min(n, RUN);
    for (; left > 0; left -= 4) {
      const d = keepLanes(f32x4.sub(v128.load(x), mean), left, f32x4.splat(0));
      run = f32x4.add(run, f32x4.mul(d, d));
      x += 16;
    }
    total = f32x4.add(total, run);
    n -= RUN;
  }
  return f32x4.div(changetype<Across<Add>>(0).at(total), freedom);
}

/** m + ln Σ e^(x − m), m the maximum where it is finite */
function logSumExp(x: usize, n: i32, inner: i32): v128 {
  const rowBytes = (<usize>inner) << 2;
  const lowest = f32x4.splat(-Infinity);
  const largest = inner > 1 ? foldColumns<Max>(x, n, rowBytes, lowest) : fold<Max>(x, n, lowest);
  const m = v128.and(largest, f32x4.lt(f32x4.abs(largest), f32x4.splat(Infinity)));
  let total = f32x4.splat(0);
  if (inner > 1) {
    for (; n > 0; n--) {
      total = f32x4.add(total, Float4.exp(f32x4.sub(v128.load(x), m)));
      x += rowBytes;
    }
  } else {
    for (; n > 0; n -= 4) {
      total = f32x4.add(total, keepLanes(Float4.exp(f32x4.sub(v128.load(x), m)), n, f32x4.splat(0)));
      x += 16;
    }
    total = changetype<Across<Add>>(0).at(total);
  }
  return f32x4.add(m, log(total));
}

/** Index of the first largest element; the first NaN counts as the largest, as in NumPy. */
function argmax<T>(x: usize, n: i32, inner: i32): i32 {
  let best = load<T>(x);
  let at = 0;
  for (let i = 1; i < n; i++) {
    if (best != best) break;
    x += (<usize>inner) << 2;
    const value = load<T>(x);
    if (value > best || value != value) {
      best = value;
      at = i;
    }
  }
  return at;
}

/** Kinds with more than one pass. A unit is four columns, or one row where they are contiguous. */
function reducePasses(p: Reduce, kind: i32, thread: i32, threads: i32): void {
  const x = p.x;
  const z = p.z;
  const outer = p.outer;
  const n = p.n;
  const inner = p.inner;
  const groups = (inner + 3) >>> 2;
  const end = shareStart(outer * groups, thread + 1, threads);
  for (let unit = shareStart(outer * groups, thread, threads); unit < end; unit++) {
    const i = unit / groups;
    const column = (unit - i * groups) << 2;
    const from = x + ((i * n * inner + column) << 2);
    const to = z + ((i * inner + column) << 2);
    const count = min(4, inner - column);
    if (kind == REDUCE_ARGMAX) {
      for (let lane: usize = 0; lane < (<usize>count) << 2; lane += 4) {
        const at = p.element == KIND_INT ? argmax<i32>(from + lane, n, inner) : argmax<f32>(from + lane, n, inner);
        store<i32>(to + lane, at);
      }
    } else if (kind == REDUCE_LOGSUMEXP) {
      storeLanes(to, logSumExp(from, n, inner), count);
    } else {
      storeLanes(to, variance(from, n, inner, p.parameter), count);
    }
  }
}

export function reduction(p: Reduce, thread: i32, threads: i32): void {
  const kind = p.kind;
  if (kind > REDUCE_MIN) {
    reducePasses(p, kind, thread, threads);
  } else if (p.element == KIND_INT) {
    if (kind == REDUCE_SUM) reduce<IntAdd>(p, thread, threads, i32x4.splat(0), false);
    else if (kind == REDUCE_MAX) reduce<IntMax>(p, thread, threads, i32x4.splat(i32.MIN_VALUE), false);
    else reduce<IntMin>(p, thread, threads, i32x4.splat(i32.MAX_VALUE), false);
  } else if (kind == REDUCE_SUM) {
    reduce<Add>(p, thread, threads, f32x4.splat(0), p.parameter != 1);
  } else if (kind == REDUCE_MAX) {
    reduce<Max>(p, thread, threads, f32x4.splat(-Infinity), false);
  } else {
    reduce<Min>(p, thread, threads, f32x4.splat(Infinity), false);
  }
}
