// Elementary functions on four floats at once. Coefficients: Cephes single precision (S. Moshier), unless another source is named.

/** x where it is not above `high`; NaN stays NaN. */
class Clamp {
  @inline static below(x: v128, high: f32): v128 {
    return f32x4.pmin(x, f32x4.splat(high));
  }
  @inline static above(x: v128, low: f32): v128 {
    return f32x4.pmax(x, f32x4.splat(low));
  }
}

// 1.5 · 2²³: adding it rounds to the nearest integer, which then lies in the low bits.
const ROUND: f32 = 12582912.0;
const ROUND_BITS: i32 = 0x4b400000;
const LOG2E: f32 = 1.44269504088896341;
// ln 2 in two parts; products of the first with integers below 2¹⁵ are exact.
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.1219444e-4;
/** 1.5 · 2⁵², as ROUND is to float32. */
const ROUND_64: f64 = 6755399441055744.0;
const LN2: f64 = 0.6931471805599453;
/** 2 / ln 2 divided by 1, 3, … 13, then 1 / 0!, … 1 / 8!. Engines load numbers faster than they make constants. */
const SERIES: usize = memory.data<f64>([
  2.8853900817779268, 0.9617966939259756, 0.5770780163555853, 0.4121985831111324, 0.3205988979753252,
  0.2623081892525388, 0.2219530832136867, 1, 1, 0.5, 0.16666666666666666, 0.041666666666666664, 0.008333333333333333,
  0.001388888888888889, 0.0001984126984126984, 0.0000248015873015873,
]);

class Double2 {
  /** p·x + SERIES[i] */
  @inline static horner(p: v128, x: v128, i: usize): v128 {
    return f64x2.add(f64x2.mul(p, x), v128.load64_splat(SERIES + (i << 3)));
  }

  /** x^y of two numbers x ≥ 0, to 9 digits of float64; right when it is rounded to float32, where it ends in 0 or ∞. */
  @inline static pow(x: v128, y: v128): v128 {
    const one = f64x2.splat(1);
    // x = 2^k m, √½ ≤ m < √2; 0x3fe6a09e is the upper half of √½.
    const above = i64x2.sub(x, i64x2.splat(0x3fe6a09e00000000));
    const exponent = v128.and(above, i64x2.splat(0xfff0000000000000));
    const m = i64x2.sub(x, exponent);
    const k = i32x4.shr_s(i32x4.shuffle(exponent, exponent, 1, 3, 1, 3), 20);
    // log₂ m = 2 / ln 2 (s + s³/3 + s⁵/5 + …), s = (m − 1) / (m + 1)
    const s = f64x2.div(f64x2.sub(m, one), f64x2.add(m, one));
    const z = f64x2.mul(s, s);
    const zz = f64x2.mul(z, z);
    let even = v128.load64_splat(SERIES, 48);
    even = Double2.horner(even, zz, 4);
    even = Double2.horner(even, zz, 2);
    even = Double2.horner(even, zz, 0);
    let odd = v128.load64_splat(SERIES, 40);
    odd = Double2.horner(odd, zz, 3);
    odd = Double2.horner(odd, zz, 1);
    const p = f64x2.add(even, f64x2.mul(odd, z));
    let log = f64x2.add(f64x2.convert_low_i32x4_s(k), f64x2.mul(p, s));
    log = v128.bitselect(log, x, f64x2.lt(x, f64x2.splat(Infinity)));
    log = v128.bitselect(f64x2.splat(-Infinity), log, f64x2.eq(x, f64x2.splat(0)));
    // 2ᵗ = 2ⁿ 2ʳ
    const t = f64x2.pmax(f64x2.pmin(f64x2.mul(y, log), f64x2.splat(160)), f64x2.splat(-160));
    const rounded = f64x2.add(t, f64x2.splat(ROUND_64));
    const n = f64x2.sub(rounded, f64x2.splat(ROUND_64));
    const r = f64x2.mul(f64x2.sub(t, n), f64x2.splat(LN2));
    const rr = f64x2.mul(r, r);
    even = v128.load64_splat(SERIES, 120);
    even = Double2.horner(even, rr, 13);
    even = Double2.horner(even, rr, 11);
    even = Double2.horner(even, rr, 9);
    even = Double2.horner(even, rr, 7);
    odd = v128.load64_splat(SERIES, 112);
    odd = Double2.horner(odd, rr, 12);
    odd = Double2.horner(odd, rr, 10);
    odd = Double2.horner(odd, rr, 8);
    const e = f64x2.add(even, f64x2.mul(odd, r));
    return f32x4.demote_f64x2_zero(i64x2.add(e, i64x2.shl(rounded, 52)));
  }
}

