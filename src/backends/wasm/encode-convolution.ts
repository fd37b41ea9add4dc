// conv2d and its gradients → instructions: products over patches, or plain loops for groups of few channels.
import { type Shape, sizeOf } from "../../ir/shape.ts";
import type { OpKernel, View } from "../../plan/plan.ts";
import { type Encoder, evenShares } from "./encoder.ts";
import * as code from "./machine/opcodes.ts";

type Convolution = OpKernel<"conv2d" | "conv2dInputGradient" | "conv2dWeightGradient">;

/** Below this many rows in a product, plain loops over image rows are faster. */
const fewChannels = 4;
/** Floats of patches that a block holds at once: half of a second-level cache of 512 KiB. */
const blockFloats = 65536;
/** Pixels in a block of the gradient to weights, as long as a row is no longer. */
const blockPixels = 256;

/** Elements of dx for one of dy from which the gradient to the input is scattered. */
const wasteful = 1.5;

const align = (bytes: number): number => Math.ceil(bytes / 16) * 16;

/** The patches that a convolution reads: see machine/patches.ts. Pairs are [vertical, horizontal]. */
interface PatchWindow {
  readonly source: readonly [number, number];
  readonly spacing: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly output: readonly [number, number];
  readonly rows: number;
}

const windowWords = ({ source, spacing, padding, kernel, dilation, stride, output, rows }: PatchWindow): number[] => [
  ...source,
  ...spacing,
  ...padding,
  ...kernel,
  ...dilation,
  ...stride,
  ...output,
  rows,
];

/** Bytes of the padded copy of `channels` planes, as far as a block needs them. */
function paddedBytes({ rows, output, kernel, dilation, stride }: PatchWindow, channels: number): number {
  const height = (rows - 1) * stride[0] + (kernel[0] - 1) * dilation[0] + 1;
  const width = (output[1] - 1) * stride[1] + (kernel[1] - 1) * dilation[1] + 1;
  return align(channels * height * width * 4 + 64);
}

const pair = (shape: Shape): readonly [number, number] => [shape[2]!, shape[3]!];

/** Multiply-adds of a convolution whose weights have this shape, and whose outputs have that. */
const workOf = (w: Shape, y: Shape): number => sizeOf(y) * w[1]! * w[2]! * w[3]!;

/** Plain loops, all three alike. */
function encodeDirect(opcode: number, kernel: Convolution, encoder: Encoder, x: Shape, w: Shape, y: Shape): void {
  const { stride, padding, dilation, groups } = kernel.attributes;
  const addresses = [
    ...kernel.inputs.map((view) => encoder.addressAs(view, "float32")),
    encoder.address(kernel.output),
  ];
  const sizes = [...x, w[0]!, w[2]!, w[3]!, y[2]!, y[3]!];
  const fields = [...addresses, ...sizes, ...stride, ...padding, ...dilation, groups];
  encoder.emit(opcode, fields, 0, workOf(w, y) * 0.5);
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
  const channels = source.shape[1]! / groups;
  const out = output.shape[1]! / groups;
  const [oh, ow] = window.output;
  const depth = channels * window.kernel[0] * window.kernel[1];
  const work = sizeOf(output.shape) * depth;
  const batch = source.shape[0]!;
  const isBlas = out * depth * oh * ow >= encoder.blasFrom;
  const floats = blockFloats * (isBlas ? 4 : 1);
  const depthInRoom = isBlas ? depth : Math.min(depth, code.BLOCK_K);
  const rows = Math.min(oh, Math.max(1, Math.floor(floats / depthInRoom / ow)));
  const whole = { ...window, rows };
  const strips = Math.ceil(out / code.TILE_M);
  const room =
    32 * code.TILE_M +
    align(depth * 4) +
    (isFlipped ? align(groups * out * depth * 4) : 0) +
    (isBlas ? 0 : groups * strips * depth * 16) +
    paddedBytes(whole, channels) +
    depthInRoom * Math.ceil((rows * ow) / code.TILE_N) * code.TILE_N * 4 +
    64;
  const addresses = [encoder.addressAs(source, "float32"), encoder.addressAs(weights, "float32")];
  encoder.emit(
    code.CONV2D,
    [
      ...addresses,
      encoder.address(output),
      batch,
      groups,
      channels,
      out,
      Number(isBlas),
      Number(isFlipped),
      ...windowWords(whole),
    ],
    room,
    work * (isBlas ? 0.04 : 0.1),
  );
}

