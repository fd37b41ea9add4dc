// What the project knows of a type of column whose cells are values: numbers, booleans, dates, times, durations.

import type { Cycle } from "../cycles.ts";
import type { DateOrder } from "../dates.ts";
import type { DecimalMark } from "../number-notation.ts";
import type { Cell } from "../table.ts";

/** What was said of the whole table. */
export interface ReadingHints {
  readonly decimal?: DecimalMark | undefined;
  readonly dateOrder?: DateOrder | undefined;
}

/** How the cells of a column are written, and what a person should know of it. */
export interface InferredValues<N> {
  readonly notation: N;
  /** A few words for the table of columns. */
  readonly remark: string;
  /** What can be read in two ways, with the setting that says which. */
  readonly doubt?: Doubt | undefined;
}

export interface Doubt {
  /** The cell, and how it is read: `"1,250" is read as 1250`. */
  readonly text: string;
  readonly setting: keyof ReadingHints;
  readonly value: string;
  /** What the setting does: "reads it as 1.25". */
  readonly does: string;
}

/** N is plain JSON: how the cells of a column are written, kept with the model. */
export interface ValueType<N = unknown> {
  readonly type: string;
  /** "a number", for messages; `form` says how it is to be written. */
  readonly wanted: string;
  form(notation: N): string;
  /** What is read where nothing was inferred: the type was said by the user. */
  readonly usual: N;
  /** Whether a cell that is a number by itself, or plainly written, has that number for its value. */
  isPlain?(notation: N): boolean;
  /** The value of a cell, NaN where it holds none. */
  reader(notation: N): (cell: Cell) => number;
  /** The notation in which all of `texts` are values; undefined where there is none. Different texts, in their order. */
  infer(texts: readonly string[], hints: ReadingHints): InferredValues<N> | undefined;
  /** Scaled to mean 0 and standard deviation 1. */
  readonly isScaled: boolean;
  /** What the feature is called, of a column. */
  featureName(column: string): string;
  /** Cycles of which features are made: values [rows] without NaN, for who asks for them, and their range. */
  cycles(values: () => Float64Array, range: number): readonly Cycle[];
  /** A notation from a file. */
  parse(json: unknown, fail: (must: string) => Error): N;
}
