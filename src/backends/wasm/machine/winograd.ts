// Winograd's F(4 × 4, 3 × 3) (Lavin & Gray 2016): transforms of tiles, four at once, one in each lane. See decision 0013.
//
// A product of polynomials from their values at 0, ±√½, ±√2 and ∞. With these points a tile of 6 × 6 values rounds 2.4 times
// as much as direct sums do; with 0, ±1, ±2 and ∞ five times.
import { Float4 } from "./functions";

/** Values of a tile, and bytes from one of a row of them to the next in a space of whole vectors. */
export const TILE_VALUES = 36;
const ROW: usize = 6 * 16;

/** √½ and √2: the points. */
const NEAR: f32 = 0.70710678118654752;
const FAR: f32 = 1.4142135623730951;

class Line {
  /** Six values of the polynomial d transposed: Bᵀd. */
  @inline static input(d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, to: usize, step: usize): void {
    const two = f32x4.splat(-2);
    const half = f32x4.splat(-0.5);
    const both = f32x4.splat(-2.5);
    const e1 = Float4.mulAdd(two, d2, d4);
    const o1 = f32x4.mul(f32x4.splat(NEAR), Float4.mulAdd(two, d1, d3));
    const e2 = Float4.mulAdd(half, d2, d4);
    const o2 = f32x4.mul(f32x4.splat(FAR), Float4.mulAdd(half, d1, d3));
    v128.store(to, Float4.mulAdd(both, d2, f32x4.add(d0, d4)));
    v128.store(to + step, f32x4.add(e1, o1));
    v128.store(to + step * 2, f32x4.sub(e1, o1));
    v128.store(to + step * 3, f32x4.add(e2, o2));
    v128.store(to + step * 4, f32x4.sub(e2, o2));
    v128.store(to + step * 5, Float4.mulAdd(both, d3, f32x4.add(d1, d5)));
  }

  /** G g of three weights. */
  @inline static kernel(g0: v128, g1: v128, g2: v128, to: usize, step: usize): void {
    const near = f32x4.splat(<f32>-2 / 3);
    const far = f32x4.splat(<f32>1 / 6);
    const e1 = f32x4.mul(near, Float4.mulAdd(f32x4.splat(0.5), g2, g0));
    const o1 = f32x4.mul(f32x4.splat((<f32>-2 / 3) * NEAR), g1);
    const e2 = f32x4.mul(far, Float4.mulAdd(f32x4.splat(2), g2, g0));
    const o2 = f32x4.mul(f32x4.splat((<f32>1 / 6) * FAR), g1);
    v128.store(to, g0);
    v128.store(to + step, f32x4.add(e1, o1));
    v128.store(to + step * 2, f32x4.sub(e1, o1));
    v128.store(to + step * 3, f32x4.add(e2, o2));
    v128.store(to + step * 4, f32x4.sub(e2, o2));
    v128.store(to + step * 5, g2);
  }

  /** Aᵀm: four outputs. */
  @inline static output(m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128, to: usize, step: usize): void {
    const two = f32x4.splat(2);
    const half = f32x4.splat(0.5);
    const near = f32x4.splat(NEAR);
    const s1 = f32x4.add(m1, m2);
    const d1 = f32x4.sub(m1, m2);
    const s2 = f32x4.add(m3, m4);
    const d2 = f32x4.sub(m3, m4);
    v128.store(to, f32x4.add(m0, f32x4.add(s1, s2)));
    v128.store(to + step, f32x4.mul(near, Float4.mulAdd(two, d2, d1)));
    v128.store(to + step * 2, Float4.mulAdd(half, s1, f32x4.mul(two, s2)));
    const cubes = Float4.mulAdd(half, d1, f32x4.mul(f32x4.splat(4), d2));
    v128.store(to + step * 3, Float4.mulAdd(near, cubes, m5));
  }

  /** Values of four elements of dy, without the factors of G: weights() has them. */
  @inline static gradient(g0: v128, g1: v128, g2: v128, g3: v128, to: usize, step: usize): void {
    const half = f32x4.splat(0.5);
    const two = f32x4.splat(2);
    const e1 = Float4.mulAdd(half, g2, g0);
    const o1 = f32x4.mul(f32x4.splat(NEAR), Float4.mulAdd(half, g3, g1));
    const e2 = Float4.mulAdd(two, g2, g0);
    const o2 = f32x4.mul(f32x4.splat(FAR), Float4.mulAdd(two, g3, g1));
    v128.store(to, g0);
    v128.store(to + step, f32x4.add(e1, o1));
    v128.store(to + step * 2, f32x4.sub(e1, o1));
    v128.store(to + step * 3, f32x4.add(e2, o2));
    v128.store(to + step * 4, f32x4.sub(e2, o2));
    v128.store(to + step * 5, g3);
  }

