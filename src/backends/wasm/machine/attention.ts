// ATTENTION: products of weights [batch, heads, queries, keys] and rows [batch, time, heads, width], softmax and its gradient, by blocks of rows.
import { gemm } from "./blas";
import { Float4 } from "./functions";
import { Attention, AttentionPart } from "./instructions.generated";
import { panels } from "./matmul";
import { ATTENTION_PRODUCT, ATTENTION_TRANSPOSED, ATTENTION_WEIGHTS } from "./opcodes";
import { Across, Add, keepLanes, Max, storeLanes } from "./reduce";
import { shareStart } from "./share";

/** Zeros for what is left of a row from the vector at `at` on. */
function clear(at: usize, left: i32): void {
  if (left > 0) memory.fill(at, 0, (<usize>left) << 2);
}

/** The first n scores s of a row of `keys` become e^(c s − m) / Σ, m the largest c s; the rest 0. */
function weightsRow(row: usize, n: i32, keys: i32, c: v128): void {
  const least = f32x4.splat(-Infinity);
  const zero = f32x4.splat(0);
  let m = least;
  let at = row;
  let left = n;
  for (; left >= 4; left -= 4, at += 16) m = f32x4.max(m, f32x4.mul(v128.load(at), c));
  if (left > 0) m = f32x4.max(m, keepLanes(f32x4.mul(v128.load(at), c), left, least));
  m = changetype<Across<Max>>(0).at(m);
  let sum = zero;
  at = row;
  for (left = n; left >= 4; left -= 4, at += 16) {
    const e = Float4.exp(f32x4.sub(f32x4.mul(v128.load(at), c), m));
    v128.store(at, e);
    sum = f32x4.add(sum, e);
  }
  const room = keys - n;
  if (left > 0) {
    const e = keepLanes(Float4.exp(f32x4.sub(f32x4.mul(v128.load(at), c), m)), left, zero);
    storeLanes(at, e, room + left);
    sum = f32x4.add(sum, e);
  }
  const factor = f32x4.div(f32x4.splat(1), changetype<Across<Add>>(0).at(sum));
  at = row;
  for (left = n; left >= 4; left -= 4, at += 16) v128.store(at, f32x4.mul(v128.load(at), factor));
  if (left > 0) {
    storeLanes(at, keepLanes(f32x4.mul(v128.load(at), factor), left, zero), room + left);
    at += 16;
    left -= 4;
  }
  clear(at, room + left);
}

/** The first n of a row of `keys`, dy vᵀ, become c p (dy vᵀ − Σ p dy vᵀ); the rest 0. */
function gradientRow(row: usize, weights: usize, n: i32, keys: i32, c: v128): void {
  const zero = f32x4.splat(0);
  let s0 = zero;
  let s1 = zero;
  let at = row;
  let p = weights;
  let left = n;
  for (; left >= 8; left -= 8, at += 32, p += 32) {
    s0 = Float4.mulAdd(v128.load(at), v128.load(p), s0);
    s1 = Float4.mulAdd(v128.load(at, 16), v128.load(p, 16), s1);
  }
  for (; left > 0; left -= 4, at += 16, p += 16) {
    s0 = f32x4.add(s0, keepLanes(f32x4.mul(v128.load(at), v128.load(p)), left, zero));
  }
  const sum = changetype<Across<Add>>(0).at(f32x4.add(s0, s1));
  at = row;
  p = weights;
  for (left = n; left >= 4; left -= 4, at += 16, p += 16) {
    v128.store(at, f32x4.mul(f32x4.mul(v128.load(p), c), f32x4.sub(v128.load(at), sum)));
  }
  const room = keys - n;
  if (left > 0) {
    const ds = f32x4.mul(f32x4.mul(v128.load(p), c), f32x4.sub(v128.load(at), sum));
    storeLanes(at, keepLanes(ds, left, zero), room + left);
    at += 16;
    left -= 4;
  }
  clear(at, room + left);
}

