// WINOGRAD_WEIGHT_GRADIENT: dW of a 3 × 3 convolution by tiles of 4 × 4 elements of dy; NCHW.
import { gemm } from "./blas";
import { Window, WinogradWeightGradient } from "./instructions.generated";
import { TILE_M, TILE_N } from "./opcodes";
import { Geometry, padImage } from "./patches";
import { shareStart } from "./share";
import { tile } from "./tiles";
import { TILE_VALUES, transformGradient, transformInput, transformWeights } from "./winograd";
import { listTiles, Tile } from "./winograd-convolution";

/**
 * All values of `count` tiles of `channels` channels at `from`, four at once, the last repeated: to[36][channels / width][count][width]
 * or, for a BLAS, to[36][count][channels], channels rounded up to `width`.
 */
function transformChannels(
  p: WinogradWeightGradient,
  isGradient: bool,
  from: usize,
  planes: i32,
  channels: i32,
  images: i32,
  top: i32,
  count: i32,
  scratch: usize,
): void {
  const windows = changetype<usize>(p) + offsetof<WinogradWeightGradient>();
  const w = changetype<Window>(isGradient ? windows + offsetof<Window>() : windows);
  const to = scratch + (isGradient ? p.gradients : p.values);
  const step = isGradient ? p.gradientStep : p.valueStep;
  const width = isGradient ? TILE_M : TILE_N;
  const all = (channels + width - 1) & -width;
  const planeBytes = (<usize>(w.height * w.width)) << 2;
  const rowBytes = (<usize>Geometry.paddedColumns(w)) << 2;
  const paddedBytes = Geometry.paddedRows(w) * rowBytes;
  const padded = scratch + p.padded;
  const laneBytes = paddedBytes * images;
  for (let c = 0; c < all; c += 4) {
    for (let lane = 0; lane < 4; lane++) {
      const plane = from + min(c + lane, channels - 1) * planeBytes;
      for (let i = 0; i < images; i++) {
        const at = padded + lane * laneBytes + i * paddedBytes;
        padImage(w, plane + i * planes * planeBytes, 1, top << 2, at);
      }
    }
    let at = scratch + p.table;
    for (let n = 0; n < count; n++, at += offsetof<Tile>()) {
      const place = p.isBlas != 0 ? n * all + c : (c & -width) * count + n * width + (c & (width - 1));
      const z = to + ((<usize>place) << 2);
      const a = padded + (isGradient ? changetype<Tile>(at).to : changetype<Tile>(at).from);
      const b = a + laneBytes;
      const d = b + laneBytes;
      if (isGradient) transformGradient(a, b, d, d + laneBytes, rowBytes, scratch, z, step);
      else transformInput(a, b, d, d + laneBytes, rowBytes, scratch, z, step);
    }
  }
}

/** products[36][outs][ins] (+)= gradients[36][outs, count] · values[36][count, ins] */
function multiply(p: WinogradWeightGradient, outs: i32, ins: i32, count: i32, add: bool, scratch: usize): void {
  const columns = (ins + TILE_N - 1) & -TILE_N;
  const rowBytes = (<usize>columns) << 2;
  for (let i = 0; i < TILE_VALUES; i++) {
    const xs = scratch + p.gradients + i * p.gradientStep;
    let ys = scratch + p.values + i * p.valueStep;
    let z = scratch + p.products + i * p.productStep;
    if (p.isBlas != 0) {
      const xK = (<usize>((outs + TILE_M - 1) & -TILE_M)) << 2;
      gemm(xs, 4, xK, ys, rowBytes, 4, z, rowBytes, outs, columns, count, <i32>add);
      continue;
    }
    for (let c = 0; c < columns; c += TILE_N) {
      for (let o = 0; o < outs; o += TILE_M) {
        const strip = xs + ((<usize>(o * count)) << 2);
        tile(strip, ys, count, z + o * rowBytes, rowBytes, min(TILE_M, outs - o), TILE_N, add, scratch);
      }
      ys += (<usize>count) << 5;
      z += TILE_N << 2;
    }
  }
}

/**
 * A unit is a part of the batch, some outputs and some inputs; each part has weights of its own at output[part, out, in, 3, 3],
 * to be added up.
 */
export function winogradWeightGradient(p: WinogradWeightGradient, thread: i32, threads: i32, scratch: usize): void {
  const w = changetype<Window>(changetype<usize>(p) + offsetof<WinogradWeightGradient>());
  const dw = changetype<Window>(changetype<usize>(w) + offsetof<Window>());
  const input = p.inChannels;
  const out = p.outChannels;
  const outBlocks = (out + p.outBlock - 1) / p.outBlock;
  const inBlocks = (input + p.inBlock - 1) / p.inBlock;
  const rows = dw.rows >> 2;
  const blocks = (p.down + rows - 1) / rows;
  const allBlocks = ((p.batch + p.images - 1) / p.images) * blocks;
  const sourcePlane = (<usize>(w.height * w.width)) << 2;
  const otherPlane = (<usize>(dw.height * dw.width)) << 2;
  const fromRow = (<usize>Geometry.paddedColumns(w)) << 2;
  const toRow = (<usize>Geometry.paddedColumns(dw)) << 2;
  const fromPlane = Geometry.paddedRows(w) * fromRow;
  const toPlane = Geometry.paddedRows(dw) * toRow;
  const total = p.parts * outBlocks * inBlocks;
  const end = shareStart(total, thread + 1, threads);
  for (let unit = shareStart(total, thread, threads); unit < end; unit++) {
    const inAt = (unit % inBlocks) * p.inBlock;
    const outAt = ((unit / inBlocks) % outBlocks) * p.outBlock;
    const part = unit / inBlocks / outBlocks;
    const ins = min(p.inBlock, input - inAt);
    const outs = min(p.outBlock, out - outAt);
    const first = shareStart(allBlocks, part, p.parts);
    const last = shareStart(allBlocks, part + 1, p.parts);
    for (let block = first; block < last; block++) {
      const top = (block % blocks) * rows;
      const image = (block / blocks) * p.images;
      const images = min(p.images, p.batch - image);
      const here = min(rows, p.down - top);
      const count = listTiles(scratch + p.table, images, here, p.across, 4, 4, fromPlane, fromRow, toPlane, toRow);
      const x = p.source + (image * input + inAt) * sourcePlane;
      transformChannels(p, false, x, input, ins, images, top, count, scratch);
      const dy = p.other + (image * out + outAt) * otherPlane;
      transformChannels(p, true, dy, out, outs, images, top, count, scratch);
      multiply(p, outs, ins, count, block > first, scratch);
    }
    const rowBytes = (<usize>((ins + TILE_N - 1) & -TILE_N)) << 2;
    for (let o = 0; o < outs; o++) {
      const from = scratch + p.products + o * rowBytes;
      const to = p.output + <usize>(((part * out + outAt + o) * input + inAt) * 36);
      for (let c = 0; c < ins; c += 4) {
        transformWeights(from + (c << 2), p.productStep, scratch, min(4, ins - c), to + c * 36);
      }
    }
  }
}