  /** Aᵀm: three elements of dW. */
  @inline static weights(m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128, to: usize, step: usize): void {
    const near = f32x4.splat(<f32>-2 / 3);
    const far = f32x4.splat(<f32>1 / 6);
    const s1 = f32x4.mul(near, f32x4.add(m1, m2));
    const d1 = f32x4.mul(near, f32x4.sub(m1, m2));
    const s2 = f32x4.mul(far, f32x4.add(m3, m4));
    const d2 = f32x4.mul(far, f32x4.sub(m3, m4));
    const two = f32x4.splat(2);
    v128.store(to, f32x4.add(m0, f32x4.add(s1, s2)));
    v128.store(to + step, f32x4.mul(f32x4.splat(NEAR), Float4.mulAdd(two, d2, d1)));
    v128.store(to + step * 2, Float4.mulAdd(f32x4.splat(0.5), s1, Float4.mulAdd(two, s2, m5)));
  }
}

class Four {
  /** Element `lane` of a, b, c and d, in this order: the rows of a 4 × 4 matrix transposed. */
  @inline static low(a: v128, b: v128): v128 {
    return i32x4.shuffle(a, b, 0, 4, 1, 5);
  }
  @inline static high(a: v128, b: v128): v128 {
    return i32x4.shuffle(a, b, 2, 6, 3, 7);
  }
  @inline static first(a: v128, b: v128): v128 {
    return i64x2.shuffle(a, b, 0, 2);
  }
  @inline static second(a: v128, b: v128): v128 {
    return i64x2.shuffle(a, b, 1, 3);
  }
}

/**
 * Bᵀ d B of the 6 × 6 squares at a, b, c and d, rows `rowBytes` apart: 36 vectors, `step` bytes apart, at `to`. `space` is
 * for 36 vectors.
 */
export function transformInput(
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  rowBytes: usize,
  space: usize,
  to: usize,
  step: usize,
): void {
  for (let row = space; row < space + ROW * 6; row += ROW) {
    const va = v128.load(a);
    const vb = v128.load(b);
    const vc = v128.load(c);
    const vd = v128.load(d);
    const ab = Four.low(va, vb);
    const cd = Four.low(vc, vd);
    const ab2 = Four.high(va, vb);
    const cd2 = Four.high(vc, vd);
    const ab4 = Four.low(v128.load64_zero(a, 16), v128.load64_zero(b, 16));
    const cd4 = Four.low(v128.load64_zero(c, 16), v128.load64_zero(d, 16));
    Line.input(
      Four.first(ab, cd),
      Four.second(ab, cd),
      Four.first(ab2, cd2),
      Four.second(ab2, cd2),
      Four.first(ab4, cd4),
      Four.second(ab4, cd4),
      row,
      16,
    );
    a += rowBytes;
    b += rowBytes;
    c += rowBytes;
    d += rowBytes;
  }
  for (let column = space; column < space + ROW; column += 16, to += step) {
    Line.input(
      v128.load(column),
      v128.load(column, ROW),
      v128.load(column, ROW * 2),
      v128.load(column, ROW * 3),
      v128.load(column, ROW * 4),
      v128.load(column, ROW * 5),
      to,
      step * 6,
    );
  }
}

/** The same of 4 × 4 squares of dy, for the gradient to weights. */
export function transformGradient(
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  rowBytes: usize,
  space: usize,
  to: usize,
  step: usize,
): void {
  for (let row = space; row < space + ROW * 4; row += ROW) {
    const va = v128.load(a);
    const vb = v128.load(b);
    const vc = v128.load(c);
    const vd = v128.load(d);
    const ab = Four.low(va, vb);
    const cd = Four.low(vc, vd);
    const ab2 = Four.high(va, vb);
    const cd2 = Four.high(vc, vd);
    Line.gradient(Four.first(ab, cd), Four.second(ab, cd), Four.first(ab2, cd2), Four.second(ab2, cd2), row, 16);
    a += rowBytes;
    b += rowBytes;
    c += rowBytes;
    d += rowBytes;
  }
  for (let column = space; column < space + ROW; column += 16, to += step) {
    const c0 = v128.load(column);
    const c1 = v128.load(column, ROW);
    Line.gradient(c0, c1, v128.load(column, ROW * 2), v128.load(column, ROW * 3), to, step * 6);
  }
}