export class Float4 {
  @inline static splat(x: f32): v128 {
    return f32x4.splat(x);
  }

  /** a·b + c. The relaxed build rounds once, where the processor can: scripts/fused-sites.mjs finds all such sums. */
  @inline static mulAdd(a: v128, b: v128, c: v128): v128 {
    return f32x4.add(f32x4.mul(a, b), c);
  }

  /** p·x + c */
  @inline static horner(p: v128, x: v128, c: f32): v128 {
    return Float4.mulAdd(p, x, f32x4.splat(c));
  }

  /** (eʳ − 1 − r) / r² on |r| ≤ ln 2 / 2 */
  @inline static expPolynomial(r: v128): v128 {
    let p = f32x4.splat(1.98756915e-4);
    p = Float4.horner(p, r, 1.3981999507e-3);
    p = Float4.horner(p, r, 8.3334519073e-3);
    p = Float4.horner(p, r, 4.1665795894e-2);
    p = Float4.horner(p, r, 1.6666665459e-1);
    return Float4.horner(p, r, 5.0000001201e-1);
  }

  /** 2ⁿ as a float, −126 ≤ n ≤ 127. */
  @inline static powerOf2(n: v128): v128 {
    return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
  }

  /** y·2ⁿ in two halves, so that subnormal and infinite results come out right. */
  @inline static scale(y: v128, n: v128): v128 {
    const half = i32x4.shr_s(n, 1);
    return f32x4.mul(f32x4.mul(y, Float4.powerOf2(half)), Float4.powerOf2(i32x4.sub(n, half)));
  }

