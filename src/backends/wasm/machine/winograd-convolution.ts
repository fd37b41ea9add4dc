// WINOGRAD_KERNEL, WINOGRAD_CONV2D, WINOGRAD_WEIGHT_GRADIENT: 3 × 3 convolutions by tiles of 4 × 4 outputs; NCHW.
import { gemm } from "./blas";
import { Window, WinogradConv2d, WinogradKernel } from "./instructions.generated";
import { TILE_M, TILE_N } from "./opcodes";
import { Geometry, padImage } from "./patches";
import { shareStart } from "./share";
import { tile } from "./tiles";
import { TILE_VALUES, transformInput, transformKernel, transformOutput } from "./winograd";

/** A tile of a block: bytes to it in the padded copy and in what is written, and how much of it is inside the image. */
@unmanaged
export class Tile {
  from: usize;
  to: usize;
  rows: i32;
  columns: i32;
}

/** The tiles of `images` padded planes, `rows` × `across` of each, and empty ones up to a whole panel. Returns how many. */
export function listTiles(
  list: usize,
  images: i32,
  rows: i32,
  across: i32,
  height: i32,
  width: i32,
  fromPlane: usize,
  fromRow: usize,
  toPlane: usize,
  toRow: usize,
): i32 {
  let count = 0;
  for (let image = 0; image < images; image++) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < across; x++, count++, list += offsetof<Tile>()) {
        const entry = changetype<Tile>(list);
        entry.from = image * fromPlane + (y << 2) * fromRow + (x << 4);
        entry.to = image * toPlane + (y << 2) * toRow + (x << 4);
        entry.rows = min(4, height - (y << 2));
        entry.columns = min(4, width - (x << 2));
      }
    }
  }
  for (let rest = count; (rest & (TILE_N - 1)) != 0; rest++, list += offsetof<Tile>()) {
    const entry = changetype<Tile>(list);
    entry.from = 0;
    entry.to = 0;
    entry.rows = 0;
  }
  return count;
}

/**
 * All 36 values of the kernel of each output and input: to[36][outputs / 4][inputs][4], for a BLAS
 * to[36][inputs][outputs / 4][4]. A unit is four outputs and an input.
 */
export function winogradKernel(p: WinogradKernel, thread: i32, threads: i32, scratch: usize): void {
  const input = p.inChannels;
  const out = p.outChannels;
  const strips = (out + 3) >> 2;
  const outStep = p.outStep;
  const by: usize = p.isFlipped != 0 ? -4 : 4;
  const first = p.w + (p.isFlipped != 0 ? 32 : 0);
  const end = shareStart(strips * input, thread + 1, threads);
  for (let unit = shareStart(strips * input, thread, threads); unit < end; unit++) {
    const strip = unit / input;
    const k = unit - strip * input;
    const a = first + k * p.inStep;
    const o = strip << 2;
    const to = p.to + ((<usize>(p.isBlas != 0 ? k * strips + strip : unit)) << 4);
    const b = a + min(o + 1, out - 1) * outStep;
    const c = a + min(o + 2, out - 1) * outStep;
    transformKernel(a + o * outStep, b, c, a + min(o + 3, out - 1) * outStep, by, scratch, to, p.step);
  }
}

/** All values of `count` tiles of the images from `image` on: values[36][count / 8][inputs][8], or [36][inputs][count]. */
function transformInputs(
  p: WinogradConv2d,
  w: Window,
  image: i32,
  images: i32,
  top: i32,
  count: i32,
  scratch: usize,
): void {
  const input = p.inChannels;
  const planeBytes = (<usize>(w.height * w.width)) << 2;
  const rowBytes = (<usize>Geometry.paddedColumns(w)) << 2;
  const paddedBytes = Geometry.paddedRows(w) * rowBytes;
  const padded = scratch + p.padded;
  const values = scratch + p.values;
  const isBlas = p.isBlas != 0;
  for (let c = 0; c < input; c++) {
    for (let i = 0; i < images; i++) {
      padImage(w, p.source + ((image + i) * input + c) * planeBytes, 1, top << 2, padded + i * paddedBytes);
    }
    let at = scratch + p.table;
    for (let n = 0; n < count; n += 4, at += offsetof<Tile>() * 4) {
      const place = isBlas ? c * count + n : (((n >> 3) * input + c) << 3) + (n & 4);
      transformInput(
        padded + changetype<Tile>(at).from,
        padded + changetype<Tile>(at + offsetof<Tile>()).from,
        padded + changetype<Tile>(at + offsetof<Tile>() * 2).from,
        padded + changetype<Tile>(at + offsetof<Tile>() * 3).from,
        rowBytes,
        scratch,
        values + ((<usize>place) << 2),
        p.valueStep,
      );
    }
  }
}

