// 3 × 3 convolutions of stride 1 → Winograd's transforms of tiles with products between them: decision 0013.
import { sizeOf } from "../../ir/shape.ts";
import type { View } from "../../plan/plan.ts";
import { type Encoder, Scratch } from "./encoder.ts";
import * as code from "./machine/opcodes.ts";
import { type PatchWindow, paddedBytes, windowWords } from "./patch-window.ts";

/** Values of a tile of 4 × 4 outputs. */
const tileValues = 36;
/** Bytes of transformed values and products that a block holds at once: they stay in a second-level cache of 512 KiB. */
const blockBytes = 300_000;

/** Outputs and inputs whose products a unit of the gradient to weights sums up: 0.6 MB. */
const channelsOfBlock = 64;
/** Parts of the batch times blocks of channels, where the batch is as large: what threads can share. */
const unitsOfGradient = 8;

type TiledWindow = Omit<PatchWindow, "rows">;

/** Bytes from one of the 36 values to the next, so that they do not all fall on one set of a cache: an odd number of lines. */
const stepOf = (floats: number): number => (Math.ceil(floats / 16) | 1) * 64;

/**
 * Whether tiles take less time than patches, in multiply-adds of a product: 36 for 16 outputs, where those past an edge are
 * wasted, the transforms, which are 275 for a tile and channel, and those of weights, 250.
 */
export function isWorthTiles(
  { kernel, stride, dilation, spacing, output: [oh, ow] }: TiledWindow,
  groups: number,
  { shape: [batch, inputs] }: View,
  { shape: [, outputs] }: View,
): boolean {
  if (kernel.some((n) => n !== 3) || [...stride, ...dilation, ...spacing, groups].some((n) => n !== 1)) return false;
  const tiles = Math.ceil((batch! * tilesOf(oh) * tilesOf(ow)) / code.TILE_N) * code.TILE_N;
  const pairs = inputs! * outputs!;
  const work = pairs * (tileValues * tiles + 250) + (inputs! + outputs!) * tiles * 275;
  return work < 0.9 * 9 * pairs * batch! * oh * ow;
}

const tilesOf = (outputs: number): number => Math.ceil(outputs / 4);

/** How the tiles of a batch are cut into blocks of about `most`: some images whole, or rows of the tiles of one. */
function blocksOf(batch: number, [oh, ow]: readonly [number, number], most: number) {
  const [down, across] = [tilesOf(oh), tilesOf(ow)];
  const images = Math.max(1, Math.min(batch, Math.floor(most / (down * across))));
  const blocks = images > 1 ? 1 : Math.ceil(down / Math.max(1, Math.floor(most / across)));
  const rows = Math.ceil(down / blocks);
  const tiles = Math.ceil((images * rows * across) / code.TILE_N) * code.TILE_N;
  return { down, across, images, rows, tiles };
}

/** A convolution of `source` with `weights`, or with the weights of another one exchanged and turned around. */
export function encodeWinograd(
  source: View,
  weights: View,
  output: View,
  isFlipped: boolean,
  window: TiledWindow,
  encoder: Encoder,
): void {
  const [batch, inChannels] = source.shape as [number, number];
  const outChannels = output.shape[1]!;
  const [oh, ow] = window.output;
  const most = Math.max(16, Math.floor(blockBytes / 4 / tileValues / (inChannels + outChannels)));
  const isBlas = inChannels * outChannels * oh * ow * 9 >= encoder.blasFrom;
  const { down, across, images, rows, tiles } = blocksOf(batch, window.output, isBlas ? most * 4 : most);
  const strips = Math.ceil(outChannels / code.TILE_M);
  const step = stepOf(strips * code.TILE_M * inChannels);
  const to = encoder.temporary((step / 4) * tileValues);
  const channelBytes = 9 * 4;
  const [outStep, inStep] = isFlipped
    ? [channelBytes, outChannels * channelBytes]
    : [inChannels * channelBytes, channelBytes];
  const flags = { isFlipped: Number(isFlipped), isBlas: Number(isBlas) };
  const w = encoder.addressAs(weights, "float32");
  encoder.emit(
    "winogradKernel",
    { w, to, inChannels, outChannels, inStep, outStep, step, ...flags },
    { scratch: transformBytes, nanoseconds: inChannels * strips * 60 },
  );
  const whole = { ...window, output: [down * 4, across * 4], rows: rows * 4 } as const;
  const scratch = new Scratch();
  scratch.take(transformBytes);
  const [valueStep, productStep] = [stepOf(inChannels * tiles), stepOf(outChannels * tiles)];
  const space = {
    table: scratch.take(tiles * 16),
    padded: scratch.take(images * paddedBytes(whole, 1)),
    values: scratch.take(tileValues * valueStep),
    products: scratch.take(tileValues * productStep),
  };
  const addresses = { source: encoder.addressAs(source, "float32"), kernel: to, output: encoder.address(output) };
  const sizes = { batch, inChannels, outChannels, images, down, across, oh, ow };
  const steps = { kernelStep: step, valueStep, productStep };
  const work = sizeOf(output.shape) * inChannels * 9;
  encoder.emit(
    "winogradConv2d",
    { ...addresses, ...sizes, isBlas: Number(isBlas), ...steps, ...space },
    { records: windowWords(whole), scratch: scratch.bytes, nanoseconds: work * (isBlas ? 0.02 : 0.04) },
  );
}

