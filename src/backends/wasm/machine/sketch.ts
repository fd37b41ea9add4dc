// SKETCH and SKETCH_END: mean, RMS, extremes, special values and exponents of a tensor, piece by piece, then of all pieces.
import { Sketch, SketchEnd, SketchResult } from "./instructions.generated";
import { SKETCH_BUCKETS, SKETCH_EVERY, SKETCH_EXACT, SKETCH_LOWEST, SKETCH_PARTIAL, SKETCH_PIECE } from "./opcodes";
import { shareStart } from "./share";

// A partial result, at these bytes: sums in float64, extremes in float32, counts in int32.
const SUM: usize = 0;
const SQUARES: usize = 8;
const LEAST: usize = 16;
const MOST: usize = 20;
const NON_FINITE: usize = 32;
const ZEROS: usize = 36;
const SUBNORMAL: usize = 40;
const HISTOGRAM: usize = 48;

/** Between these, a piece's Σ x² in float32 has not overflowed, and squares too small for float32 do not count in it. */
const LEAST_SQUARES: f64 = 8.271806125530277e-25; // 2⁻⁸⁰
const MOST_SQUARES: f64 = 1.2676506002282294e30; // 2¹⁰⁰

/** So many elements of a piece are counted one by one: that takes as long as a round of countFour. */
const FEW: i32 = 48;

function add(at: usize, count: i32): void {
  store<i32>(at, load<i32>(at) + count);
}

/** Counts `count` elements with the biased exponent `e`. */
function addExponent(to: usize, e: i32, count: i32): void {
  add(to + HISTOGRAM + ((<usize>min(max(e - SKETCH_LOWEST, 0), SKETCH_BUCKETS - 1)) << 2), count);
}

/** Any elements, one by one; their exponents too where the piece is one that the histogram counts. */
function sketchEach(x: usize, n: i32, to: usize, counts: bool): void {
  let sum = load<f64>(to, SUM);
  let squares = load<f64>(to, SQUARES);
  let least = load<f32>(to, LEAST);
  let most = load<f32>(to, MOST);
  for (const end = x + ((<usize>n) << 2); x < end; x += 4) {
    const bits = load<u32>(x) & 0x7fffffff;
    const e = <i32>(bits >>> 23);
    if (e == 255) {
      add(to + NON_FINITE, 1);
      continue;
    }
    const value = load<f32>(x);
    sum += <f64>value;
    squares += <f64>value * <f64>value;
    least = min(least, value);
    most = max(most, value);
    if (e != 0) {
      if (counts) addExponent(to, e, 1);
    } else add(to + (bits == 0 ? ZEROS : SUBNORMAL), 1);
  }
  store<f64>(to, sum, SUM);
  store<f64>(to, squares, SQUARES);
  store<f32>(to, least, LEAST);
  store<f32>(to, most, MOST);
}

class Bits {
  /** Biased exponents of eight floats, 16 bits each, in the order a0 b0 a1 b1 … */
  @inline static exponents(a: v128, b: v128): v128 {
    const upper = i16x8.shuffle(i32x4.shr_u(a, 16), b, 0, 9, 2, 11, 4, 13, 6, 15);
    return i16x8.shr_u(i16x8.shl(upper, 1), 8);
  }

  /** Counters of 8 bits, one more for each byte that equals e: equal gives −1. A piece is at most 128 vectors of bytes. */
  @inline static count(counters: v128, a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
    counters = i8x16.sub(i8x16.sub(counters, i8x16.eq(a, e)), i8x16.eq(b, e));
    return i8x16.sub(i8x16.sub(counters, i8x16.eq(c, e)), i8x16.eq(d, e));
  }
}

function lanesSum(x: v128): f64 {
  const low = f64x2.promote_low_f32x4(x);
  const high = f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 0, 1));
  const both = f64x2.add(low, high);
  return f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
}

/** Σ of sixteen counters of 8 bits. */
function countersSum(x: v128): i32 {
  const four = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(x));
  const two = i32x4.add(four, i32x4.shuffle(four, four, 2, 3, 0, 1));
  return i32x4.extract_lane(two, 0) + i32x4.extract_lane(two, 1);
}

/** Σ x and Σ x² by way of s x, where s is a power of two that brings the largest |x| close to 1: see LEAST_SQUARES. */
function sumScaled(x: usize, n: i32, largest: i32, to: usize): void {
  const e = max(largest, 1);
  const scale = f32x4.splat(reinterpret<f32>((255 - e) << 23));
  let sum = f32x4.splat(0);
  let squares = f32x4.splat(0);
  for (const end = x + ((<usize>n) << 2); x < end; x += 64) {
    const a = f32x4.mul(v128.load(x), scale);
    const b = f32x4.mul(v128.load(x, 16), scale);
    const c = f32x4.mul(v128.load(x, 32), scale);
    const d = f32x4.mul(v128.load(x, 48), scale);
    sum = f32x4.add(sum, f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
    const ab = f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b));
    const cd = f32x4.add(f32x4.mul(c, c), f32x4.mul(d, d));
    squares = f32x4.add(squares, f32x4.add(ab, cd));
  }
  const back = 1 / <f64>f32x4.extract_lane(scale, 0);
  store<f64>(to, lanesSum(sum) * back, SUM);
  store<f64>(to, lanesSum(squares) * back * back, SQUARES);
}