/** G g Gᵀ of the 3 × 3 weights at a, b, c and d, `by` bytes from one to the next (−4: turned around). */
export function transformKernel(
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  by: usize,
  space: usize,
  to: usize,
  step: usize,
): void {
  // Nine vectors behind the 36 that the lines make.
  const weights = space + ROW * 6;
  for (let at = weights; at < weights + 9 * 16; at += 16) {
    store<f32>(at, load<f32>(a));
    store<f32>(at, load<f32>(b), 4);
    store<f32>(at, load<f32>(c), 8);
    store<f32>(at, load<f32>(d), 12);
    a += by;
    b += by;
    c += by;
    d += by;
  }
  for (let i: usize = 0; i < 3; i++) {
    const at = weights + i * 48;
    Line.kernel(v128.load(at), v128.load(at, 16), v128.load(at, 32), space + i * ROW, 16);
  }
  for (let column = space; column < space + ROW; column += 16, to += step) {
    Line.kernel(v128.load(column), v128.load(column, ROW), v128.load(column, ROW * 2), to, step * 6);
  }
}

/** Aᵀ m A of 36 vectors, `step` bytes apart: the 4 × 4 squares of each lane, one after another, at `to`. */
export function transformOutput(from: usize, step: usize, space: usize, to: usize): void {
  for (let column = space; column < space + ROW; column += 16, from += step) {
    const m0 = v128.load(from);
    const m1 = v128.load(from + step * 6);
    const m2 = v128.load(from + step * 12);
    const m3 = v128.load(from + step * 18);
    Line.output(m0, m1, m2, m3, v128.load(from + step * 24), v128.load(from + step * 30), column, ROW);
  }
  for (let row = space; row < space + ROW * 4; row += ROW, to += 16) {
    const m0 = v128.load(row);
    const m1 = v128.load(row, 16);
    const m2 = v128.load(row, 32);
    const m3 = v128.load(row, 48);
    // What has been read of the row has room for what is made of it.
    Line.output(m0, m1, m2, m3, v128.load(row, 64), v128.load(row, 80), row, 16);
    const r0 = v128.load(row);
    const r1 = v128.load(row, 16);
    const r2 = v128.load(row, 32);
    const r3 = v128.load(row, 48);
    const ab = Four.low(r0, r1);
    const cd = Four.low(r2, r3);
    const ab2 = Four.high(r0, r1);
    const cd2 = Four.high(r2, r3);
    v128.store(to, Four.first(ab, cd));
    v128.store(to, Four.second(ab, cd), 64);
    v128.store(to, Four.first(ab2, cd2), 128);
    v128.store(to, Four.second(ab2, cd2), 192);
  }
}

/** Aᵀ m A of 36 vectors, `step` bytes apart: the 3 × 3 weights of each of `lanes` lanes, one after another, at `to`. */
export function transformWeights(from: usize, step: usize, space: usize, lanes: i32, to: usize): void {
  for (let column = space; column < space + ROW; column += 16, from += step) {
    const m0 = v128.load(from);
    const m1 = v128.load(from + step * 6);
    const m2 = v128.load(from + step * 12);
    const m3 = v128.load(from + step * 18);
    Line.weights(m0, m1, m2, m3, v128.load(from + step * 24), v128.load(from + step * 30), column, ROW);
  }
  for (let row = space; row < space + ROW * 3; row += ROW, to += 12) {
    const m0 = v128.load(row);
    const m1 = v128.load(row, 16);
    const m2 = v128.load(row, 32);
    const m3 = v128.load(row, 48);
    Line.weights(m0, m1, m2, m3, v128.load(row, 64), v128.load(row, 80), row, 16);
    for (let lane: usize = 0; lane < <usize>lanes; lane++) {
      for (let i: usize = 0; i < 3; i++) store<f32>(to + lane * 36 + i * 4, load<f32>(row + i * 16 + lane * 4));
    }
  }
}