  /** eˣ = 2ⁿ eʳ, n = round(x / ln 2) */
  @inline static exp(x: v128): v128 {
    // Zero in float32. Not left to underflow, which takes processors tens of cycles: masks of softmax are far below.
    const isZero = f32x4.lt(x, f32x4.splat(-104));
    x = v128.andnot(Clamp.below(x, 89), isZero);
    const t = Float4.horner(x, f32x4.splat(LOG2E), ROUND);
    const n = f32x4.sub(t, f32x4.splat(ROUND));
    const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH))), f32x4.mul(n, f32x4.splat(LN2_LOW)));
    const y = f32x4.add(Float4.mulAdd(Float4.expPolynomial(r), f32x4.mul(r, r), r), f32x4.splat(1));
    return v128.andnot(Float4.scale(y, i32x4.sub(t, i32x4.splat(ROUND_BITS))), isZero);
  }

  /** eˣ − 1 = 2ⁿ ((eʳ − 1) + (1 − 2⁻ⁿ)) */
  @inline static expm1(x: v128): v128 {
    x = Clamp.above(Clamp.below(x, 89), -30);
    const t = Float4.horner(x, f32x4.splat(LOG2E), ROUND);
    const n = f32x4.sub(t, f32x4.splat(ROUND));
    const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH))), f32x4.mul(n, f32x4.splat(LN2_LOW)));
    const p = Float4.mulAdd(Float4.expPolynomial(r), f32x4.mul(r, r), r);
    const i = i32x4.sub(t, i32x4.splat(ROUND_BITS));
    const inverse = Float4.powerOf2(i32x4.neg(i32x4.min_s(i, i32x4.splat(126))));
    return Float4.scale(f32x4.add(p, f32x4.sub(f32x4.splat(1), inverse)), i);
  }

  /** ln x on normal positive x: e ln 2 + ln m, √½ ≤ m < √2 */
  @inline static logNormal(x: v128, exponent: v128): v128 {
    exponent = i32x4.add(exponent, i32x4.sub(i32x4.shr_u(x, 23), i32x4.splat(126)));
    const half = v128.or(v128.and(x, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000));
    const low = f32x4.lt(half, f32x4.splat(0.707106781186547524));
    const e = f32x4.convert_i32x4_s(i32x4.add(exponent, low));
    const m = f32x4.add(f32x4.sub(half, f32x4.splat(1)), v128.and(half, low));
    const z = f32x4.mul(m, m);
    let p = f32x4.splat(7.0376836292e-2);
    p = Float4.horner(p, m, -1.151461031e-1);
    p = Float4.horner(p, m, 1.167699874e-1);
    p = Float4.horner(p, m, -1.2420140846e-1);
    p = Float4.horner(p, m, 1.4249322787e-1);
    p = Float4.horner(p, m, -1.6668057665e-1);
    p = Float4.horner(p, m, 2.0000714765e-1);
    p = Float4.horner(p, m, -2.4999993993e-1);
    p = Float4.horner(p, m, 3.3333331174e-1);
    let y = f32x4.mul(f32x4.mul(p, m), z);
    y = Float4.mulAdd(e, f32x4.splat(LN2_LOW), y);
    y = f32x4.sub(y, f32x4.mul(f32x4.splat(0.5), z));
    return Float4.mulAdd(e, f32x4.splat(LN2_HIGH), f32x4.add(m, y));
  }

  @inline static log(x: v128): v128 {
    const normal = v128.and(f32x4.ge(x, f32x4.splat(1.17549435e-38)), f32x4.lt(x, f32x4.splat(Infinity)));
    if (i32x4.all_true(normal)) return Float4.logNormal(x, i32x4.splat(0));
    return logOfAny(x, normal);
  }

  /** ln(1 + x) = ln u + (x − (u − 1)) / u, u = 1 + x rounded */
  @inline static log1p(x: v128): v128 {
    const u = f32x4.add(x, f32x4.splat(1));
    const correction = f32x4.div(f32x4.sub(x, f32x4.sub(u, f32x4.splat(1))), u);
    const inside = v128.and(f32x4.gt(u, f32x4.splat(0)), f32x4.lt(u, f32x4.splat(Infinity)));
    return f32x4.add(Float4.log(u), v128.and(correction, inside));
  }

  /** Rational approximation of Eigen (ptanh_float). */
  @inline static tanh(x: v128): v128 {
    x = Clamp.above(Clamp.below(x, 7.90531110763549805), -7.90531110763549805);
    const z = f32x4.mul(x, x);
    let p = f32x4.splat(-2.76076847742355e-16);
    p = Float4.horner(p, z, 2.00018790482477e-13);
    p = Float4.horner(p, z, -8.60467152213735e-11);
    p = Float4.horner(p, z, 5.12229709037114e-8);
    p = Float4.horner(p, z, 1.48572235717979e-5);
    p = Float4.horner(p, z, 6.37261928875436e-4);
    p = Float4.horner(p, z, 4.89352455891786e-3);
    let q = f32x4.splat(1.19825839466702e-6);
    q = Float4.horner(q, z, 1.18534705686654e-4);
    q = Float4.horner(q, z, 2.268434632439e-3);
    q = Float4.horner(q, z, 4.89352518554385e-3);
    return f32x4.div(f32x4.mul(x, p), q);
  }

  /** 1 / (1 + e⁻ˣ) */
  @inline static sigmoid(x: v128): v128 {
    return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), Float4.exp(f32x4.neg(x))));
  }

  /** max(x, 0) + ln(1 + t), t = e^−|x| ≤ 1: as log1p, without its special cases. */
  @inline static softplus(x: v128): v128 {
    const t = Float4.exp(f32x4.neg(f32x4.abs(x)));
    const u = f32x4.add(t, f32x4.splat(1));
    const correction = f32x4.div(f32x4.sub(t, f32x4.sub(u, f32x4.splat(1))), u);
    const positive = f32x4.pmax(x, f32x4.splat(0));
    return f32x4.add(positive, f32x4.add(Float4.logNormal(u, i32x4.splat(0)), correction));
  }

  /** x σ(x) */
  @inline static silu(x: v128): v128 {
    return f32x4.div(x, f32x4.add(f32x4.splat(1), Float4.exp(f32x4.neg(x))));
  }

  /** ½x (1 + tanh u) = x σ(2u), u = √(2/π) (x + 0.044715 x³) */
  @inline static geluTanh(x: v128): v128 {
    const inner = Float4.horner(f32x4.mul(x, x), f32x4.splat(0.044715), 1);
    const exponent = f32x4.mul(f32x4.mul(x, inner), f32x4.splat(-1.5957691216057308));
    return f32x4.div(x, f32x4.add(f32x4.splat(1), Float4.exp(exponent)));
  }

  /**
   * e^(−t²/2) = 2ⁿ 2ᶠ, t ≥ 0. t² = h² + (t − h)(t + h), and of h, the first 8 bits of t, the product with the first 8 of
   * −½ log₂ e is exact. The polynomial is a minimax fit of 2ᶠ, within 1.1e−7 on |f| ≤ ½.
   */
  @inline static gaussian(t: v128): v128 {
    const h = v128.and(t, i32x4.splat(0xffff0000));
    const hh = f32x4.mul(h, h);
    const rest = f32x4.mul(f32x4.sub(t, h), f32x4.add(t, h));
    const high = f32x4.mul(hh, f32x4.splat(-0.72265625));
    const low = Float4.mulAdd(hh, f32x4.splat(1.3087295555e-3), f32x4.mul(rest, f32x4.splat(-0.72134752044448)));
    const v = f32x4.add(f32x4.add(high, low), f32x4.splat(ROUND));
    const f = f32x4.add(f32x4.sub(high, f32x4.sub(v, f32x4.splat(ROUND))), low);
    let p = f32x4.splat(1.3264591107144952e-3);
    p = Float4.horner(p, f, 9.671619161963463e-3);
    p = Float4.horner(p, f, 5.55073507130146e-2);
    p = Float4.horner(p, f, 2.4022240936756134e-1);
    p = Float4.horner(p, f, 6.931470036506653e-1);
    p = Float4.horner(p, f, 1);
    return f32x4.mul(p, Float4.powerOf2(v)); // Of ROUND itself the shift leaves nothing.
  }

  /** |x|, and 13.27 beyond: there n = −127 in `gaussian`, for which powerOf2 has 0. */
  @inline static tailSize(x: v128): v128 {
    return Clamp.below(f32x4.abs(x), 13.27);
  }

  /** Φ(−t) e^(t²/2), 0 ≤ t ≤ 13.3: a rational minimax fit, within 1.4e−7. */
  @inline static tailRatio(t: v128): v128 {
    let p = f32x4.splat(2.2927446442413572e-7);
    p = Float4.horner(p, t, 1.4434527628012688e-2);
    p = Float4.horner(p, t, 1.0793226992346555e-1);
    p = Float4.horner(p, t, 3.404826275491573e-1);
    p = Float4.horner(p, t, 0.5);
    let q = f32x4.splat(3.620927149395761e-2);
    q = Float4.horner(q, t, 2.69998361312253e-1);
    q = Float4.horner(q, t, 8.95872414852123e-1);
    q = Float4.horner(q, t, 1.4788426525044398);
    q = Float4.horner(q, t, 1);
    return f32x4.div(p, q);
  }

  /** x P(x²) / Q(x²) on |x| ≤ 4, where erf is 1 in float32; coefficients of Eigen (generic_fast_erf, float). */
  @inline static erf(x: v128): v128 {
    x = Clamp.above(Clamp.below(x, 4), -4);
    const z = f32x4.mul(x, x);
    let p = f32x4.splat(-2.72614225801306e-10);
    p = Float4.horner(p, z, 2.77068142495902e-8);
    p = Float4.horner(p, z, -2.10102402082508e-6);
    p = Float4.horner(p, z, -5.69250639462346e-5);
    p = Float4.horner(p, z, -7.34990630326855e-4);
    p = Float4.horner(p, z, -2.9545998085401e-3);
    p = Float4.horner(p, z, -1.60960333262415e-2);
    let q = f32x4.splat(-1.45660718464996e-5);
    q = Float4.horner(q, z, -2.13374055278905e-4);
    q = Float4.horner(q, z, -1.68282697438203e-3);
    q = Float4.horner(q, z, -7.37332916720468e-3);
    q = Float4.horner(q, z, -1.42647390514189e-2);
    return f32x4.div(f32x4.mul(x, p), q);
  }

  /** x Φ(x) = max(x, 0) − t Φ(−t), t = |x| */
  @inline static gelu(x: v128): v128 {
    const t = Float4.tailSize(x);
    const tail = f32x4.mul(f32x4.mul(t, Float4.gaussian(t)), Float4.tailRatio(t));
    return f32x4.sub(f32x4.pmax(x, f32x4.splat(0)), tail);
  }

  /** Φ(x) + x φ(x) = [x > 0] ± (t φ(t) − Φ(−t)), t = |x|, the sign that of x */
  @inline static geluDerivative(x: v128): v128 {
    const t = Float4.tailSize(x);
    const ratio = f32x4.sub(f32x4.mul(t, f32x4.splat(0.3989422804014327)), Float4.tailRatio(t));
    const tail = f32x4.mul(Float4.gaussian(t), ratio);
    const step = v128.andnot(f32x4.splat(1), i32x4.shr_s(x, 31));
    return f32x4.add(step, v128.xor(tail, v128.and(x, i32x4.splat(0x80000000))));
  }

  /** sin(x + quadrants·π/2): r = x − n π/2, then the sine or cosine polynomial of r, |x| < 8192 */
  @inline static sinNear(x: v128, quadrants: i32): v128 {
    const t = Float4.horner(x, f32x4.splat(0.63661977236758134), ROUND);
    const n = f32x4.sub(t, f32x4.splat(ROUND));
    let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(1.5703125)));
    r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(4.837512969970703125e-4)));
    r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(7.54978995489188216e-8)));
    const q = i32x4.add(t, i32x4.splat(quadrants));
    const z = f32x4.mul(r, r);
    let s = f32x4.splat(-1.9515295891e-4);
    s = Float4.horner(s, z, 8.3321608736e-3);
    s = Float4.horner(s, z, -1.6666654611e-1);
    s = Float4.mulAdd(f32x4.mul(s, z), r, r);
    let c = f32x4.splat(2.443315711809948e-5);
    c = Float4.horner(c, z, -1.388731625493765e-3);
    c = Float4.horner(c, z, 4.166664568298827e-2);
    c = Float4.horner(f32x4.sub(f32x4.mul(c, z), f32x4.splat(0.5)), z, 1);
    const odd = i32x4.ne(v128.and(q, i32x4.splat(1)), i32x4.splat(0));
    const sign = i32x4.shl(v128.and(q, i32x4.splat(2)), 30);
    return v128.xor(v128.bitselect(c, s, odd), sign);
  }

  @inline static sin(x: v128): v128 {
    if (i32x4.all_true(f32x4.lt(f32x4.abs(x), f32x4.splat(8192)))) return Float4.sinNear(x, 0);
    return sinOfAny(x);
  }

  @inline static cos(x: v128): v128 {
    if (i32x4.all_true(f32x4.lt(f32x4.abs(x), f32x4.splat(8192)))) return Float4.sinNear(x, 1);
    return cosOfAny(x);
  }

  /** x^y as Math.pow has it. */
  @inline static pow(x: v128, y: v128): v128 {
    const size = f32x4.abs(x);
    const low = Double2.pow(f64x2.promote_low_f32x4(size), f64x2.promote_low_f32x4(y));
    const high = Double2.pow(
      f64x2.promote_low_f32x4(i32x4.shuffle(size, size, 2, 3, 0, 1)),
      f64x2.promote_low_f32x4(i32x4.shuffle(y, y, 2, 3, 0, 1)),
    );
    const isInteger = f32x4.eq(f32x4.nearest(y), y);
    const half = f32x4.mul(y, f32x4.splat(0.5));
    const isOdd = v128.andnot(isInteger, f32x4.eq(f32x4.nearest(half), half));
    const sign = v128.and(v128.and(x, isOdd), i32x4.splat(0x80000000));
    const isNegative = v128.and(f32x4.lt(x, f32x4.splat(0)), f32x4.gt(x, f32x4.splat(-Infinity)));
    const z = v128.xor(i64x2.shuffle(low, high, 0, 2), sign);
    const real = v128.bitselect(f32x4.splat(NaN), z, v128.andnot(isNegative, isInteger));
    return v128.bitselect(f32x4.splat(1), real, f32x4.eq(y, f32x4.splat(0)));
  }
}