export function encodeConv2d(kernel: OpKernel<"conv2d">, encoder: Encoder): void {
  const [x, w] = kernel.inputs as [View, View];
  const { output, attributes } = kernel;
  if (sizeOf(output.shape) === 0) return;
  if (output.shape[1]! / attributes.groups < fewChannels || sizeOf(w.shape) === 0) {
    encodeDirect(code.DIRECT_CONV2D, kernel, encoder, x.shape, w.shape, output.shape);
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
    encodeDirect(code.DIRECT_INPUT_GRADIENT, kernel, encoder, output.shape, w.shape, dy.shape);
    return;
  }
  const size = pair(w.shape);
  const [image, maps] = [sizeOf(output.shape.slice(2)), sizeOf(dy.shape.slice(2))];
  // Turned around, the convolution runs over every element of dx, zeros between those of dy included.
  if (image > wasteful * maps) {
    encodeScattered(w, dy, output, kernel.attributes, encoder);
    return;
  }
  const reach = (axis: 0 | 1) => dilation[axis] * (size[axis] - 1) - padding[axis];
  const window = { source: pair(dy.shape), spacing: stride, padding: [reach(0), reach(1)], kernel: size } as const;
  const rest = { dilation, stride: [1, 1], output: pair(output.shape) } as const;
  encodeProduct(dy, w, output, groups, true, { ...window, ...rest }, encoder);
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
  const room =
    32 * code.TILE_M +
    align(depth * 4) +
    (isBlas ? 0 : groups * Math.ceil(depth / code.TILE_M) * out * 16) +
    paddedBytes(window, channels) +
    (isBlas ? 0 : Math.ceil(pixels / code.TILE_N) * out * 32) +
    depth * pixels * 4 +
    64;
  const addresses = [w, dy].map((view) => encoder.addressAs(view, "float32"));
  const sizes = [dy.shape[0]!, groups, channels, out, Number(isBlas), 0];
  encoder.emit(
    code.CONV2D_SCATTERED_GRADIENT,
    [...addresses, encoder.address(output), ...sizes, ...windowWords(window)],
    room,
    workOf(w.shape, dy.shape) * (isBlas ? 0.04 : 0.1),
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
    encodeDirect(code.DIRECT_WEIGHT_GRADIENT, kernel, encoder, x.shape, w, dy.shape);
    return;
  }
  const [oh, ow] = pair(dy.shape);
  const channels = w[1]!;
  const depth = channels * w[2]! * w[3]!;
  const isBlas = out * depth * oh * ow >= encoder.blasFrom;
  const most = isBlas ? Math.max(blockPixels, Math.floor((blockFloats * 4) / depth)) : blockPixels;
  const rows = Math.min(oh, Math.max(1, Math.floor(most / ow)));
  const window: PatchWindow = {
    ...{ source: pair(x.shape), spacing: [1, 1], padding, kernel: pair(w), dilation, stride, output: [oh, ow], rows },
  };
  const room =
    32 * code.TILE_M +
    align(depth * 4) +
    rows * ow * 16 +
    paddedBytes(window, channels) +
    Math.ceil(depth / code.TILE_N) * code.TILE_N * rows * ow * 4 +
    64;
  const addresses = [...kernel.inputs.map((view) => encoder.addressAs(view, "float32")), encoder.address(output)];
  const fields = [...addresses, x.shape[0]!, groups, channels, out, Number(isBlas), 0, ...windowWords(window)];
  // Every piece packs all of dy.
  encoder.emit(code.CONV2D_WEIGHT_GRADIENT, fields, room, workOf(w, dy.shape) * (isBlas ? 0.04 : 0.1), evenShares);
}
