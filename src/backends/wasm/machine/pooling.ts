// MAX_POOL2D, AVG_POOL2D and their gradients: plain loops over the windows of each plane.
import { MAX_POOL2D, MAX_POOL2D_GATHER, MAX_POOL2D_GRADIENT } from "./opcodes";
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

/**
 * [MAX_POOL2D, bytes, x, –, y, planes, height, width, oh, ow, kh, kw, stride h, w, padding h, w]; y = max x
 * MAX_POOL2D_GATHER: x, u → y = u where x is largest. MAX_POOL2D_GRADIENT: x, dy → dx.
 */
export function maxPool2d(p: usize, thread: i32, threads: i32): void {
  const opcode: i32 = load<u8>(p);
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
