// matmul → a MATMUL instruction: strides for transposition, batches collapsed, and the way through chosen by shape.
import { broadcastStrides, sizeOf } from "../../ir/shape.ts";
import { matmul } from "../../ops/matmul.ts";
import type { OpKernel } from "../../plan/plan.ts";
import { collapse, type Encoder, evenShares, Scratch } from "./encoder.ts";
import { smallProduct } from "./generate-small.ts";
import * as code from "./machine/opcodes.ts";
import { recordWords } from "./words.ts";

/** Below this many multiply-adds, packing costs more than it saves. */
const SMALL = 6000;

/** Where products of packed panels keep a tile, a block of x and a block of y; n columns and k at the most. */
export function panelScratch(n: number, k: number, isPacked: boolean) {
  const block = Math.min(k, code.BLOCK_K) * Math.ceil(Math.min(n, code.BLOCK_N) / code.TILE_N) * code.TILE_N;
  const scratch = new Scratch();
  const edge = scratch.take(4 * code.TILE_M * code.TILE_N, isPacked);
  const xBlock = scratch.take(4 * code.BLOCK_M * code.BLOCK_K, isPacked);
  const yBlock = scratch.take(4 * block, isPacked);
  return { edge, xBlock, yBlock, bytes: scratch.bytes };
}

export function encodeMatmul(kernel: OpKernel<"matmul">, encoder: Encoder): void {
  const [xView, yView] = kernel.inputs as [OpKernel["output"], OpKernel["output"]];
  const { transposeX, transposeY } = kernel.attributes;
  if (sizeOf(kernel.output.shape) === 0) return;
  let x = encoder.addressAs(xView, "float32");
  let y = encoder.addressAs(yView, "float32");
  const z = encoder.address(kernel.output);
  const outBatch = kernel.output.shape.slice(0, -2);
  let [m, n] = kernel.output.shape.slice(-2) as [number, number];
  const k = matmul.sums!(kernel.inputs, kernel.attributes);
  if (k === 0) {
    encoder.fill(z, sizeOf(kernel.output.shape), 0);
    return;
  }
  const batchStrides = (shape: readonly number[], matrix: number) =>
    broadcastStrides(shape.slice(0, -2), outBatch).map((stride) => stride * matrix * 4);
  let axes = collapse(outBatch, batchStrides(xView.shape, m * k), batchStrides(yView.shape, k * n));
  let [xRow, xK] = transposeX ? [4, m * 4] : [k * 4, 4];
  let [yK, yColumn] = transposeY ? [4, k * 4] : [n * 4, 4];

  // [batch, m, k] @ [k, n] is one product of batch · m rows.
  const innermost = axes.at(-1);
  if (innermost && !transposeX && innermost.strides[0] === m * k * 4 && innermost.strides[1] === 0) {
    m *= innermost.size;
    axes.pop();
  }
  // z = xy with one column and x transposed is the row zᵀ = yᵀxᵀ, with xᵀ contiguous along it.
  if (n === 1 && xK !== 4) {
    [x, y, xRow, xK, yK, yColumn, m, n] = [y, x, yColumn, yK, xK, xRow, 1, m];
    axes = axes.map(({ size, strides }) => ({ size, strides: strides.toReversed() }));
  }
  const work = m * n * k;
  let path: number = code.PATH_PANELS;
  if (xK === 4 && yK === 4 && (m < 4 || n < 4 || work <= SMALL)) path = code.PATH_DOTS;
  else if (yColumn === 4 && (m < 4 || k < 6 || work <= SMALL)) path = code.PATH_ROWS;
  if (work >= encoder.blasFrom) path = code.PATH_BLAS;
  const isSerial = axes.length === 0 && (path === code.PATH_ROWS || (path === code.PATH_DOTS && k < 4));
  const small =
    isSerial && encoder.generates
      ? smallProduct({ x, y, z, m, n, k, xRow, xK, yK, yColumn }, encoder.isRelaxed)
      : undefined;
  if (small) {
    encoder.call(small, 1, work);
    return;
  }
  const isPacked = path === code.PATH_PANELS;
  const { edge, xBlock, yBlock, bytes } = panelScratch(n, k, isPacked);
  const batches = axes.reduce((product, { size }) => product * size, 1);
  const records = axes.flatMap(({ size, strides }) =>
    recordWords("batchAxis", { size, x: strides[0]!, y: strides[1]! }),
  );
  const strides = { xRow, xK, yK, yColumn, batches, axes: axes.length };
  const fields = { path, x, y, z, m, n, k, ...strides, edge, xBlock, yBlock };
  const isBlas = path === code.PATH_BLAS;
  // Every piece packs the operand that is not cut; a BLAS likes its products whole.
  const piece = isBlas && batches === 1 ? evenShares : 50_000;
  const nanoseconds = batches * work * (isBlas ? 0.03 : 0.08);
  encoder.emit("matmul", fields, { records, scratch: isPacked ? bytes : 0, nanoseconds, piece, isCut: isBlas });
}