/** At the beginning of the scratch space: 36 vectors of a transform, and 16 behind them. */
const transformBytes = (36 + 16) * 16;

/** How many blocks of at most `most` channels, and how long one is. */
const channelBlock = (channels: number, most: number): number =>
  Math.min(channels, Math.ceil(channels / Math.ceil(channels / most) / code.TILE_N) * code.TILE_N);

/** dW from x and dy: parts of the batch have sums of their own, which a reduction adds up in their order. */
export function encodeWinogradWeights(x: View, dy: View, output: View, window: TiledWindow, encoder: Encoder): void {
  const [batch, inChannels] = x.shape as [number, number];
  const outChannels = dy.shape[1]!;
  const isBlas = sizeOf(output.shape) * window.output[0] * window.output[1] >= encoder.blasFrom;
  const [outBlock, inBlock] = [channelBlock(outChannels, channelsOfBlock), channelBlock(inChannels, channelsOfBlock)];
  const most = Math.max(16, Math.floor(blockBytes / 4 / tileValues / (outBlock + inBlock)));
  const { down, across, images, rows, tiles } = blocksOf(batch, window.output, isBlas ? most * 4 : most);
  const blocks = Math.ceil(batch / images) * Math.ceil(down / rows);
  const parts = Math.min(
    blocks,
    Math.ceil(unitsOfGradient / Math.ceil(outChannels / outBlock) / Math.ceil(inChannels / inBlock)),
  );
  const ofX = { ...window, output: [down * 4, across * 4], rows: rows * 4 } as const;
  const ofDy = { ...ofX, source: window.output, padding: [0, 0], kernel: [1, 1] } as const;
  const scratch = new Scratch();
  scratch.take(transformBytes);
  const rounded = (channels: number, to: number) => Math.ceil(channels / to) * to;
  const [outs, ins] = [rounded(outBlock, code.TILE_M), rounded(inBlock, code.TILE_N)];
  const [valueStep, gradientStep, productStep] = [stepOf(ins * tiles), stepOf(outs * tiles), stepOf(outs * ins)];
  const space = {
    table: scratch.take(tiles * 16),
    padded: scratch.take(4 * images * paddedBytes(ofX, 1)),
    values: scratch.take(tileValues * valueStep),
    gradients: scratch.take(tileValues * gradientStep),
    products: scratch.take(tileValues * productStep),
  };
  const [source, other] = [encoder.addressAs(x, "float32"), encoder.addressAs(dy, "float32")];
  const elements = sizeOf(output.shape);
  const z = encoder.address(output);
  const partial = parts === 1 ? z : encoder.temporary(parts * elements);
  const sizes = { batch, inChannels, outChannels, images, down, across, parts, outBlock, inBlock };
  const work = elements * batch * window.output[0] * window.output[1];
  encoder.emit(
    "winogradWeightGradient",
    {
      ...{ source, other, output: partial, ...sizes, isBlas: Number(isBlas) },
      ...{ valueStep, gradientStep, productStep, ...space },
    },
    {
      ...{ records: [...windowWords(ofX), ...windowWords(ofDy)], scratch: scratch.bytes },
      nanoseconds: work * (isBlas ? 0.02 : 0.04),
    },
  );
  if (parts === 1) return;
  const sums = { outer: 1, n: parts, inner: elements, parameter: 1, lastN: parts };
  const fields = { kind: code.REDUCE_SUM, element: code.KIND_FLOAT, x: partial, z, ...sums };
  encoder.emit("reduce", fields, { nanoseconds: parts * elements * 0.15 });
}
