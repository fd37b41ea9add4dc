// Patches of images for convolution: a padded copy of the rows that a block needs, and from it the matrix of patches.
import { Window } from "./instructions.generated";
import { TILE_N } from "./opcodes";

export class Geometry {
  @inline static paddedRows(w: Window): i32 {
    return (w.rows - 1) * w.strideH + (w.kh - 1) * w.dilationH + 1;
  }
  @inline static paddedColumns(w: Window): i32 {
    return (w.ow - 1) * w.strideW + (w.kw - 1) * w.dilationW + 1;
  }
}

export function zero(to: usize, n: i32): void {
  for (; n >= 4; n -= 4, to += 16) v128.store(to, f32x4.splat(0));
  for (; n > 0; n--, to += 4) store<f32>(to, 0);
}

export function copyWords(to: usize, from: usize, n: i32): void {
  for (; n >= 4; n -= 4, to += 16, from += 16) v128.store(to, v128.load(from));
  for (; n > 0; n--, to += 4, from += 4) store<f32>(to, load<f32>(from));
}

/** The rows that output rows from `top` on read, of `channels` planes at `from`: to[channels, padded rows, columns]. */
export function padImage(w: Window, from: usize, channels: i32, top: i32, to: usize): void {
  const rows = Geometry.paddedRows(w);
  const columns = Geometry.paddedColumns(w);
  const planeBytes = (<usize>(w.height * w.width)) << 2;
  const first = max(0, w.paddingW);
  const end = w.spacingW == 1 ? max(first, min(columns, w.paddingW + w.width)) : first;
  for (let c = 0; c < channels; c++) {
    for (let r = 0; r < rows; r++) {
      const at = top * w.strideH + r - w.paddingH;
      const row = w.spacingH == 1 ? at : at / w.spacingH;
      if (at < 0 || row >= w.height || row * w.spacingH != at) {
        zero(to, columns);
      } else {
        const source = from + ((<usize>(row * w.width)) << 2);
        if (w.spacingW == 1) {
          zero(to, min(first, columns));
          copyWords(to + (first << 2), source + ((first - w.paddingW) << 2), end - first);
          zero(to + (end << 2), columns - end);
        } else {
          zero(to, columns);
          let column = w.paddingW;
          for (let i = 0; i < w.width; i++, column += w.spacingW) {
            if (<u32>column < <u32>columns) store<f32>(to + (column << 2), load<f32>(source + (i << 2)));
          }
        }
      }
      to += (<usize>columns) << 2;
    }
    from += planeBytes;
  }
}

/** table[k] = bytes from a patch's first element to its k-th, k = (channel, ky, kx). */
export function tabulateOffsets(w: Window, channels: i32, table: usize): void {
  const columns = Geometry.paddedColumns(w);
  const plane = Geometry.paddedRows(w) * columns;
  for (let c = 0; c < channels; c++) {
    for (let ky = 0; ky < w.kh; ky++) {
      for (let kx = 0; kx < w.kw; kx++, table += 4) {
        store<i32>(table, (c * plane + ky * w.dilationH * columns + kx * w.dilationW) << 2);
      }
    }
  }
}

/** Every second of eight elements. */
class Even {
  @inline static of(from: usize): v128 {
    return i32x4.shuffle(v128.load(from), v128.load(from, 16), 0, 2, 4, 6);
  }
}

/** Patches as panels [pixels / 8][depth][8] of `pixels` pixels, elements [0, depth) of the table. */
export function packPatches(w: Window, padded: usize, pixels: i32, table: usize, depth: i32, to: usize): void {
  const columns = Geometry.paddedColumns(w);
  const step = w.strideW;
  let oy = 0;
  let ox = 0;
  const tableEnd = table + (depth << 2);
  for (let left = pixels; left > 0; left -= TILE_N) {
    let lane = 0;
    const lanes = min(left, TILE_N);
    while (lane < lanes) {
      // A run of neighbours in one output row.
      const count = min(lanes - lane, w.ow - ox);
      const base = padded + ((<usize>(oy * w.strideH * columns + ox * step)) << 2);
      let z = to + (lane << 2);
      if (step <= 2 && count == TILE_N) {
        if (step == 1) {
          for (let t = table; t < tableEnd; t += 4, z += 32) {
            const a = base + load<i32>(t);
            v128.store(z, v128.load(a));
            v128.store(z, v128.load(a, 16), 16);
          }
        } else {
          for (let t = table; t < tableEnd; t += 4, z += 32) {
            const a = base + load<i32>(t);
            v128.store(z, Even.of(a));
            v128.store(z, Even.of(a + 32), 16);
          }
        }
      } else if (step <= 2 && count >= 4) {
        // Two vectors that overlap.
        const second = (<usize>(count - 4)) << 2;
        for (let t = table; t < tableEnd; t += 4, z += 32) {
          const a = base + load<i32>(t);
          v128.store(z, step == 1 ? v128.load(a) : Even.of(a));
          v128.store(z + second, step == 1 ? v128.load(a + second) : Even.of(a + (second << 1)));
        }
      } else {
        for (let t = table; t < tableEnd; t += 4, z += 32) {
          let a = base + load<i32>(t);
          for (let i = 0; i < count; i++, a += step << 2) store<f32>(z + (i << 2), load<f32>(a));
        }
      }
      lane += count;
      ox += count;
      if (ox == w.ow) {
        ox = 0;
        oy++;
      }
    }
    to += (<usize>depth) << 5;
  }
}