function countZeros(x: usize, n: i32): i32 {
  const zero = f32x4.splat(0);
  let count = i32x4.splat(0);
  for (const end = x + ((<usize>n) << 2); x < end; x += 64) {
    const ab = i32x4.add(f32x4.eq(v128.load(x), zero), f32x4.eq(v128.load(x, 16), zero));
    const cd = i32x4.add(f32x4.eq(v128.load(x, 32), zero), f32x4.eq(v128.load(x, 48), zero));
    count = i32x4.sub(count, i32x4.add(ab, cd));
  }
  const two = i32x4.add(count, i32x4.shuffle(count, count, 2, 3, 0, 1));
  return i32x4.extract_lane(two, 0) + i32x4.extract_lane(two, 1);
}

/** Counts the exponents e, e − 1, e − 2 and e − 3 among n bytes; gives how many there are. */
function countFour(bytes: usize, n: i32, e: i32, to: usize): i32 {
  const e0 = i8x16.splat(<i8>e);
  const e1 = i8x16.splat(<i8>(e - 1));
  const e2 = i8x16.splat(<i8>(e - 2));
  const e3 = i8x16.splat(<i8>(e - 3));
  let c0 = i8x16.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  for (const end = bytes + n; bytes < end; bytes += 64) {
    const a = v128.load(bytes);
    const b = v128.load(bytes, 16);
    const c = v128.load(bytes, 32);
    const d = v128.load(bytes, 48);
    c0 = Bits.count(c0, a, b, c, d, e0);
    c1 = Bits.count(c1, a, b, c, d, e1);
    c2 = Bits.count(c2, a, b, c, d, e2);
    c3 = Bits.count(c3, a, b, c, d, e3);
  }
  const n0 = countersSum(c0);
  const n1 = countersSum(c1);
  const n2 = countersSum(c2);
  const n3 = countersSum(c3);
  addExponent(to, e, n0);
  addExponent(to, e - 1, n1);
  addExponent(to, e - 2, n2);
  addExponent(to, e - 3, n3);
  return n0 + n1 + n2 + n3;
}

/** Counts the exponents from 1 to e among n bytes, where they are few. */
function countRare(bytes: usize, n: i32, e: i32, to: usize): void {
  const zero = i8x16.splat(0);
  const one = i8x16.splat(1);
  const top = i8x16.splat(<i8>e);
  for (const end = bytes + n; bytes < end; bytes += 64) {
    // Above 0 for 1 ≤ b ≤ e: of b − 1, where 0 wraps around to 255.
    const b0 = i8x16.sub_sat_u(top, i8x16.sub(v128.load(bytes), one));
    const b1 = i8x16.sub_sat_u(top, i8x16.sub(v128.load(bytes, 16), one));
    const b2 = i8x16.sub_sat_u(top, i8x16.sub(v128.load(bytes, 32), one));
    const b3 = i8x16.sub_sat_u(top, i8x16.sub(v128.load(bytes, 48), one));
    if (!v128.any_true(v128.or(v128.or(b0, b1), v128.or(b2, b3)))) continue;
    const low = <u64>(i8x16.bitmask(i8x16.eq(b0, zero)) | (i8x16.bitmask(i8x16.eq(b1, zero)) << 16));
    const high = <u64>(i8x16.bitmask(i8x16.eq(b2, zero)) | (i8x16.bitmask(i8x16.eq(b3, zero)) << 16));
    for (let rest = ~((low & 0xffffffff) | (high << 32)); rest != 0; rest &= rest - 1) {
      addExponent(to, load<u8>(bytes + <usize>ctz(rest)), 1);
    }
  }
}

/** The larger |x| of both extremes, from all lanes. */
function extremes(least: v128, most: v128, to: usize): f32 {
  least = f32x4.pmin(least, i32x4.shuffle(least, least, 2, 3, 0, 1));
  most = f32x4.pmax(most, i32x4.shuffle(most, most, 2, 3, 0, 1));
  const low = min(f32x4.extract_lane(least, 0), f32x4.extract_lane(least, 1));
  const high = max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1));
  store<f32>(to, low, LEAST);
  store<f32>(to, high, MOST);
  return max(abs(low), abs(high));
}

