// 2-d pooling by the largest element.
import { type Pool2d, type Pool2dOptions, pool2d, pool2dRecord, type Size } from "./pool2d.ts";

export type MaxPool2d = Pool2d<"maxPool2d">;

export const maxPool2dRecord = pool2dRecord("maxPool2d");

/** Largest element of each window of [batch, channels, h, w]. */
export const maxPool2d = (kernel: Size, options: Pool2dOptions = {}): MaxPool2d =>
  pool2d(maxPool2dRecord, kernel, options);
