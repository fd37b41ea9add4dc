// conv2d and its gradients → instructions: products over patches, or plain loops for groups of few channels.
import { type Shape, sizeOf } from "../../ir/shape.ts";
import type { OpKernel, View } from "../../plan/plan.ts";
import { encodeWinograd, encodeWinogradWeights, isWorthTiles } from "./encode-winograd.ts";
import { type Encoder, evenShares, Scratch } from "./encoder.ts";
import * as code from "./machine/opcodes.ts";
import { type PatchWindow, paddedBytes, pair, windowWords } from "./patch-window.ts";

type Convolution = OpKernel<"conv2d" | "conv2dInputGradient" | "conv2dWeightGradient">;

/** Below this many rows in a product, plain loops over image rows are faster. */
const fewChannels = 4;
/** Floats of patches that a block holds at once: half of a second-level cache of 512 KiB. */
const blockFloats = 65536;
/** Pixels in a block of the gradient to weights, as long as a row is no longer. */
const blockPixels = 256;

/** Elements of dx for one of dy from which the gradient to the input is scattered. */
const wasteful = 1.5;

/** A tile of the product, and of a patch's elements how far each is from the first. */
function startScratch(depth: number) {
  const scratch = new Scratch();
  return { scratch, edge: scratch.take(4 * code.TILE_M * code.TILE_N), table: scratch.take(depth * 4) };
}

/** Multiply-adds of a convolution whose weights have this shape, and whose outputs have that. */
const workOf = (w: Shape, y: Shape): number => sizeOf(y) * w[1]! * w[2]! * w[3]!;

/** Plain loops, all three alike. */
function encodeDirect(
  name: "directConv2d" | "directInputGradient" | "directWeightGradient",
  kernel: Convolution,
  encoder: Encoder,
  x: Shape,
  w: Shape,
  y: Shape,
): void {
  const { stride, padding, dilation, groups } = kernel.attributes;
  const [first, second] = kernel.inputs.map((view) => encoder.addressAs(view, "float32")) as [number, number];
  const [batch, inChannels, height, width] = x as [number, number, number, number];
  const [outChannels, , kh, kw] = w as [number, number, number, number];
  const [oh, ow] = pair(y);
  const [[strideH, strideW], [paddingH, paddingW], [dilationH, dilationW]] = [stride, padding, dilation];
  const sizes = { batch, inChannels, height, width, outChannels, kh, kw, oh, ow };
  const geometry = { strideH, strideW, paddingH, paddingW, dilationH, dilationW, groups };
  const fields = { first, second, output: encoder.address(kernel.output), ...sizes, ...geometry };
  encoder.emit(name, fields, { nanoseconds: workOf(w, y) * 0.5 });
}

/** A convolution of `source` with `weights`, or with the weights of another one exchanged and turned around. */
function encodeProduct(
  source: View,
  weights: View,
  output: View,
  groups: number,
  isFlipped: boolean,
  window: Omit<PatchWindow, "rows">,
  encoder: Encoder,
): void {
  if (isWorthTiles(window, groups, source, output)) {
    encodeWinograd(source, weights, output, isFlipped, window, encoder);
    return;
  }
  const channels = source.shape[1]! / groups;
  const out = output.shape[1]! / groups;
  const [oh, ow] = window.output;
  const depth = channels * window.kernel[0] * window.kernel[1];
  const work = sizeOf(output.shape) * depth;
  const batch = source.shape[0]!;
  const isBlas = out * depth * oh * ow >= encoder.blasFrom;
  const floats = blockFloats * (isBlas ? 4 : 1);
  const depthOfBlock = isBlas ? depth : Math.min(depth, code.BLOCK_K);
  const rows = Math.min(oh, Math.max(1, Math.floor(floats / depthOfBlock / ow)));
  const whole = { ...window, rows };
  const strips = Math.ceil(out / code.TILE_M);
  const { scratch, edge, table } = startScratch(depth);
  const space = {
    ...{ edge, table },
    flipped: scratch.take(groups * out * depth * 4, isFlipped),
    strips: scratch.take(groups * strips * depth * code.TILE_M * 4, !isBlas),
    padded: scratch.take(paddedBytes(whole, channels)),
    panel: 0,
    patches: scratch.take(depthOfBlock * Math.ceil((rows * ow) / code.TILE_N) * code.TILE_N * 4),
  };
  const addresses = {
    source: encoder.addressAs(source, "float32"),
    other: encoder.addressAs(weights, "float32"),
    output: encoder.address(output),
  };
  const sizes = { batch, groups, inChannels: channels, outChannels: out };
  const flags = { isBlas: Number(isBlas), isFlipped: Number(isFlipped) };
  encoder.emit(
    "conv2d",
    { ...addresses, ...sizes, ...flags, ...space },
    { records: windowWords(whole), scratch: scratch.bytes, nanoseconds: work * (isBlas ? 0.04 : 0.1) },
  );
}

export function encodeConv2d(kernel: OpKernel<"conv2d">, encoder: Encoder): void {
  const [x, w] = kernel.inputs as [View, View];
  const { output, attributes } = kernel;
  if (sizeOf(output.shape) === 0) return;
  if (output.shape[1]! / attributes.groups < fewChannels || sizeOf(w.shape) === 0) {
    encodeDirect("directConv2d", kernel, encoder, x.shape, w.shape, output.shape);
    return;
  }
  const { stride, padding, dilation, groups } = attributes;
  const window = { source: pair(x.shape), spacing: [1, 1], padding, kernel: pair(w.shape), dilation, stride } as const;
  encodeProduct(x, w, output, groups, false, { ...window, output: pair(output.shape) }, encoder);
}

