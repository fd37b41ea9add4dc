// MAX_POOL2D, AVG_POOL2D and their gradients: plain loops over the windows of each plane.
import { MAX_POOL2D, MAX_POOL2D_GATHER, MAX_POOL2D_GRADIENT } from "./opcodes";
import { storeLanes } from "./reduce";
import { shareStart } from "./share";

/**
 * The window's element that counts: the first largest, or the first NaN; as an offset in words, −1 for none.
 * Padding counts as −∞ and is never chosen.
 */
function largest(x: usize, width: i32, top: i32, bottom: i32, left: i32, right: i32): i32 {
  let at = -1;
  let best: f32 = -Infinity;
  for (let y = top; y < bottom; y++) {
    for (let column = left; column < right; column++) {
      const value = load<f32>(x + ((y * width + column) << 2));
      if (at < 0 || value > best || value != value) {
        at = y * width + column;
        best = value;
        if (value != value) return at;
      }
    }
  }
  return at;
}

class Halving {
  /** Windows of 2 × 2, two apart, without padding, over an even number of columns. */
  @inline static is(p: usize): bool {
    const windows = load<i32>(p, 40) == 2 && load<i32>(p, 44) == 2 && load<i32>(p, 48) == 2 && load<i32>(p, 52) == 2;
    return windows && load<i32>(p, 56) == 0 && load<i32>(p, 60) == 0 && (load<i32>(p, 28) & 1) == 0;
  }
  @inline static even(a: v128, b: v128): v128 {
    return i32x4.shuffle(a, b, 0, 2, 4, 6);
  }
  @inline static odd(a: v128, b: v128): v128 {
    return i32x4.shuffle(a, b, 1, 3, 5, 7);
  }
  /** Where a is the window's element that counts: the largest, or NaN where that is NaN. */
  @inline static chosen(a: v128, largest: v128): v128 {
    return v128.or(f32x4.eq(a, largest), f32x4.ne(a, a));
  }
}

/** Four windows at once: y = max x, or dx = dy where x is the first largest of its window. */
function halve(p: usize, gradient: bool, thread: i32, threads: i32): void {
  const height = load<i32>(p, 24);
  const width = load<i32>(p, 28);
  const oh = load<i32>(p, 32);
  const ow = load<i32>(p, 36);
  const rowBytes = (<usize>width) << 2;
  const end = shareStart(load<i32>(p, 20), thread + 1, threads);
  for (let plane = shareStart(load<i32>(p, 20), thread, threads); plane < end; plane++) {
    const wide = (<usize>(plane * height * width)) << 2;
    const narrow = (<usize>(plane * oh * ow)) << 2;
    if (gradient && height & 1) memory.fill(load<usize>(p, 16) + wide + (height - 1) * rowBytes, 0, rowBytes);
    for (let oy = 0; oy < oh; oy++) {
      let x = load<usize>(p, 8) + wide + ((<usize>oy * rowBytes) << 1);
      let y = load<usize>(p + <usize>(gradient ? 12 : 16)) + narrow + ((oy * ow) << 2);
      let dx = load<usize>(p, 16) + wide + ((<usize>oy * rowBytes) << 1);
      for (let left = ow; left > 0; left -= 4, x += 32, y += 16, dx += 32) {
        const a0 = v128.load(x);
        const a1 = v128.load(x, 16);
        const b0 = v128.load(x + rowBytes);
        const b1 = v128.load(x + rowBytes, 16);
        const a = Halving.even(a0, a1);
        const b = Halving.odd(a0, a1);
        const c = Halving.even(b0, b1);
        const d = Halving.odd(b0, b1);
        const largest = f32x4.max(f32x4.max(a, b), f32x4.max(c, d));
        if (!gradient) {
          storeLanes(y, largest, left);
          continue;
        }
        const dy = v128.load(y);
        const inA = Halving.chosen(a, largest);
        const inB = v128.andnot(Halving.chosen(b, largest), inA);
        let taken = v128.or(inA, inB);
        const inC = v128.andnot(Halving.chosen(c, largest), taken);
        taken = v128.or(taken, inC);
        const inD = v128.andnot(Halving.chosen(d, largest), taken);
        const da = v128.and(dy, inA);
        const db = v128.and(dy, inB);
        const dc = v128.and(dy, inC);
        const dd = v128.and(dy, inD);
        // Pairs of columns: two windows per vector.
        storeLanes(dx, i32x4.shuffle(da, db, 0, 4, 1, 5), left << 1);
        storeLanes(dx + rowBytes, i32x4.shuffle(dc, dd, 0, 4, 1, 5), left << 1);
        if (left > 2) {
          storeLanes(dx + 16, i32x4.shuffle(da, db, 2, 6, 3, 7), (left << 1) - 4);
          storeLanes(dx + rowBytes + 16, i32x4.shuffle(dc, dd, 2, 6, 3, 7), (left << 1) - 4);
        }
      }
    }
  }
}