/** Patches of `rows` output rows as a matrix [depth][rows · ow]. */
export function listPatches(w: Window, padded: usize, rows: i32, table: usize, depth: i32, to: usize): void {
  const rowBytes = (<usize>(w.strideH * Geometry.paddedColumns(w))) << 2;
  for (const end = table + (depth << 2); table < end; table += 4) {
    let from = padded + load<i32>(table);
    for (let row = 0; row < rows; row++, from += rowBytes) {
      if (w.strideW == 1) {
        copyWords(to, from, w.ow);
        to += w.ow << 2;
      } else {
        let a = from;
        for (const stop = to + (w.ow << 2); to < stop; to += 4, a += w.strideW << 2) store<f32>(to, load<f32>(a));
      }
    }
  }
}

class Transposed {
  /** Four elements of each of four patch elements, written [pixel][8]. */
  @inline static four(a: v128, b: v128, c: v128, d: v128, to: usize): void {
    const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5);
    const ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
    const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5);
    const cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
    v128.store(to, i64x2.shuffle(ab0, cd0, 0, 2));
    v128.store(to, i64x2.shuffle(ab0, cd0, 1, 3), 32);
    v128.store(to, i64x2.shuffle(ab1, cd1, 0, 2), 64);
    v128.store(to, i64x2.shuffle(ab1, cd1, 1, 3), 96);
  }
  @inline static load(from: usize, step: i32): v128 {
    return step == 1 ? v128.load(from) : Even.of(from);
  }
}

/** Patches the other way: panels [⌈depth / 8⌉][rows · ow][8], where the last panel repeats its last element. */
export function packPatchesTransposed(w: Window, padded: usize, rows: i32, table: usize, depth: i32, to: usize): void {
  const rowBytes = (<usize>(w.strideH * Geometry.paddedColumns(w))) << 2;
  const step = w.strideW;
  for (let k = 0; k < depth; k += TILE_N) {
    const last = depth - 1 - k;
    const t = table + (k << 2);
    const k0 = padded + load<i32>(t);
    const k1 = padded + load<i32>(t + (min(1, last) << 2));
    const k2 = padded + load<i32>(t + (min(2, last) << 2));
    const k3 = padded + load<i32>(t + (min(3, last) << 2));
    const k4 = padded + load<i32>(t + (min(4, last) << 2));
    const k5 = padded + load<i32>(t + (min(5, last) << 2));
    const k6 = padded + load<i32>(t + (min(6, last) << 2));
    const k7 = padded + load<i32>(t + (min(7, last) << 2));
    let row: usize = 0;
    for (let oy = 0; oy < rows; oy++, row += rowBytes) {
      let a = row;
      let left = w.ow;
      if (step <= 2) {
        for (; left >= 4; left -= 4, a += step << 4, to += 128) {
          Transposed.four(
            Transposed.load(k0 + a, step),
            Transposed.load(k1 + a, step),
            Transposed.load(k2 + a, step),
            Transposed.load(k3 + a, step),
            to,
          );
          Transposed.four(
            Transposed.load(k4 + a, step),
            Transposed.load(k5 + a, step),
            Transposed.load(k6 + a, step),
            Transposed.load(k7 + a, step),
            to + 16,
          );
        }
      }
      for (; left > 0; left--, a += step << 2, to += 32) {
        store<f32>(to, load<f32>(k0 + a));
        store<f32>(to, load<f32>(k1 + a), 4);
        store<f32>(to, load<f32>(k2 + a), 8);
        store<f32>(to, load<f32>(k3 + a), 12);
        store<f32>(to, load<f32>(k4 + a), 16);
        store<f32>(to, load<f32>(k5 + a), 20);
        store<f32>(to, load<f32>(k6 + a), 24);
        store<f32>(to, load<f32>(k7 + a), 28);
      }
    }
  }
}

/** The reverse of listPatches: each element of from[depth][rows · ow] is added to where it was read in the padded image. */
export function addPatches(w: Window, padded: usize, rows: i32, table: usize, depth: i32, from: usize): void {
  const rowBytes = (<usize>(w.strideH * Geometry.paddedColumns(w))) << 2;
  const stepBytes = (<usize>w.strideW) << 2;
  for (const end = table + (depth << 2); table < end; table += 4) {
    let to = padded + load<i32>(table);
    for (let row = 0; row < rows; row++, to += rowBytes) {
      let z = to;
      let left = w.ow;
      if (stepBytes == 4) {
        for (; left >= 4; left -= 4, z += 16, from += 16) v128.store(z, f32x4.add(v128.load(z), v128.load(from)));
      }
      for (; left > 0; left--, z += stepBytes, from += 4) store<f32>(z, load<f32>(z) + load<f32>(from));
    }
  }
}

/** The image inside the padded copy, of all its rows: the reverse of padImage without spacing. */
export function cropImage(w: Window, padded: usize, channels: i32, to: usize): void {
  const rows = Geometry.paddedRows(w);
  const columns = Geometry.paddedColumns(w);
  // Rows and columns that no patch reaches have no gradient.
  const height = max(0, min(w.height, rows - w.paddingH));
  const width = max(0, min(w.width, columns - w.paddingW));
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < w.height; y++, to += w.width << 2) {
      const kept = y < height ? width : 0;
      copyWords(to, padded + ((<usize>((c * rows + y + w.paddingH) * columns + w.paddingW)) << 2), kept);
      zero(to + (kept << 2), w.width - kept);
    }
  }
}
