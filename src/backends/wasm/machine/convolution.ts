// CONV2D, CONV2D_WEIGHT_GRADIENT: matrix products over patches that are packed block by block; NCHW.

import { gemm } from "./blas";
import { Conv2d, Window } from "./instructions.generated";
import { BLOCK_K, TILE_M, TILE_N } from "./opcodes";
import { packColumns, packRows } from "./panels";
import {
  addPatches,
  cropImage,
  Geometry,
  listPatches,
  packPatches,
  packPatchesTransposed,
  padImage,
  tabulateOffsets,
  zero,
} from "./patches";
import { shareStart } from "./share";
import { tile } from "./tiles";

/** w[out, in, kh, kw] with outputs and inputs exchanged and the kernel turned around: to[in, out · kh · kw]. */
function flip(w: usize, out: i32, input: i32, size: i32, to: usize): void {
  for (let i = 0; i < input; i++) {
    for (let o = 0; o < out; o++) {
      let from = w + ((<usize>((o * input + i) * size + size - 1)) << 2);
      for (const stop = to + (size << 2); to < stop; to += 4, from -= 4) store<f32>(to, load<f32>(from));
    }
  }
}

/**
 * y[out, oh · ow] = W[out, K] · patches[K, oh · ow] of each image and group, K = in · kh · kw. A unit is a block of
 * output rows. With `flipped` W is that of another convolution, exchanged and turned around: this is its gradient.
 */
export function conv2d(p: Conv2d, thread: i32, threads: i32, scratch: usize): void {
  const w = changetype<Window>(changetype<usize>(p) + offsetof<Conv2d>());
  const source = p.source;
  const output = p.output;
  const groups = p.groups;
  const input = p.inChannels;
  const out = p.outChannels;
  const isBlas = p.isBlas != 0;
  const size = w.kh * w.kw;
  const depth = input * size;
  const strips = (out + TILE_M - 1) / TILE_M;
  const blocks = (w.oh + w.rows - 1) / w.rows;
  const total = p.batch * groups * blocks;
  let unit = shareStart(total, thread, threads);
  const end = shareStart(total, thread + 1, threads);
  if (unit == end) return;

  const edge = scratch + p.edge;
  const table = scratch + p.table;
  const rowsOfWeights = scratch + p.flipped;
  const groupBytes = (<usize>(out * depth)) << 2;
  const isFlipped = p.isFlipped != 0;
  const packed = scratch + p.strips;
  const stripBytes = (<usize>depth) << 4;
  const padded = scratch + p.padded;
  const patches = scratch + p.patches;
  tabulateOffsets(w, input, table);

  let weights = p.other;
  if (isFlipped) {
    for (let g = 0; g < groups; g++) flip(weights + g * groupBytes, input, out, size, rowsOfWeights + g * groupBytes);
    weights = rowsOfWeights;
  }
  if (!isBlas) {
    for (let g = 0; g < groups; g++) {
      for (let s = 0; s < strips; s++) {
        const from = weights + g * groupBytes + s * stripBytes;
        const count = min(TILE_M, out - s * TILE_M);
        packRows(packed + (g * strips + s) * stripBytes, from, (<usize>depth) << 2, 4, count, depth);
      }
    }
  }

  const planeBytes = (<usize>(w.oh * w.ow)) << 2;
  const sourceBytes = (<usize>(input * w.height * w.width)) << 2;
  for (; unit < end; unit++) {
    const image = unit / blocks;
    const top = (unit - image * blocks) * w.rows;
    const group = image % groups;
    const rows = min(w.rows, w.oh - top);
    const pixels = rows * w.ow;
    const to = output + <usize>(image * out) * planeBytes + ((top * w.ow) << 2);
    padImage(w, source + image * sourceBytes, input, top, padded);
    if (isBlas) {
      listPatches(w, padded, rows, table, depth, patches);
      const x = weights + group * groupBytes;
      gemm(x, (<usize>depth) << 2, 4, patches, (<usize>pixels) << 2, 4, to, planeBytes, out, pixels, depth, 0);
      continue;
    }
    for (let l = 0; l < depth; l += BLOCK_K) {
      const part = min(BLOCK_K, depth - l);
      packPatches(w, padded, pixels, table + (l << 2), part, patches);
      for (let s = 0; s < strips; s++) {
        const xs = packed + (group * strips + s) * stripBytes + (l << 4);
        const count = min(TILE_M, out - s * TILE_M);
        let ys = patches;
        let z = to + <usize>(s * TILE_M) * planeBytes;
        for (let left = pixels; left > 0; left -= TILE_N) {
          tile(xs, ys, part, z, planeBytes, count, min(left, TILE_N), l > 0, edge);
          ys += (<usize>part) << 5;
          z += TILE_N << 2;
        }
      }
    }
  }
}

/**
 * dx = the sum of the patches Wᵀ[K, out] · dy[out, oh · ow], each element where the patch was read. A unit is an image and
 * group. Source is W, other is dy; "in" counts the channels of dx, "out" those of dy, and the window is that of dx.
 */