/** products[36][outputs][count] = kernel[36][outputs, inputs] · values[36][inputs, count] */
function multiply(p: WinogradConv2d, count: i32, scratch: usize): void {
  const input = p.inChannels;
  const out = p.outChannels;
  const rowBytes = (<usize>count) << 2;
  const edge = scratch;
  for (let i = 0; i < TILE_VALUES; i++) {
    const xs = p.kernel + i * p.kernelStep;
    let ys = scratch + p.values + i * p.valueStep;
    let z = scratch + p.products + i * p.productStep;
    if (p.isBlas != 0) {
      gemm(xs, 4, (<usize>((out + 3) & ~3)) << 2, ys, rowBytes, 4, z, rowBytes, out, count, input, 0);
      continue;
    }
    for (let n = 0; n < count; n += TILE_N) {
      for (let o = 0; o < out; o += TILE_M) {
        const strip = xs + ((<usize>(o * input)) << 2);
        tile(strip, ys, input, z + o * rowBytes, rowBytes, min(TILE_M, out - o), TILE_N, false, edge);
      }
      ys += (<usize>input) << 5;
      z += TILE_N << 2;
    }
  }
}

/** What of four tiles is inside the image, from `squares` to the plane at `to`. */
function placeTiles(list: usize, squares: usize, to: usize, rowBytes: usize): void {
  for (const end = squares + 256; squares < end; squares += 64, list += offsetof<Tile>()) {
    const entry = changetype<Tile>(list);
    let z = to + entry.to;
    for (let row = squares; row < squares + ((<usize>entry.rows) << 4); row += 16, z += rowBytes) {
      if (entry.columns == 4) {
        v128.store(z, v128.load(row));
      } else {
        for (let i: usize = 0; i < (<usize>entry.columns) << 2; i += 4) store<f32>(z + i, load<f32>(row + i));
      }
    }
  }
}

/**
 * y[out, oh, ow] of each image, from a transformed kernel. A unit is a block of tiles: rows of those of one image, or
 * all of some images.
 */
export function winogradConv2d(p: WinogradConv2d, thread: i32, threads: i32, scratch: usize): void {
  const w = changetype<Window>(changetype<usize>(p) + offsetof<WinogradConv2d>());
  const out = p.outChannels;
  const rows = w.rows >> 2;
  const blocks = (p.down + rows - 1) / rows;
  const total = ((p.batch + p.images - 1) / p.images) * blocks;
  const planeBytes = (<usize>(p.oh * p.ow)) << 2;
  const rowBytes = (<usize>p.ow) << 2;
  const fromRow = (<usize>Geometry.paddedColumns(w)) << 2;
  const fromPlane = Geometry.paddedRows(w) * fromRow;
  const table = scratch + p.table;
  const end = shareStart(total, thread + 1, threads);
  for (let unit = shareStart(total, thread, threads); unit < end; unit++) {
    const group = unit / blocks;
    const top = (unit - group * blocks) * rows;
    const image = group * p.images;
    const images = min(p.images, p.batch - image);
    const height = p.oh - (top << 2);
    const here = min(rows, p.down - top);
    const tiles = listTiles(
      table,
      images,
      here,
      p.across,
      height,
      p.ow,
      fromPlane,
      fromRow,
      out * planeBytes,
      rowBytes,
    );
    const count = (tiles + TILE_N - 1) & -TILE_N;
    transformInputs(p, w, image, images, top, count, scratch);
    multiply(p, count, scratch);
    const to = p.output + image * out * planeBytes + (top << 2) * rowBytes;
    // Behind the space of a transform.
    const squares = scratch + TILE_VALUES * 16;
    for (let o = 0; o < out; o++) {
      const from = scratch + p.products + ((<usize>(o * count)) << 2);
      for (let n = 0; n < count; n += 4) {
        transformOutput(from + (n << 2), p.productStep, scratch, squares);
        placeTiles(table + n * offsetof<Tile>(), squares, to + o * planeBytes, rowBytes);
      }
    }
  }
}