/** z [m, n] = x [m, k] y [k, n] */
function multiply(
  p: Attention,
  isBlas: i32,
  scratch: usize,
  x: usize,
  xRow: usize,
  xK: usize,
  y: usize,
  yK: usize,
  yColumn: usize,
  z: usize,
  zRow: usize,
  m: i32,
  n: i32,
  k: i32,
): void {
  if (isBlas != 0) {
    gemm(x, xRow, xK, y, yK, yColumn, z, zRow, m, n, k, 0);
    return;
  }
  const edge = scratch + p.edge;
  panels(x, xRow, xK, y, yK, yColumn, z, zRow, m, n, k, edge, scratch + p.xBlock, scratch + p.yBlock);
}

/** `height` rows of a part, from row `from` of a head. */
function block(p: Attention, part: AttentionPart, head: i32, from: i32, height: i32, scratch: usize): void {
  const isCausal = p.isCausal != 0;
  const kind = part.kind;
  const isBlas = part.isBlas;
  const width = p.width;
  const keys = p.keys;
  const rowBytes = (<usize>(p.heads * width)) << 2;
  const pRow = (<usize>keys) << 2;
  const batch = head / p.heads;
  const column = (<usize>((head - batch * p.heads) * width)) << 2;
  const ofQueries = part.queryRows + batch * p.queries * rowBytes + column;
  const ofKeys = part.keyRows + batch * keys * rowBytes + column;
  let weights = part.weights + <usize>(head * p.queries) * pRow;
  const seen = isCausal ? from + height : keys;
  if (kind == ATTENTION_TRANSPOSED) {
    const first = isCausal ? from : 0;
    const at = weights + first * pRow + (from << 2);
    const rows = ofQueries + first * rowBytes;
    const to = ofKeys + from * rowBytes;
    multiply(p, isBlas, scratch, at, 4, pRow, rows, rowBytes, 4, to, rowBytes, height, width, p.queries - first);
    return;
  }
  weights += from * pRow;
  const queries = ofQueries + from * rowBytes;
  if (kind == ATTENTION_PRODUCT) {
    multiply(p, isBlas, scratch, weights, pRow, 4, ofKeys, rowBytes, 4, queries, rowBytes, height, width, seen);
    return;
  }
  let z = part.z + <usize>(head * p.queries + from) * pRow;
  multiply(p, isBlas, scratch, queries, rowBytes, 4, ofKeys, 4, rowBytes, z, pRow, height, seen, width);
  const c = f32x4.splat(part.scale);
  for (let row = from + 1; row <= from + height; row++, z += pRow, weights += pRow) {
    const n = isCausal ? row : keys;
    if (kind == ATTENTION_WEIGHTS) weightsRow(z, n, keys, c);
    else gradientRow(z, weights, n, keys, c);
  }
}

/**
 * A unit is a head, whose weights stay in cache from part to part, or a block of its rows where there is one part. Blocks are
 * the same whoever computes them, so that a BLAS gives the same bits.
 */
export function attention(p: Attention, thread: i32, threads: i32, scratch: usize): void {
  const first = changetype<usize>(p) + offsetof<Attention>();
  const end = first + p.parts * offsetof<AttentionPart>();
  const own = changetype<AttentionPart>(first);
  const rows = own.kind == ATTENTION_TRANSPOSED ? p.keys : p.queries;
  const blocks = p.parts == 1 ? (rows + own.block - 1) / own.block : 1;
  const total = p.batch * p.heads * blocks;
  const stop = shareStart(total, thread + 1, threads);
  for (let unit = shareStart(total, thread, threads); unit < stop; unit++) {
    const head = unit / blocks;
    if (p.parts == 1) {
      const from = (unit - head * blocks) * own.block;
      block(p, own, head, from, min(own.block, rows - from), scratch);
      continue;
    }
    for (let at = first; at < end; at += offsetof<AttentionPart>()) {
      const part = changetype<AttentionPart>(at);
      const all = part.kind == ATTENTION_TRANSPOSED ? p.keys : p.queries;
      for (let from = 0; from < all; from += part.block) {
        block(p, part, head, from, min(part.block, all - from), scratch);
      }
    }
  }
}
