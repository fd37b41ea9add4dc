// 2-d pooling by the mean.
import { type Pool2d, type Pool2dOptions, pool2d, pool2dRecord, type Size } from "./pool2d.ts";

export type AvgPool2d = Pool2d<"avgPool2d">;

export const avgPool2dRecord = pool2dRecord("avgPool2d");

/** Mean of each window of [batch, channels, h, w]; padding counts as zeros. */
export const avgPool2d = (kernel: Size, options: Pool2dOptions = {}): AvgPool2d =>
  pool2d(avgPool2dRecord, kernel, options);
