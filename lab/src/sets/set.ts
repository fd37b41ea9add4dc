// What a built-in data set is: a table that the command line could train on, or a lesson's network with its rows.
import type { Layer, LossName, Variables } from "chainrule/nn";
import type { Settings } from "chainrule/train";
import type { SetOptions } from "../recipe/recipe.ts";

interface Described {
  readonly title: string;
  /** One sentence: what there is to see. */
  readonly about: string;
  /** The recipe that the page offers first. */
  readonly settings: Settings;
}

export interface ImageColumns {
  readonly width: number;
  readonly height: number;
  readonly columns: readonly string[];
}

/** Rows as objects, by column. */
export type SetRows = readonly Readonly<Record<string, number | string | null>>[];

export interface TableSet extends Described {
  readonly kind: "table";
  readonly target: string;
  /** What `settings` come to on the rows for validation, at least: accuracy, or R² where the target is a number. */
  readonly reaches: number;
  /** What its small picture is of: its rows over two columns, x1 and x2 by default, or a text, where they are fetched only when they are trained on. */
  readonly picture?: readonly [string, string] | string;
  /** Of a set whose rows are images: their size, and the columns of their pixels row by row, with values from 0 to 1. */
  readonly image?: ImageColumns;
  /** `noise` that it has at first; absent where it takes none. */
  readonly noise?: number;
  /** Features that can be worked out of others, by their names: of a row. */
  readonly extra?: Readonly<Record<string, (row: Readonly<Record<string, unknown>>) => number>>;
  /**
   * The same rows for the same options, everywhere: numbers have four decimals, so that CSV holds them as they are; null where a cell is
   * missing. A promise where they come in a chunk of their own.
   */
  rows(options: SetOptions): SetRows | Promise<SetRows>;
}

/** A network of the tutorial, with its own weights, on its own rows. */
export interface LessonSet extends Described {
  readonly kind: "lesson";
  readonly model: Layer;
  readonly loss: LossName;
  readonly features: readonly string[];
  /** [rows][features] */
  readonly x: readonly (readonly number[])[];
  /** [rows][outputs] */
  readonly y: readonly (readonly number[])[];
  variables(): Variables;
}

export type LabSet = TableSet | LessonSet;