/** n elements, a multiple of 16 and at most a piece. False, with nothing done, where some are not finite or are huge. */
function sketchVectors(x: usize, n: i32, to: usize, scratch: usize, counts: bool): bool {
  const zero = f32x4.splat(0);
  let sum = zero;
  let squares = zero;
  let least = f32x4.splat(Infinity);
  let most = f32x4.splat(-Infinity);
  let small = zero;
  let bytes = scratch;
  const end = x + ((<usize>n) << 2);
  for (let from = x; from < end; from += 64) {
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const c = v128.load(from, 32);
    const d = v128.load(from, 48);
    sum = f32x4.add(sum, f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
    const ab = f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b));
    const cd = f32x4.add(f32x4.mul(c, c), f32x4.mul(d, d));
    squares = f32x4.add(squares, f32x4.add(ab, cd));
    least = f32x4.pmin(least, f32x4.pmin(f32x4.pmin(a, b), f32x4.pmin(c, d)));
    most = f32x4.pmax(most, f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d)));
    const e = i8x16.narrow_i16x8_u(Bits.exponents(a, b), Bits.exponents(c, d));
    v128.store(bytes, e);
    small = i8x16.sub(small, i8x16.eq(e, zero));
    bytes += 16;
  }
  // countFour and countRare read in steps of 64.
  v128.store(bytes, zero);
  v128.store(bytes, zero, 16);
  v128.store(bytes, zero, 32);
  const total = lanesSum(squares);
  if (!(total < MOST_SQUARES)) return false;
  const largest = extremes(least, most, to);
  let e = <i32>(reinterpret<u32>(largest) >>> 23);
  if (total < LEAST_SQUARES && largest != 0) {
    sumScaled(x, n, e, to);
  } else {
    store<f64>(to, lanesSum(sum), SUM);
    store<f64>(to, total, SQUARES);
  }
  // Exponent 0 is that of zeros and subnormal numbers.
  let left = n - countersSum(small);
  if (left < n) {
    const zeros = countZeros(x, n);
    store<i32>(to, zeros, ZEROS);
    store<i32>(to, n - left - zeros, SUBNORMAL);
  }
  if (!counts) return true;
  // From the largest exponent down to where all have been seen: a dozen, mostly.
  for (; left > FEW && e > SKETCH_LOWEST; e -= 4) left -= countFour(scratch, n, e, to);
  if (e <= SKETCH_LOWEST) addExponent(to, SKETCH_LOWEST, left);
  else if (left > 0) countRare(scratch, n, e, to);
  return true;
}

/** One partial result per piece. `scratch` holds a byte for each element of a piece. */
export function sketch(p: Sketch, thread: i32, threads: i32, scratch: usize): void {
  const x = p.x;
  const n = p.n;
  const partials = p.partials;
  const pieces = (n + SKETCH_PIECE - 1) / SKETCH_PIECE;
  const end = shareStart(pieces, thread + 1, threads);
  for (let piece = shareStart(pieces, thread, threads); piece < end; piece++) {
    const from = x + ((<usize>(piece * SKETCH_PIECE)) << 2);
    const count = min(SKETCH_PIECE, n - piece * SKETCH_PIECE);
    const to = partials + <usize>(piece * SKETCH_PARTIAL);
    memory.fill(to, 0, SKETCH_PARTIAL);
    store<f32>(to, Infinity, LEAST);
    store<f32>(to, -Infinity, MOST);
    const counts = n <= SKETCH_EXACT || piece % SKETCH_EVERY == 0;
    let done = count & ~15;
    if (done > 0 && !sketchVectors(from, done, to, scratch, counts)) done = 0;
    sketchEach(from + ((<usize>done) << 2), count - done, to, counts);
  }
}

/** The first thread adds all partial results to the first of them. */
export function sketchEnd(p: SketchEnd, thread: i32): void {
  if (thread != 0) return;
  const all = p.partials;
  const pieces = p.count;
  const z = p.z;
  let sum = load<f64>(all, SUM);
  let squares = load<f64>(all, SQUARES);
  let least = load<f32>(all, LEAST);
  let most = load<f32>(all, MOST);
  let from = all;
  for (let piece = 1; piece < pieces; piece++) {
    from += SKETCH_PARTIAL;
    sum += load<f64>(from, SUM);
    squares += load<f64>(from, SQUARES);
    least = min(least, load<f32>(from, LEAST));
    most = max(most, load<f32>(from, MOST));
    for (let q = NON_FINITE; q < <usize>SKETCH_PARTIAL; q += 16) {
      v128.store(all + q, i32x4.add(v128.load(all + q), v128.load(from + q)));
    }
  }
  const finite = p.n - load<i32>(all, NON_FINITE);
  const isNone = finite == 0;
  const result = changetype<SketchResult>(z);
  result.mean = isNone ? 0 : <f32>(sum / <f64>finite);
  result.rms = isNone ? 0 : <f32>sqrt(squares / <f64>finite);
  // −0 becomes 0.
  result.min = isNone ? 0 : least + 0;
  result.max = isNone ? 0 : most + 0;
  result.nonFinite = <f32>load<i32>(all, NON_FINITE);
  result.zeros = <f32>load<i32>(all, ZEROS);
  result.subnormal = <f32>load<i32>(all, SUBNORMAL);
  let counted = 0;
  for (let k: usize = 0; k < <usize>SKETCH_BUCKETS; k++) counted += load<i32>(all + HISTOGRAM + (k << 2));
  result.counted = <f32>counted;
  for (let q: usize = 0; q < (<usize>SKETCH_BUCKETS) << 2; q += 16) {
    v128.store(z + offsetof<SketchResult>() + q, f32x4.convert_i32x4_s(v128.load(all + HISTOGRAM + q)));
  }
}
