// IOTA, RANDOM: counting, and Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).

import { Float4 } from "./functions";
import { Iota, Random } from "./instructions.generated";
import { KIND_INT, NORMAL } from "./opcodes";
import { shareStart } from "./share";

/** y[outer, n, inner] = index along n. */
export function iota(p: Iota, thread: i32, threads: i32): void {
  const n = p.n;
  const inner = p.inner;
  const isInt = p.element == KIND_INT;
  const rows = p.outer * n;
  const end = shareStart(rows, thread + 1, threads);
  const start = shareStart(rows, thread, threads);
  let y = p.y + ((start * inner) << 2);
  for (let row = start; row < end; row++) {
    const value = row % n;
    const word = isInt ? value : reinterpret<i32>(<f32>value);
    for (const stop = y + (inner << 2); y < stop; y += 4) store<i32>(y, word);
  }
}

const MULTIPLIER_0: u64 = 0xd2511f53;
const MULTIPLIER_1: u64 = 0xcd9e8d57;
const WEYL_0: u32 = 0x9e3779b9;
const WEYL_1: u32 = 0xbb67ae85;

/** Ten rounds on the counter c under the key k. */
function philox(c0: u32, c1: u32, c2: u32, c3: u32, k0: u32, k1: u32): v128 {
  for (let round = 0; round < 10; round++) {
    const p0 = MULTIPLIER_0 * c0;
    const p1 = MULTIPLIER_1 * c2;
    c0 = <u32>(p1 >> 32) ^ c1 ^ k0;
    c1 = <u32>p1;
    c2 = <u32>(p0 >> 32) ^ c3 ^ k1;
    c3 = <u32>p0;
    k0 += WEYL_0;
    k1 += WEYL_1;
  }
  return i32x4.replace_lane(i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(c0), 1, c1), 2, c2), 3, c3);
}

/** Box–Muller on the pairs (w0, w1) and (w2, w3): √(−2 ln u1) · (cos 2πu2, sin 2πu2) of each. */
function normals(words: v128): v128 {
  const u = f32x4.mul(f32x4.convert_i32x4_u(i32x4.shr_u(words, 8)), f32x4.splat(5.9604644775390625e-8));
  const u1 = f32x4.add(i32x4.shuffle(u, u, 0, 0, 2, 2), f32x4.splat(5.9604644775390625e-8));
  const angle = f32x4.mul(i32x4.shuffle(u, u, 1, 1, 3, 3), f32x4.splat(6.283185307179586));
  const radius = f32x4.sqrt(f32x4.mul(Float4.logNormal(u1, i32x4.splat(0)), f32x4.splat(-2)));
  const cos = Float4.sinNear(angle, 1);
  const sin = Float4.sinNear(angle, 0);
  return f32x4.mul(radius, i32x4.shuffle(cos, sin, 0, 5, 2, 7));
}

/** Element e is word e mod 4 of block e / 4 after the first. */
export function random(p: Random, thread: i32, threads: i32): void {
  const key = p.key;
  const k0 = load<u32>(key);
  const k1 = load<u32>(key, 4);
  const c2 = load<u32>(key, 8);
  const c3 = load<u32>(key, 12);
  const stream = p.stream;
  const first = p.block;
  const isNormal = p.distribution == NORMAL;
  const blocks = (p.elements + 3) >>> 2;
  const end = shareStart(blocks, thread + 1, threads);
  let block = shareStart(blocks, thread, threads);
  for (let y = p.y + (block << 4); block < end; block++, y += 16) {
    const words = philox(first + block, stream, c2, c3, k0, k1);
    v128.store(
      y,
      isNormal
        ? normals(words)
        : f32x4.mul(f32x4.convert_i32x4_u(i32x4.shr_u(words, 8)), f32x4.splat(5.9604644775390625e-8)),
    );
  }
}
