// MAX_POOL2D, AVG_POOL2D and their gradients: plain loops over the windows of each plane.
import { AvgPool2d, MAX_POOL2D, MAX_POOL2D_GATHER, MAX_POOL2D_GRADIENT, MaxPool2d } from "./instructions.generated";
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
  @inline static is(p: MaxPool2d): bool {
    const windows = p.kh == 2 && p.kw == 2 && p.strideH == 2 && p.strideW == 2;
    return windows && p.paddingH == 0 && p.paddingW == 0 && (p.width & 1) == 0;
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
function halve(p: MaxPool2d, gradient: bool, thread: i32, threads: i32): void {
  const height = p.height;
  const width = p.width;
  const oh = p.oh;
  const ow = p.ow;
  const rowBytes = (<usize>width) << 2;
  const end = shareStart(p.planes, thread + 1, threads);
  for (let plane = shareStart(p.planes, thread, threads); plane < end; plane++) {
    const wide = (<usize>(plane * height * width)) << 2;
    const narrow = (<usize>(plane * oh * ow)) << 2;
    if (gradient && height & 1) memory.fill(p.y + wide + (height - 1) * rowBytes, 0, rowBytes);
    for (let oy = 0; oy < oh; oy++) {
      let x = p.x + wide + ((<usize>oy * rowBytes) << 1);
      let y = (gradient ? p.second : p.y) + narrow + ((oy * ow) << 2);
      let dx = p.y + wide + ((<usize>oy * rowBytes) << 1);
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
 * MAX_POOL2D: y = max x.
 * MAX_POOL2D_GATHER: x, u → y = u where x is largest. MAX_POOL2D_GRADIENT: x, dy → dx.
 */
export function maxPool2d(p: MaxPool2d, thread: i32, threads: i32): void {
  const opcode: i32 = p.opcode;
  if (opcode != MAX_POOL2D_GATHER && Halving.is(p)) {
    halve(p, opcode == MAX_POOL2D_GRADIENT, thread, threads);
    return;
  }
  const planes = p.planes;
  const height = p.height;
  const width = p.width;
  const oh = p.oh;
  const ow = p.ow;
  const end = shareStart(planes, thread + 1, threads);
  for (let plane = shareStart(planes, thread, threads); plane < end; plane++) {
    const wide = (plane * height * width) << 2;
    const narrow = (plane * oh * ow) << 2;
    const x = p.x + wide;
    const second = p.second;
    let to = p.y;
    if (opcode == MAX_POOL2D_GRADIENT) memory.fill(to + wide, 0, (height * width) << 2);
    for (let oy = 0; oy < oh; oy++) {
      const top = oy * p.strideH - p.paddingH;
      for (let ox = 0; ox < ow; ox++) {
        const left = ox * p.strideW - p.paddingW;
        const bottom = min(height, top + p.kh);
        const right = min(width, left + p.kw);
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

/** y = Σ x / (kh kw), or with `gradient` (x is dy, y is dx) its spreading back. */
export function avgPool2d(p: AvgPool2d, gradient: bool, thread: i32, threads: i32): void {
  const planes = p.planes;
  const height = p.height;
  const width = p.width;
  const oh = p.oh;
  const ow = p.ow;
  const kh = p.kh;
  const kw = p.kw;
  const area = <f32>(kh * kw);
  const end = shareStart(planes, thread + 1, threads);
  for (let plane = shareStart(planes, thread, threads); plane < end; plane++) {
    const wide = (gradient ? p.y : p.x) + ((plane * height * width) << 2);
    let narrow = (gradient ? p.x : p.y) + ((plane * oh * ow) << 2);
    if (gradient) memory.fill(wide, 0, (height * width) << 2);
    for (let oy = 0; oy < oh; oy++) {
      const top = oy * p.strideH - p.paddingH;
      for (let ox = 0; ox < ow; ox++, narrow += 4) {
        const left = ox * p.strideW - p.paddingW;
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
