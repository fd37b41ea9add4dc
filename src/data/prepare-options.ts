// How a table becomes arrays: what can be asked for, with the defaults.
import type { ReadingOptions } from "./reading.ts";
import type { Table } from "./table.ts";
import type { Task } from "./target.ts";

export type TargetScale = "standard" | "mean";

export interface PrepareOptions extends ReadingOptions {
  /** The column to predict, or several: all of numbers, or all of two classes. */
  readonly target: string | readonly string[];
  readonly task?: "auto" | Task | undefined;
  /** What "auto" makes of whole numbers with few different values, which can be either. Default "classification", and it is said. */
  readonly fewIntegers?: Task | undefined;
  /** Fraction of rows for validation; 0 for none. Default 0.2, and none of fewer than 10 rows. */
  readonly validation?: number | undefined;
  /** Rows for validation of their own, with the same columns; then all others are trained on. */
  readonly validationTable?: Table | undefined;
  /** A column whose rows of one value stay together, in training or in validation. It is no feature, unless its type is set. */
  readonly group?: string | undefined;
  /** A column of dates or numbers: the last rows by it are for validation. */
  readonly time?: string | undefined;
  /** Seed of the split, default 0. */
  readonly seed?: number | undefined;
  /** Scale numbers, dates and a regression target to mean 0 and standard deviation 1, default true. */
  readonly standardize?: boolean | undefined;
  /**
   * How a regression target is scaled where numbers are: "standard", to mean 0 and standard deviation 1, or "mean", divided by its
   * mean, so that 0 stays 0. Default "standard".
   */
  readonly targetScale?: TargetScale | undefined;
  /** Most bytes that x may take, training and validation together, default 2 GiB. */
  readonly memoryLimit?: number | undefined;
}

export const prepareDefaults = {
  task: "auto",
  fewIntegers: "classification",
  validation: 0.2,
  seed: 0,
  standardize: true,
  targetScale: "standard",
  memoryLimit: 2 ** 31,
} as const satisfies Omit<PrepareOptions, "target">;
