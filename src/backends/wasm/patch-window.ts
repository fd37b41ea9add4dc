// The patches that convolutions read, as records of the machine, and the padded copies that hold them.
import type { Shape } from "../../ir/shape.ts";
import { recordWords } from "./words.ts";

export type Pair = readonly [vertical: number, horizontal: number];

/** The patches that a convolution reads: the window of instructions.ts. */
export interface PatchWindow {
  readonly source: Pair;
  readonly spacing: Pair;
  readonly padding: Pair;
  readonly kernel: Pair;
  readonly dilation: Pair;
  readonly stride: Pair;
  readonly output: Pair;
  readonly rows: number;
}

export function windowWords({
  source,
  spacing,
  padding,
  kernel,
  dilation,
  stride,
  output,
  rows,
}: PatchWindow): number[] {
  const [[height, width], [spacingH, spacingW], [paddingH, paddingW]] = [source, spacing, padding];
  const [[kh, kw], [dilationH, dilationW], [strideH, strideW], [oh, ow]] = [kernel, dilation, stride, output];
  const from = { height, width, spacingH, spacingW, paddingH, paddingW };
  return recordWords("window", { ...from, kh, kw, dilationH, dilationW, strideH, strideW, oh, ow, rows });
}

/** Bytes of the padded copy of `channels` planes, as far as a block needs them. */
export function paddedBytes({ rows, output, kernel, dilation, stride }: PatchWindow, channels: number): number {
  const height = (rows - 1) * stride[0] + (kernel[0] - 1) * dilation[0] + 1;
  const width = (output[1] - 1) * stride[1] + (kernel[1] - 1) * dilation[1] + 1;
  // With a margin: rows are read as whole vectors.
  return channels * height * width * 4 + 64;
}

/** Height and width of [batch, channels, height, width]. */
export const pair = (shape: Shape): Pair => [shape[2]!, shape[3]!];