/**
 * [MAX_POOL2D, bytes, x, –, y, planes, height, width, oh, ow, kh, kw, stride h, w, padding h, w]; y = max x
 * MAX_POOL2D_GATHER: x, u → y = u where x is largest. MAX_POOL2D_GRADIENT: x, dy → dx.
 */
export function maxPool2d(p: usize, thread: i32, threads: i32): void {
  const opcode: i32 = load<u8>(p);
  if (opcode != MAX_POOL2D_GATHER && Halving.is(p)) {
    halve(p, opcode == MAX_POOL2D_GRADIENT, thread, threads);
    return;
  }
  const planes = load<i32>(p, 20);
  const height = load<i32>(p, 24);
  const width = load<i32>(p, 28);
  const oh = load<i32>(p, 32);
  const ow = load<i32>(p, 36);
  const end = shareStart(planes, thread + 1, threads);
  for (let plane = shareStart(planes, thread, threads); plane < end; plane++) {
    const wide = (plane * height * width) << 2;
    const narrow = (plane * oh * ow) << 2;
    const x = load<usize>(p, 8) + wide;
    const second = load<usize>(p, 12);
    let to = load<usize>(p, 16);
    if (opcode == MAX_POOL2D_GRADIENT) memory.fill(to + wide, 0, (height * width) << 2);
    for (let oy = 0; oy < oh; oy++) {
      const top = oy * load<i32>(p, 48) - load<i32>(p, 56);
      for (let ox = 0; ox < ow; ox++) {
        const left = ox * load<i32>(p, 52) - load<i32>(p, 60);
        const bottom = min(height, top + load<i32>(p, 40));
        const right = min(width, left + load<i32>(p, 44));
        const at = largest(x, width, max(0, top), bottom, max(0, left), right);
        const out = narrow + ((oy * ow + ox) << 2);
        if (opcode == MAX_POOL2D) {
          store<f32>(to + out, at < 0 ? -Infinity : load<f32>(x + (at << 2)));
        } else if (opcode == MAX_POOL2D_GATHER) {
          store<f32>(to + out, at < 0 ? 0 : load<f32>(second + wide + (at << 2)));
        } else if (at >= 0) {
          const dx = to + wide + (at << 2);
          store<f32>(dx, load<f32>(dx) + load<f32>(second + out));
        }
      }
    }
  }
}

/** Fields as above. y = Σ x / (kh kw), or with `gradient` (x is dy, y is dx) its spreading back. */
export function avgPool2d(p: usize, gradient: bool, thread: i32, threads: i32): void {
  const planes = load<i32>(p, 20);
  const height = load<i32>(p, 24);
  const width = load<i32>(p, 28);
  const oh = load<i32>(p, 32);
  const ow = load<i32>(p, 36);
  const kh = load<i32>(p, 40);
  const kw = load<i32>(p, 44);
  const area = <f32>(kh * kw);
  const end = shareStart(planes, thread + 1, threads);
  for (let plane = shareStart(planes, thread, threads); plane < end; plane++) {
    const wide = load<usize>(p + <usize>(gradient ? 16 : 8)) + ((plane * height * width) << 2);
    let narrow = load<usize>(p + <usize>(gradient ? 8 : 16)) + ((plane * oh * ow) << 2);
    if (gradient) memory.fill(wide, 0, (height * width) << 2);
    for (let oy = 0; oy < oh; oy++) {
      const top = oy * load<i32>(p, 48) - load<i32>(p, 56);
      for (let ox = 0; ox < ow; ox++, narrow += 4) {
        const left = ox * load<i32>(p, 52) - load<i32>(p, 60);
        const share = gradient ? load<f32>(narrow) / area : 0;
        let sum: f32 = 0;
        for (let y = max(0, top); y < min(height, top + kh); y++) {
          for (let column = max(0, left); column < min(width, left + kw); column++) {
            const at = wide + ((y * width + column) << 2);
            if (gradient) store<f32>(at, load<f32>(at) + share);
            else sum += load<f32>(at);
          }
        }
        if (!gradient) store<f32>(narrow, sum / area);
      }
    }
  }
}
