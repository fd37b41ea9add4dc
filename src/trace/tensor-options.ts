// What methods of tensors take and give besides tensors.

/** One axis, several, or all (null, the default). Negative ones count from the end. */
export type Axis = number | readonly number[] | null;

/** Reduced axes stay with size 1 where keepDims is true. */
export interface ReduceOptions {
  readonly keepDims?: boolean;
}

/** Nested arrays of the tensor's rank; a plain number for a scalar. */
export type NestedArray = number | boolean | NestedArray[];

export interface ConvolutionOptions {
  /** Steps of the window, [height, width] or both. Default 1. */
  readonly stride?: number | readonly [number, number];
  /** Zeros added on each side, [height, width] or both. Default 0. */
  readonly padding?: number | readonly [number, number];
  /** Distance between the kernel's elements. Default 1. */
  readonly dilation?: number | readonly [number, number];
  /** Channels are split into this many groups. Default 1. */
  readonly groups?: number;
}

export interface PoolingOptions {
  /** Default: the kernel's size. */
  readonly stride?: number | readonly [number, number];
  /** Default 0. */
  readonly padding?: number | readonly [number, number];
}

export const pair = (value: number | readonly [number, number]): readonly [number, number] =>
  typeof value === "number" ? [value, value] : value;
