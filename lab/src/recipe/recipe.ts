// A training as the lab knows it: a table and a recipe, and what was done to it by hand.
import type { Settings } from "chainrule/train";
import type { SetName } from "../sets/index.ts";

/** A built-in set with its options, or a file by its name and the SHA-256 of its bytes (hex). */
export type DataChoice =
  | { readonly kind: "set"; readonly name: SetName; readonly options: SetOptions }
  | { readonly kind: "file"; readonly name: string; readonly sha256: string };

export interface SetOptions {
  /** Of built-in sets: how much the points scatter, 0 to 1. */
  readonly noise?: number;
  /** Names of features that are worked out of others: "x1²". */
  readonly extra?: readonly string[];
}

/** After so many steps: from there on a number is another one. */
export type Intervention =
  | { readonly after: number; readonly rate: number }
  /** `element` as `explain` names it: "layers.0.weight[1,2]". */
  | { readonly after: number; readonly element: string; readonly value: number };

/** What a training follows from, bit for bit. */
export interface Recipe {
  readonly data: DataChoice;
  readonly settings: Settings;
  /** In the order of their steps. */
  readonly interventions: readonly Intervention[];
}

/** The whole state of the page: what its address says. */
export interface LabState extends Recipe {
  /** Steps done. */
  readonly step: number;
  /** The number whose arithmetic is open. */
  readonly selection?: string | undefined;
  /** What units and edges are of: a row of the training rows, or the mean over the rows of the next step. */
  readonly row: number | "batch";
  readonly panels: readonly string[];
  /** What each of its twins sets otherwise; none where it is alone. */
  readonly twins?: readonly Settings[] | undefined;
  /** The scene that is shown, with its beat; absent where the lab is free. */
  readonly scene?: { readonly name: string; readonly beat: number } | undefined;
  /** The fingerprint of the weights that a link promises. */
  readonly bits?: string | undefined;
}