/** dx is dy, its elements `stride` apart, convolved with the weights exchanged and turned around. */
export function encodeInputGradient(kernel: OpKernel<"conv2dInputGradient">, encoder: Encoder): void {
  const [w, dy] = kernel.inputs as [View, View];
  const { output, attributes } = kernel;
  const { stride, padding, dilation, groups } = attributes;
  if (sizeOf(output.shape) === 0) return;
  if (output.shape[1]! / groups < fewChannels || sizeOf(w.shape) === 0 || sizeOf(dy.shape) === 0) {
    encodeDirect("directInputGradient", kernel, encoder, output.shape, w.shape, dy.shape);
    return;
  }
  const size = pair(w.shape);
  const reach = (axis: 0 | 1) => dilation[axis] * (size[axis] - 1) - padding[axis];
  const from = { source: pair(dy.shape), spacing: stride, padding: [reach(0), reach(1)], kernel: size } as const;
  const window = { ...from, dilation, stride: [1, 1], output: pair(output.shape) } as const;
  const [image, maps] = [sizeOf(output.shape.slice(2)), sizeOf(dy.shape.slice(2))];
  // Turned around, the convolution runs over every element of dx, zeros between those of dy included.
  if (image > wasteful * maps && !isWorthTiles(window, groups, dy, output)) {
    encodeScattered(w, dy, output, kernel.attributes, encoder);
    return;
  }
  encodeProduct(dy, w, output, groups, true, window, encoder);
}

/** dx as patches of W transposed times dy, added up where they were read. */
function encodeScattered(
  w: View,
  dy: View,
  output: View,
  { stride, padding, dilation, groups }: OpKernel<"conv2dInputGradient">["attributes"],
  encoder: Encoder,
): void {
  const [oh, ow] = pair(dy.shape);
  const channels = output.shape[1]! / groups;
  const out = dy.shape[1]! / groups;
  const kernel = pair(w.shape);
  const window: PatchWindow = {
    ...{ source: pair(output.shape), spacing: [1, 1], padding, kernel, dilation, stride, output: [oh, ow], rows: oh },
  };
  const depth = channels * kernel[0] * kernel[1];
  const pixels = oh * ow;
  const isBlas = out * depth * pixels >= encoder.blasFrom;
  const { scratch, edge, table } = startScratch(depth);
  const space = {
    ...{ edge, table, flipped: 0 },
    strips: scratch.take(groups * Math.ceil(depth / code.TILE_M) * out * code.TILE_M * 4, !isBlas),
    padded: scratch.take(paddedBytes(window, channels)),
    panel: scratch.take(Math.ceil(pixels / code.TILE_N) * out * code.TILE_N * 4, !isBlas),
    patches: scratch.take(depth * pixels * 4),
  };
  const addresses = {
    source: encoder.addressAs(w, "float32"),
    other: encoder.addressAs(dy, "float32"),
    output: encoder.address(output),
  };
  const sizes = { batch: dy.shape[0]!, groups, inChannels: channels, outChannels: out };
  const nanoseconds = workOf(w.shape, dy.shape) * (isBlas ? 0.04 : 0.1);
  encoder.emit(
    "conv2dScatteredGradient",
    { ...addresses, ...sizes, isBlas: Number(isBlas), isFlipped: 0, ...space },
    { records: windowWords(window), scratch: scratch.bytes, nanoseconds },
  );
}

export function encodeWeightGradient(kernel: OpKernel<"conv2dWeightGradient">, encoder: Encoder): void {
  const [x, dy] = kernel.inputs as [View, View];
  const { output, attributes } = kernel;
  const { stride, padding, dilation, groups } = attributes;
  const w = output.shape;
  if (sizeOf(w) === 0) return;
  const out = w[0]! / groups;
  if (out < fewChannels || sizeOf(dy.shape) === 0) {
    encodeDirect("directWeightGradient", kernel, encoder, x.shape, w, dy.shape);
    return;
  }
  const [oh, ow] = pair(dy.shape);
  const channels = w[1]!;
  const geometry = { source: pair(x.shape), spacing: [1, 1], padding, kernel: pair(w), dilation, stride } as const;
  const tiled = { ...geometry, output: pair(dy.shape) };
  if (isWorthTiles(tiled, groups, x, dy)) {
    encodeWinogradWeights(x, dy, output, tiled, encoder);
    return;
  }
  const depth = channels * w[2]! * w[3]!;
  const isBlas = out * depth * oh * ow >= encoder.blasFrom;
  const most = isBlas ? Math.max(blockPixels, Math.floor((blockFloats * 4) / depth)) : blockPixels;
  const rows = Math.min(oh, Math.max(1, Math.floor(most / ow)));
  const window: PatchWindow = { ...tiled, rows };
  const { scratch, edge, table } = startScratch(depth);
  const space = {
    ...{ edge, table, flipped: 0 },
    strips: scratch.take(rows * ow * code.TILE_M * 4),
    padded: scratch.take(paddedBytes(window, channels)),
    panel: 0,
    patches: scratch.take(Math.ceil(depth / code.TILE_N) * code.TILE_N * rows * ow * 4),
  };
  const addresses = {
    source: encoder.addressAs(x, "float32"),
    other: encoder.addressAs(dy, "float32"),
    output: encoder.address(output),
  };
  const sizes = { batch: x.shape[0]!, groups, inChannels: channels, outChannels: out };
  const nanoseconds = workOf(w, dy.shape) * (isBlas ? 0.04 : 0.1);
  // Every piece packs all of dy.
  encoder.emit(
    "conv2dWeightGradient",
    { ...addresses, ...sizes, isBlas: Number(isBlas), isFlipped: 0, ...space },
    { records: windowWords(window), scratch: scratch.bytes, nanoseconds, piece: evenShares, isCut: isBlas },
  );
}