/** Float4.log where it is taken once a row: a call, as its code is long. */
export function log(x: v128): v128 {
  return Float4.log(x);
}

/** ln of subnormals, 0 → −∞, negatives → NaN, ∞ and NaN → themselves. */
function logOfAny(x: v128, normal: v128): v128 {
  const zero = f32x4.splat(0);
  const subnormal = v128.and(f32x4.gt(x, zero), f32x4.lt(x, f32x4.splat(1.17549435e-38)));
  const scaled = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, subnormal);
  const y = Float4.logNormal(scaled, v128.and(subnormal, i32x4.splat(-23)));
  let special = v128.bitselect(f32x4.splat(NaN), x, f32x4.lt(x, zero));
  special = v128.bitselect(f32x4.splat(-Infinity), special, f32x4.eq(x, zero));
  return v128.bitselect(y, special, v128.or(normal, subnormal));
}

function sinOfAny(x: v128): v128 {
  return pack4(
    NativeMathf.sin(f32x4.extract_lane(x, 0)),
    NativeMathf.sin(f32x4.extract_lane(x, 1)),
    NativeMathf.sin(f32x4.extract_lane(x, 2)),
    NativeMathf.sin(f32x4.extract_lane(x, 3)),
  );
}

function cosOfAny(x: v128): v128 {
  return pack4(
    NativeMathf.cos(f32x4.extract_lane(x, 0)),
    NativeMathf.cos(f32x4.extract_lane(x, 1)),
    NativeMathf.cos(f32x4.extract_lane(x, 2)),
    NativeMathf.cos(f32x4.extract_lane(x, 3)),
  );
}

function pack4(a: f32, b: f32, c: f32, d: f32): v128 {
  return f32x4.replace_lane(f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(a), 1, b), 2, c), 3, d);
}