export function conv2dScatteredGradient(p: Conv2d, thread: i32, threads: i32, scratch: usize): void {
  const w = changetype<Window>(changetype<usize>(p) + offsetof<Conv2d>());
  const groups = p.groups;
  const input = p.inChannels;
  const out = p.outChannels;
  const isBlas = p.isBlas != 0;
  const depth = input * w.kh * w.kw;
  const total = p.batch * groups;
  let unit = shareStart(total, thread, threads);
  const end = shareStart(total, thread + 1, threads);
  if (unit == end) return;

  const edge = scratch + p.edge;
  const table = scratch + p.table;
  const weights = scratch + p.strips;
  const strips = (depth + TILE_M - 1) / TILE_M;
  const stripBytes = (<usize>out) << 4;
  const padded = scratch + p.padded;
  const paddedWords = input * Geometry.paddedRows(w) * Geometry.paddedColumns(w);
  const panel = scratch + p.panel;
  const pixels = w.oh * w.ow;
  const planeBytes = (<usize>pixels) << 2;
  const patches = scratch + p.patches;
  tabulateOffsets(w, input, table);
  const groupBytes = (<usize>(out * depth)) << 2;
  const source = p.source;
  if (!isBlas) {
    for (let g = 0; g < groups; g++) {
      for (let s = 0; s < strips; s++) {
        const from = source + g * groupBytes + (s << 4);
        packRows(
          weights + (g * strips + s) * stripBytes,
          from,
          4,
          (<usize>depth) << 2,
          min(TILE_M, depth - s * TILE_M),
          out,
        );
      }
    }
  }
  for (; unit < end; unit++) {
    const group = unit % groups;
    const dy = p.other + <usize>(unit * out) * planeBytes;
    if (isBlas) {
      gemm(
        source + group * groupBytes,
        4,
        (<usize>depth) << 2,
        dy,
        planeBytes,
        4,
        patches,
        planeBytes,
        depth,
        pixels,
        out,
        0,
      );
    } else {
      packColumns(panel, dy, planeBytes, 4, out, pixels);
      for (let s = 0; s < strips; s++) {
        const xs = weights + (group * strips + s) * stripBytes;
        let ys = panel;
        let z = patches + <usize>(s * TILE_M) * planeBytes;
        for (let left = pixels; left > 0; left -= TILE_N) {
          tile(xs, ys, out, z, planeBytes, min(TILE_M, depth - s * TILE_M), min(left, TILE_N), false, edge);
          ys += stripBytes << 1;
          z += TILE_N << 2;
        }
      }
    }
    zero(padded, paddedWords);
    addPatches(w, padded, w.oh, table, depth, patches);
    cropImage(w, padded, input, p.output + ((<usize>(unit * input * w.height * w.width)) << 2));
  }
}

/**
 * dW[out, K] = Σ over images of dy[out, oh · ow] · patchesᵀ[oh · ow, K]. A unit is a panel of eight columns of dW, so that
 * the order of each sum is that of the images. Source is x, other is dy.
 */
export function conv2dWeightGradient(p: Conv2d, thread: i32, threads: i32, scratch: usize): void {
  const w = changetype<Window>(changetype<usize>(p) + offsetof<Conv2d>());
  const groups = p.groups;
  const batch = p.batch;
  const input = p.inChannels;
  const out = p.outChannels;
  const isBlas = p.isBlas != 0;
  const size = w.kh * w.kw;
  const all = input * size;
  const panels = (all + TILE_N - 1) / TILE_N;
  const planeBytes = (<usize>(w.oh * w.ow)) << 2;
  const sourceBytes = (<usize>(w.height * w.width)) << 2;
  let unit = shareStart(groups * panels, thread, threads);
  const end = shareStart(groups * panels, thread + 1, threads);

  const edge = scratch + p.edge;
  const table = scratch + p.table;
  const xs = scratch + p.strips;
  const padded = scratch + p.padded;
  const patches = scratch + p.patches;

  while (unit < end) {
    const group = unit / panels;
    const from = (unit - group * panels) * TILE_N;
    const to = min(all, from + (end - unit) * TILE_N);
    unit += (to - from + TILE_N - 1) / TILE_N;
    // The channels that these columns are about.
    const first = from / size;
    const channels = (to - 1) / size + 1 - first;
    tabulateOffsets(w, channels, table);
    const offsets = table + ((from - first * size) << 2);
    const depth = to - from;
    const dw = p.output + ((<usize>(group * out * all + from)) << 2);
    for (let image = 0; image < batch; image++) {
      const x = p.source + <usize>((image * groups + group) * input + first) * sourceBytes;
      const dy = p.other + <usize>((image * groups + group) * out) * planeBytes;
      for (let top = 0; top < w.oh; top += w.rows) {
        const rows = min(w.rows, w.oh - top);
        const pixels = rows * w.ow;
        const add = image > 0 || top > 0;
        const dyBlock = dy + ((top * w.ow) << 2);
        padImage(w, x, channels, top, padded);
        if (isBlas) {
          listPatches(w, padded, rows, offsets, depth, patches);
          gemm(
            dyBlock,
            planeBytes,
            4,
            patches,
            4,
            (<usize>pixels) << 2,
            dw,
            (<usize>all) << 2,
            out,
            depth,
            pixels,
            <i32>add,
          );
          continue;
        }
        packPatchesTransposed(w, padded, rows, offsets, depth, patches);
        for (let i = 0; i < out; i += TILE_M) {
          const count = min(TILE_M, out - i);
          packRows(xs, dyBlock + <usize>i * planeBytes, planeBytes, 4, count, pixels);
          let ys = patches;
          let z = dw + ((<usize>(i * all)) << 2);
          for (let left = depth; left > 0; left -= TILE_N) {
            tile(xs, ys, pixels, z, (<usize>all) << 2, count, min(left, TILE_N), add, edge);
            ys += (<usize>pixels) << 5;
            z += TILE_N << 2;
          }
        }
      }
    }
  }
}
